package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// eventFlags are the flags that make an event.
type eventFlags struct {
	eventType, source, id, subject, time string
	dataContentType, dataSchema, data    string
	extensions                           []cloudevents.Extension
	hasData                              bool
}

func (f *eventFlags) declare(flags *flag.FlagSet) {
	flags.StringVar(&f.eventType, "type", "com.example.test", "what happened, a `text`")
	flags.StringVar(&f.source, "source", "/ce", "where it happened, a `URI-reference`")
	flags.StringVar(&f.id, "id", "", "a `text`; random without, and with a number behind it if there are several events")
	flags.StringVar(&f.subject, "subject", "", "what of the source it is about, a `text`")
	flags.StringVar(&f.time, "time", "now", "`time` in RFC 3339, now or none")
	flags.StringVar(&f.dataContentType, "datacontenttype", "", "media `type` of the data")
	flags.StringVar(&f.dataSchema, "dataschema", "", "`URI` of the schema of the data")
	flags.Func("ext", "an extension, `name=value` or name:Type=value; may be repeated", f.addExtension)
	flags.Func("data", "the data: `text`, @file, or - for standard input", func(s string) error {
		f.data, f.hasData = s, true
		return nil
	})
}

// eventFlag reports whether a flag is one of those that make an event.
func eventFlag(name string) bool {
	switch name {
	case "type", "source", "id", "subject", "time", "datacontenttype", "dataschema", "ext", "data":
		return true
	}
	return false
}

func (f *eventFlags) addExtension(s string) error {
	name, text, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("no = in %.64q", s)
	}
	var t spec.Type
	name, typeName, typed := strings.Cut(name, ":")
	if typed {
		if t, ok = spec.ParseType(typeName); !ok {
			return fmt.Errorf("unknown type %.64q", typeName)
		}
	} else if documented, ok := spec.Extension(name); ok {
		t = documented.Type
	}
	v, err := cloudevents.ParseValue(t, text)
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
	f.extensions = append(f.extensions, e.Extensions...)
	return nil
}

// event returns the event, but for ID and time. What is wrong with it is an error
// about the command line.
func (f *eventFlags) event(p *process) (cloudevents.Event, error) {
	e := cloudevents.Event{
		ID: "1", Source: f.source, Type: f.eventType, Subject: f.subject,
		DataContentType: f.dataContentType, DataSchema: f.dataSchema,
	}
	if f.id != "" {
		e.ID = f.id
	}
	if f.time != "now" && f.time != "none" {
		if err := e.SetText(spec.Attribute{Name: spec.Time}, f.time); err != nil {
			return e, usagef("send: %v", err)
		}
	}
	for _, x := range f.extensions {
		if _, twice := e.Get(x.Name); twice {
			return e, usagef("send: --ext %s is there twice", x.Name)
		}
		if err := e.Set(x.Name, x.Value); err != nil {
			return e, usagef("send: %v", err)
		}
	}
	if f.hasData {
		if err := f.setData(p, &e); err != nil {
			return e, err
		}
	}
	if err := e.Validate(); err != nil {
		return e, usagef("send: %v", err)
	}
	return e, nil
}

func (f *eventFlags) setData(p *process, e *cloudevents.Event) error {
	name, file := strings.CutPrefix(f.data, "@")
	switch {
	case f.data == "-":
		name, file = "-", true
	case !file:
		e.Data = []byte(f.data)
	}
	if file {
		var err error
		if e.Data, err = p.readFile(name); err != nil {
			return err
		}
	}
	if e.DataContentType == "" {
		e.DataContentType = guessType(e.Data)
	}
	return nil
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

// number returns e as the event number n of so many.
func (f *eventFlags) number(e cloudevents.Event, n, of int, now time.Time) *cloudevents.Event {
	switch {
	case f.id == "":
		e.ID = cloudevents.NewID()
	case of > 1:
		e.ID = fmt.Sprintf("%s-%d", f.id, n)
	}
	if f.time == "now" {
		e.Time = now.UTC().Truncate(time.Millisecond)
	}
	return &e
}

// addHeader adds an HTTP header.
func (s *send) addHeader(text string) error {
	name, value, ok := strings.Cut(text, ":")
	if !ok || !isToken(name) {
		return fmt.Errorf("no header: %.64q", text)
	}
	if key := http.CanonicalHeaderKey(name); strings.HasPrefix(key, "Ce-") || key == "Content-Type" {
		return fmt.Errorf("%s is an attribute, for which there are flags", name)
	}
	switch http.CanonicalHeaderKey(name) {
	case "Host", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Trailer":
		return fmt.Errorf("%s is what the URL and the body say", name)
	}
	s.header.Add(name, strings.TrimSpace(value))
	return nil
}
