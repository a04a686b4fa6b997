// Command report measures the event formats beside general libraries for the same encodings,
// and prints a Markdown table. Run it in the directory bench/formats:
//
//	go run ./report
package main

import (
	"github.com/seed763dd41b/cloudevents/bench/formats"
	"github.com/seed763dd41b/cloudevents/bench/measure"
)

func main() {
	measure.Main(func(s *measure.Settings) ([]measure.Row, error) { return measure.Pairs(formats.Pairs, s) },
		"google.golang.org/protobuf", "github.com/cloudevents/sdk-go/binding/format/protobuf/v2",
		"github.com/twmb/avro", "github.com/hamba/avro/v2", "github.com/fxamacker/cbor/v2")
}
