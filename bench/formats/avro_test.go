package formats_test

import (
	"testing"
	"time"

	hamba "github.com/hamba/avro/v2"
	"github.com/twmb/avro"

	"github.com/seed763dd41b/cloudevents"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
)

const avroSchema = `{"namespace":"io.cloudevents","type":"record","name":"AvroCloudEvent","fields":[
{"name":"attribute","type":{"type":"map","values":["null","boolean","int","string","bytes"]}},
{"name":"data","type":["bytes","null","boolean",
	{"type":"map","values":["null","boolean",
		{"type":"record","name":"AvroCloudEventData","fields":[{"name":"value","type":{"type":"map","values":["null","boolean",
			{"type":"map","values":"AvroCloudEventData"},{"type":"array","items":"AvroCloudEventData"},"double","string"]}}]},
		"double","string"]},
	{"type":"array","items":"AvroCloudEventData"},"double","string"]}]}`

const compactSchema = `{"namespace":"io.cloudevents.v1.avro.compact","type":"record","name":"CloudEvent","fields":[
{"name":"id","type":"string"},{"name":"source","type":"string"},{"name":"type","type":"string"},
{"name":"datacontenttype","type":["null","string"],"default":null},
{"name":"dataschema","type":["null","string"],"default":null},
{"name":"subject","type":["null","string"],"default":null},
{"name":"time","type":["null",{"type":"long","logicalType":"timestamp-micros"}],"default":null},
{"name":"extensions","type":{"type":"map","values":["boolean","int",{"type":"long","logicalType":"timestamp-micros"},"string","bytes"]},"default":{}},
{"name":"data","type":["bytes","null"]}]}`

// avroRecord is a record of the Avro format, as the libraries want it.
type avroRecord struct {
	Attribute map[string]any `avro:"attribute"`
	Data      any            `avro:"data"`
}

// compactRecord is a record of the compact format.
type compactRecord struct {
	ID              string         `avro:"id"`
	Source          string         `avro:"source"`
	Type            string         `avro:"type"`
	DataContentType *string        `avro:"datacontenttype"`
	DataSchema      *string        `avro:"dataschema"`
	Subject         *string        `avro:"subject"`
	Time            *time.Time     `avro:"time"`
	Extensions      map[string]any `avro:"extensions"`
	Data            *[]byte        `avro:"data"`
}

// avroItems are the items, and a small event whose data is a JSON object in the document.
func avroItems() (all []struct {
	name string
	e    cloudevents.Event
}) {
	all = append(all, items...)
	value := items[0]
	value.name, value.e.DataContentType = "JSON", "application/json"
	return append(all, value)
}

// BenchmarkAvro decodes and encodes in both formats: ours from and to an event, which is
// checked, and the libraries from and to a struct of the schema and nothing else.
func BenchmarkAvro(b *testing.B) {
	for _, item := range avroItems() {
		body, err := ceavro.Append(nil, &item.e)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("format/"+item.name, func(b *testing.B) {
			benchmarkAvro[avroRecord](b, avroSchema, &item.e, body, ceavro.Decode, ceavro.Append)
		})
		if item.name == "JSON" { // is bytes in the compact format
			continue
		}
		if body, err = ceavro.AppendCompact(nil, &item.e); err != nil {
			b.Fatal(err)
		}
		b.Run("compact/"+item.name, func(b *testing.B) {
			benchmarkAvro[compactRecord](b, compactSchema, &item.e, body, ceavro.DecodeCompact, ceavro.AppendCompact)
		})
	}
}

func benchmarkAvro[Record any](b *testing.B, schema string, e *cloudevents.Event, body []byte,
	decode func([]byte) (cloudevents.Event, error), encode func([]byte, *cloudevents.Event) ([]byte, error)) {
	t, err := avro.Parse(schema)
	if err != nil {
		b.Fatal(err)
	}
	h, err := hamba.Parse(schema)
	if err != nil {
		b.Fatal(err)
	}
	dst := make([]byte, 0, 2*len(body))
	measure(b, "decode/ours", func() error {
		_, err := decode(body)
		return err
	})
	measure(b, "decode/twmb", func() error {
		var record Record
		_, err := t.Decode(body, &record)
		return err
	})
	measure(b, "decode/hamba", func() error {
		var record Record
		return hamba.Unmarshal(h, body, &record)
	})
	measure(b, "encode/ours append", func() error {
		_, err := encode(dst, e)
		return err
	})
	measure(b, "encode/ours", func() error {
		_, err := encode(nil, e)
		return err
	})
	var record Record
	if _, err := t.Decode(body, &record); err != nil {
		b.Fatal(err)
	}
	measure(b, "encode/twmb append", func() error {
		_, err := t.AppendEncode(dst, &record)
		return err
	})
	measure(b, "encode/twmb", func() error {
		_, err := t.Encode(&record)
		return err
	})
	var own Record // maps of unions are other ones there
	if err := hamba.Unmarshal(h, body, &own); err != nil {
		b.Fatal(err)
	}
	measure(b, "encode/hamba", func() error {
		_, err := hamba.Marshal(h, &own)
		return err
	})
}
