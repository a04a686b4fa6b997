package finding

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// foreign returns the event format of the document in u if that is not JSON, and otherwise nil,
// as for binary mode and a format that nobody knows.
func foreign(u *stream.Unit) format.Formatter {
	if u.Message == nil || cehttp.ModeOf(u.Message.Header) == cloudevents.BinaryMode {
		return nil
	}
	f := stream.FormatOf(u.Message.Get("Content-Type"))
	if f == nil || f.MediaType() == spec.MediaTypeJSON {
		return nil
	}
	return f
}

// formatSection returns the section of the specification that says what a document of a format
// is.
func formatSection(f format.Formatter) string {
	switch name := stream.FormatName(f); name {
	case "protobuf":
		return "protobuf-format.md#2-attributes"
	case "avro":
		return "avro-format.md#24-definition"
	case "avro-compact":
		return "avro-compact-format.md#22-definition"
	case "xml":
		return "xml-format.md#4-envelope"
	default:
		return name + "-format.md#3-envelope"
	}
}

// formatTitle returns the name of a format in a sentence.
func formatTitle(f format.Formatter) string {
	switch name := stream.FormatName(f); name {
	case "protobuf":
		return "Protobuf"
	case "avro":
		return "Avro"
	case "avro-compact":
		return "Avro compact"
	case "xml":
		return "XML"
	default:
		return "CBOR"
	}
}
