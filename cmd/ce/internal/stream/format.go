package stream

import (
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
)

// FormatNames names the event formats, for help.
const FormatNames = "json, protobuf, xml, avro, avro-compact, cbor"

// FormatName returns the name of an event format on the command line. It is the suffix of the
// media type.
func FormatName(f format.Structured) string {
	_, name, _ := strings.Cut(f.MediaType(), "+")
	return name
}

// ParseFormat returns the event format of that name or media type.
func ParseFormat(name string) (format.Formatter, bool) {
	name = strings.ToLower(name)
	for _, f := range all.Formats() {
		if name == FormatName(f) || name == f.MediaType() {
			return f, true
		}
	}
	return nil, false
}

// FormatOf returns the event format of a message of that content type, in structured or batch
// mode, or nil if there is none.
func FormatOf(contentType string) format.Formatter {
	for _, f := range all.Formats() {
		if contentType != "" && format.Accepts(f, contentType) == nil {
			return f
		}
		if b, ok := f.(format.Batch); ok && contentType != "" && format.AcceptsBatch(b, contentType) == nil {
			return f
		}
	}
	return nil
}

// FormatFlag returns the function of a flag that sets f.
func FormatFlag(f *format.Formatter) func(string) error {
	return func(s string) error {
		got, ok := ParseFormat(s)
		if !ok {
			return oneOf(s, FormatNames)
		}
		*f = got
		return nil
	}
}

// FormatsFor returns all event formats, with f as the one that is written; nil is JSON. The
// error is about the command line: f has no use in the mode m. verb begins its text.
func FormatsFor(verb string, m cloudevents.Mode, f format.Formatter) (format.Set, error) {
	formats := all.Formats()
	if f == nil {
		return formats, nil
	}
	switch _, hasBatch := f.(format.Batch); {
	case m == cloudevents.BinaryMode:
		return nil, cli.Usagef("%s: --format is for --mode structured and --mode batch", verb)
	case m == cloudevents.BatchMode && !hasBatch:
		return nil, cli.Usagef("%s: the format %s has no batch; json, protobuf and xml have", verb, FormatName(f))
	}
	return append(format.Set{f}, formats...), nil
}
