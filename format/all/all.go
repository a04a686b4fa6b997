// Package all has every event format of the specification in one format.Set, for
// receivers that accept all of them. It links all formats; no other package below format
// does.
//
//	d := cehttp.Decoder{Format: all.Formats()}
//
// XML, Avro compact and CBOR are drafts of the specification and may change. A program
// that must not accept drafts lists its formats itself.
//
// JSON is first, and so it is the format that a Set writes unless something else is asked
// for. A receiver of package cehttp replies in the format that Accept prefers, or in that
// of the request. JSON also reads documents without a content type.
package all

import (
	"github.com/seed763dd41b/cloudevents/format"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
)

// Formats returns a new Set of the zero values of all formats: JSON, Protobuf, XML, Avro,
// Avro compact and CBOR, in this order. JSON, Protobuf and XML have batches. Each format
// has its default limits; change a member to change them.
func Formats() format.Set {
	return format.Set{
		format.JSON{},
		ceprotobuf.Format{},
		cexml.Format{},
		ceavro.Format{},
		ceavro.Compact{},
		cecbor.Format{},
	}
}
