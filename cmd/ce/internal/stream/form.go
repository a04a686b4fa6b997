package stream

import (
	"fmt"
	"path"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/curl"
)

// Form is how events are laid out in a stream.
type Form uint8

// The forms. An input of the zero Form, Any, has the form that its name or else its first
// bytes tell.
const (
	Any   Form = iota
	JSON       // JSON events, one after the other, of any number of lines
	Lines      // a JSON event a line
	Batch      // a JSON array of events
	HTTP       // HTTP messages
	Curl       // curl command lines
	Case       // conformance cases, as ce listen --record writes them: txtar archives with a message

	// An event in a format other than JSON, which is the whole stream.
	Protobuf
	XML
	Avro
	AvroCompact
	CBOR

	// A batch in such a format, which is the whole stream.
	ProtobufBatch
	XMLBatch
)

// String returns the name of the form on the command line.
func (f Form) String() string {
	return [...]string{"any", "json", "jsonl", "batch", "http", "curl", "txtar", "protobuf", "xml", "avro", "avro-compact", "cbor", "protobuf-batch", "xml-batch"}[f]
}

// IsJSON reports whether events of the form are JSON.
func (f Form) IsJSON() bool { return f <= Batch }

// format returns the event format of a form that is one document of it, or nil.
func (f Form) format() format.Formatter {
	if f < Protobuf {
		return nil
	}
	got, _ := ParseFormat(strings.TrimSuffix(f.String(), "-batch"))
	return got
}

// batch returns the batch format of a form that is one batch of it, or nil.
func (f Form) batch() format.Batch {
	if f < ProtobufBatch {
		return nil
	}
	got, _ := f.format().(format.Batch)
	return got
}

// mediaType returns the media type of a document of the form.
func (f Form) mediaType() string {
	if b := f.batch(); b != nil {
		return b.BatchMediaType()
	}
	return f.format().MediaType()
}

// InputForms names the forms of an input, for errors.
const InputForms = "json, jsonl, batch, http, curl, txtar, protobuf, xml, avro, avro-compact, cbor, protobuf-batch, xml-batch"

// OutputForms names the forms of an output, for errors.
const OutputForms = "json, jsonl, batch, http, protobuf, xml, avro, avro-compact, cbor, protobuf-batch, xml-batch"

// ParseForm returns the form of that name or media type. The empty name is Any.
func ParseForm(name string) (Form, bool) {
	switch strings.ToLower(name) {
	case "", "any":
		return Any, true
	case "json", "event", "application/cloudevents+json":
		return JSON, true
	case "jsonl", "ndjson", "application/jsonl", "application/x-ndjson":
		return Lines, true
	case "batch", "application/cloudevents-batch+json":
		return Batch, true
	case "http", "message/http":
		return HTTP, true
	case "curl":
		return Curl, true
	case "txtar":
		return Case, true
	case "pb":
		return Protobuf, true
	}
	for f := Protobuf; f <= XMLBatch; f++ {
		if strings.EqualFold(name, f.String()) || strings.EqualFold(name, f.mediaType()) {
			return f, true
		}
	}
	return 0, false
}

// FormFlag returns the function of a flag that sets f. The error of a wrong name lists
// forms.
func FormFlag(f *Form, forms string) func(string) error {
	return func(s string) error {
		got, ok := ParseForm(s)
		if !ok {
			return oneOf(s, forms)
		}
		*f = got
		return nil
	}
}

// ModeFlag returns the function of a flag that sets the content mode m.
func ModeFlag(m *cloudevents.Mode) func(string) error {
	return func(s string) error {
		for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode} {
			if s == mode.String() {
				*m = mode
				return nil
			}
		}
		return oneOf(s, "binary, structured, batch")
	}
}

// oneOf returns the error of a flag about a name that is none of a list.
func oneOf(name, names string) error {
	return fmt.Errorf("it is one of %s%s", names, cli.DidYouMean(name, strings.Split(names, ", ")))
}

// formOfName returns the form that the name of a file tells. For ".json" that is Any, and
// isJSON is true: an event or a batch, and nothing else.
func formOfName(name string) (f Form, isJSON bool) {
	switch strings.ToLower(path.Ext(name)) {
	case ".json":
		return Any, true
	case ".jsonl", ".ndjson":
		return Lines, false
	case ".http":
		return HTTP, false
	case ".curl":
		return Curl, false
	case ".txtar":
		return Case, false
	case ".pb":
		return Protobuf, false
	case ".xml":
		return XML, false
	case ".avro":
		return Avro, false
	case ".cbor":
		return CBOR, false
	}
	return Any, false
}

// formOfBytes returns the form of an input that begins with b, which does not begin with
// white space, or Any if no form begins like that.
func formOfBytes(b []byte) Form {
	line, _, _ := strings.Cut(string(b), "\n")
	switch {
	case b[0] == '[':
		return Batch
	case b[0] == '{' || b[0] == '"':
		return JSON
	case curl.IsCommand(line):
		return Curl
	case isHTTP(line):
		return HTTP
	}
	return Any
}
