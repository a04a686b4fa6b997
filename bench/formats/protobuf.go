package formats

import (
	sdkformat "github.com/cloudevents/sdk-go/binding/format/protobuf/v2"
	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/cloudevents/sdk-go/v2/event"
	"google.golang.org/protobuf/proto"

	"github.com/seed763dd41b/cloudevents/bench"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
)

// protobufPairs are beside google.golang.org/protobuf with sdk-go's mapping from and to
// its event, and beside the generated struct alone.
func protobufPairs() (pairs []bench.Pair) {
	for _, x := range items() {
		c := codec{"Protobuf, " + x.name, x.e, made(ceprotobuf.Append(nil, &x.e)), ceprotobuf.Decode, ceprotobuf.Append}
		var m pb.CloudEvent
		var e event.Event
		var out, sdkOut []byte
		dst := make([]byte, 0, 2*len(c.body))
		pairs = append(pairs, c.decoding(
			other{name: "google.golang.org/protobuf and sdk-go", floor: 4, note: "does not validate",
				run: func() error {
					e = event.Event{}
					return sdkformat.Protobuf.Unmarshal(c.body, &e)
				},
				document: func() ([]byte, error) { return sdkformat.Protobuf.Marshal(&e) }},
			other{name: "google.golang.org/protobuf", note: "the generated struct alone; no event, does not validate",
				run: func() error {
					m.Reset()
					return proto.Unmarshal(c.body, &m)
				},
				document: func() ([]byte, error) { return proto.Marshal(&m) }},
		)...)
		var source pb.CloudEvent
		must(proto.Unmarshal(c.body, &source))
		var sdkSource event.Event
		must(sdkformat.Protobuf.Unmarshal(c.body, &sdkSource))
		pairs = append(pairs, c.encoding(
			other{name: "google.golang.org/protobuf and sdk-go", floor: 5,
				run: func() (err error) {
					sdkOut, err = sdkformat.Protobuf.Marshal(&sdkSource)
					return err
				},
				document: func() ([]byte, error) { return sdkOut, nil }},
			other{name: "google.golang.org/protobuf, MarshalAppend", note: "the generated struct alone, made before; does not validate",
				run: func() (err error) {
					out, err = proto.MarshalOptions{}.MarshalAppend(dst, &source)
					return err
				},
				document: func() ([]byte, error) { return out, nil }},
		)...)
	}
	return pairs
}
