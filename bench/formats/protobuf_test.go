package formats_test

import (
	"testing"

	sdkformat "github.com/cloudevents/sdk-go/binding/format/protobuf/v2"
	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/cloudevents/sdk-go/v2/event"
	"google.golang.org/protobuf/proto"

	"github.com/seed763dd41b/cloudevents"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
)

// BenchmarkProtobufDecode makes an event of a document: ours, google.golang.org/protobuf
// into its generated struct and nothing else, and sdk-go, which maps that to its event.
func BenchmarkProtobufDecode(b *testing.B) {
	for _, item := range items {
		body, err := ceprotobuf.Append(nil, &item.e)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(item.name, func(b *testing.B) {
			measure(b, "ours", func() error {
				_, err := ceprotobuf.Decode(body)
				return err
			})
			measure(b, "google", func() error {
				var m pb.CloudEvent
				return proto.Unmarshal(body, &m)
			})
			measure(b, "sdk-go", func() error {
				var e event.Event
				return sdkformat.Protobuf.Unmarshal(body, &e)
			})
		})
	}
}

// BenchmarkProtobufEncode makes a document of an event. The struct of google is there
// already; both other sides check the event and map it.
func BenchmarkProtobufEncode(b *testing.B) {
	for _, item := range items {
		body, err := ceprotobuf.Append(nil, &item.e)
		if err != nil {
			b.Fatal(err)
		}
		var m pb.CloudEvent
		if err := proto.Unmarshal(body, &m); err != nil {
			b.Fatal(err)
		}
		var e event.Event
		if err := sdkformat.Protobuf.Unmarshal(body, &e); err != nil {
			b.Fatal(err)
		}
		b.Run(item.name, func(b *testing.B) {
			dst := make([]byte, 0, 2*len(body))
			measure(b, "ours append", func() error {
				_, err := ceprotobuf.Append(dst, &item.e)
				return err
			})
			measure(b, "ours", func() error {
				_, err := ceprotobuf.Append(nil, &item.e)
				return err
			})
			measure(b, "google append", func() error {
				_, err := proto.MarshalOptions{}.MarshalAppend(dst, &m)
				return err
			})
			measure(b, "google", func() error {
				_, err := proto.Marshal(&m)
				return err
			})
			measure(b, "sdk-go", func() error {
				_, err := sdkformat.Protobuf.Marshal(&e)
				return err
			})
		})
	}
}

// BenchmarkProtobufBatch decodes and encodes a batch of a hundred small events.
func BenchmarkProtobufBatch(b *testing.B) {
	es := make([]cloudevents.Event, 100)
	for i := range es {
		es[i] = items[0].e
	}
	body, err := ceprotobuf.AppendBatch(nil, es)
	if err != nil {
		b.Fatal(err)
	}
	dst := make([]byte, 0, 2*len(body))
	measure(b, "decode", func() error {
		_, err := ceprotobuf.DecodeBatch(body)
		return err
	})
	measure(b, "encode", func() error {
		_, err := ceprotobuf.AppendBatch(dst, es)
		return err
	})
}
