package send

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// template is an event as the flags describe it.
type template struct {
	eventType, source, id, subject, time string
	dataContentType, dataSchema, data    string
	extensions                           []cloudevents.Extension
	hasData                              bool
	maxBytes                             int // of a file with data
	anyData                              bool
}

func (t *template) declare(flags *flag.FlagSet) {
	flags.StringVar(&t.eventType, "type", "com.example.test", "what happened, a `text`")
	flags.StringVar(&t.source, "source", "/ce", "where it happened, a `URI-reference`")
	flags.StringVar(&t.id, "id", "", "the id, a `text`; it is random without this flag, and ends in a number if there are several events")
	flags.StringVar(&t.subject, "subject", "", "what in the source it is about, a `text`")
	flags.StringVar(&t.time, "time", "now", "the `time`: in RFC 3339, now or none")
	flags.StringVar(&t.dataContentType, "datacontenttype", "", "media `type` of the data")
	flags.StringVar(&t.dataSchema, "dataschema", "", "`URI` of the schema of the data")
	flags.Func("ext", "an extension, `name=value` or name:Type=value; may be repeated", t.addExtension)
	flags.Func("data", "the data: `text`, @file, or - for standard input", func(s string) error {
		t.data, t.hasData = s, true
		return nil
	})
	flags.BoolVar(&t.anyData, "any-data", false, "send data as it is, even if it is not the JSON that --datacontenttype says")
}

// isTemplateFlag reports whether a flag describes the event.
func isTemplateFlag(name string) bool {
	switch name {
	case "type", "source", "id", "subject", "time", "datacontenttype", "dataschema", "ext", "data", "any-data":
		return true
	}
	return false
}

func (t *template) addExtension(s string) error {
	name, text, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("no = in %.64q", s)
	}
	var typ spec.Type
	name, typeName, typed := strings.Cut(name, ":")
	if typed {
		if typ, ok = spec.ParseType(typeName); !ok {
			return stream.UnknownType(typeName)
		}
	} else if documented, ok := spec.Extension(name); ok {
		typ = documented.Type
	}
	v, err := cloudevents.ParseValue(typ, text)
	if err != nil {
		return err
	}
	var e cloudevents.Event
	if err := e.Set(name, v); err != nil {
		return err
	}
	if len(e.Extensions) == 0 {
		return fmt.Errorf("%s is no extension; there is a flag for it", name)
	}
	t.extensions = append(t.extensions, e.Extensions...)
	return nil
}

// event returns the event, without its final ID and time. An error about it is about the
// command line. Data may be in a file, or in stdin.
func (t *template) event(stdin io.Reader) (cloudevents.Event, error) {
	e := cloudevents.Event{
		ID: "1", Source: t.source, Type: t.eventType, Subject: t.subject,
		DataContentType: t.dataContentType, DataSchema: t.dataSchema,
	}
	if t.id != "" {
		e.ID = t.id
	}
	if t.time != "now" && t.time != "none" {
		if err := e.SetText(spec.Attribute{Name: spec.Time}, t.time); err != nil {
			return e, cli.Usagef("send: %v", err)
		}
	}
	for _, x := range t.extensions {
		if _, twice := e.Get(x.Name); twice {
			return e, cli.Usagef("send: --ext %s is there twice", x.Name)
		}
		if err := e.Set(x.Name, x.Value); err != nil {
			return e, cli.Usagef("send: %v", err)
		}
	}
	if t.hasData {
		if err := t.setData(stdin, &e); err != nil {
			return e, err
		}
	}
	if err := e.Validate(); err != nil {
		return e, cli.Usagef("send: %v", err)
	}
	return e, nil
}

func (t *template) setData(stdin io.Reader, e *cloudevents.Event) error {
	name, file := strings.CutPrefix(t.data, "@")
	switch {
	case t.data == "-":
		name, file = "-", true
	case !file:
		e.Data = []byte(t.data)
	}
	if file {
		var err error
		if e.Data, err = stream.ReadFile(stdin, name, t.maxBytes); err != nil {
			return err
		}
	}
	if e.DataContentType == "" {
		e.DataContentType = guessType(e.Data)
	}
	if err := brokenJSON(e); err != nil && !t.anyData {
		return cli.Usagef("send: --data is not the JSON that --datacontenttype %.64s says: %v; --any-data sends it as it is", e.DataContentType, err)
	}
	return nil
}

// brokenJSON returns what is wrong with the data of e, and where, if its content type says that
// it is JSON and it is not. Such an event is valid; in JSON its data is in base64.
func brokenJSON(e *cloudevents.Event) error {
	if e.Data == nil || !mediatype.IsJSON(e.DataContentType) {
		return nil
	}
	start := jsonscan.Space(e.Data, 0)
	offset, fault := jsonscan.Value(e.Data, start, -1)
	if fault == jsonscan.None {
		if offset = jsonscan.Space(e.Data, offset); offset == len(e.Data) {
			return nil
		}
		fault = jsonscan.UnexpectedByte
	}
	line := 1 + bytes.Count(e.Data[:offset], []byte("\n"))
	column := offset - bytes.LastIndexByte(e.Data[:offset], '\n')
	return fmt.Errorf("%w at line %d, column %d, offset %d", fault, line, column, offset)
}

// guessType returns the media type that data seems to have.
func guessType(data []byte) string {
	start := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case len(start) > 0 && (start[0] == '{' || start[0] == '[') && json.Valid(data):
		return "application/json"
	case utf8.Valid(data) && bytes.IndexByte(data, 0) < 0:
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// number returns e as the event number n of a series, counted from 1, with ID and time.
func (t *template) number(e cloudevents.Event, n, of int, now time.Time) *cloudevents.Event {
	switch {
	case t.id == "":
		e.ID = cloudevents.NewID()
	case of > 1:
		e.ID = fmt.Sprintf("%s-%d", t.id, n)
	}
	if t.time == "now" {
		e.Time = now.UTC().Truncate(time.Millisecond)
	}
	return &e
}

// addHeader adds an HTTP header, or sets the Host. Attributes and headers of the connection are
// refused.
func (s *sending) addHeader(text string) error {
	name, value, ok := strings.Cut(text, ":")
	if value = strings.TrimSpace(value); !ok || !stream.IsToken(name) {
		return errors.New("no header; it is 'Name: value'")
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return fmt.Errorf("the value of %s has a control character", name)
	}
	key := http.CanonicalHeaderKey(name)
	if strings.HasPrefix(key, "Ce-") || key == "Content-Type" {
		return fmt.Errorf("%s is an attribute, for which there are flags", name)
	}
	switch key {
	case "Host":
		if value == "" || s.host != "" || strings.ContainsAny(value, " \t/?#@,\"<>\\") {
			return errors.New("there is one Host, a name with or without a port")
		}
		s.host = value
		return nil
	case "Content-Length", "Content-Encoding", "Transfer-Encoding", "Trailer":
		return fmt.Errorf("%s is what the URL and the body say", name)
	}
	s.header.Add(name, value)
	return nil
}
