package formats

import (
	"time"

	hamba "github.com/hamba/avro/v2"
	"github.com/twmb/avro"

	"github.com/seed763dd41b/cloudevents/bench"
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

// avroPairs are beside records of the schema, which are structs.
func avroPairs() (pairs []bench.Pair) {
	object := items()[0]
	object.name, object.e.DataContentType = "JSON object", "application/json" // is no bytes in the document
	for _, x := range append(items(), object) {
		c := codec{"Avro, " + x.name, x.e, made(ceavro.Append(nil, &x.e)), ceavro.Decode, ceavro.Append}
		pairs = append(pairs, avroPair[avroRecord](&c, avroSchema)...)
	}
	for _, x := range items() {
		c := codec{"Avro compact, " + x.name, x.e, made(ceavro.AppendCompact(nil, &x.e)), ceavro.DecodeCompact, ceavro.AppendCompact}
		pairs = append(pairs, avroPair[compactRecord](&c, compactSchema)...)
	}
	return pairs
}

func avroPair[Record any](c *codec, schema string) []bench.Pair {
	t, err := avro.Parse(schema)
	must(err)
	h, err := hamba.Parse(schema)
	must(err)
	var x, y, source, hambaSource Record
	_, err = t.Decode(c.body, &source)
	must(err)
	must(hamba.Unmarshal(h, c.body, &hambaSource)) // maps of unions are other ones there
	var out, newOut, hambaNewOut []byte
	hambaOut := hamba.NewWriter(nil, 2*len(c.body)) // its buffer is used again
	dst := make([]byte, 0, 2*len(c.body))
	const note = "a record; no event, does not validate"
	return append(c.decoding(
		other{name: "twmb/avro", floor: 2, note: note,
			run: func() error {
				var zero Record
				x = zero
				_, err := t.Decode(c.body, &x)
				return err
			},
			document: func() ([]byte, error) { return t.Encode(&x) }},
		other{name: "hamba/avro", floor: 2, note: note,
			run: func() error {
				var zero Record
				y = zero
				return hamba.Unmarshal(h, c.body, &y)
			},
			document: func() ([]byte, error) { return hamba.Marshal(h, &y) }},
	), c.encoding(
		other{name: "twmb/avro, AppendEncode", floor: 2, note: note,
			run: func() (err error) {
				out, err = t.AppendEncode(dst, &source)
				return err
			},
			document: func() ([]byte, error) { return out, nil }},
		other{name: "hamba/avro, Writer", floor: 2, note: note,
			run: func() error {
				hambaOut.Reset(nil)
				hambaOut.WriteVal(h, &hambaSource)
				return hambaOut.Error
			},
			document: func() ([]byte, error) { return hambaOut.Buffer(), nil }},
		other{name: "twmb/avro, Encode", floor: 2, note: newSlice + note,
			run: func() (err error) {
				newOut, err = t.Encode(&source)
				return err
			},
			document: func() ([]byte, error) { return newOut, nil }},
		other{name: "hamba/avro, Marshal", floor: 2, note: newSlice + note,
			run: func() (err error) {
				hambaNewOut, err = hamba.Marshal(h, &hambaSource)
				return err
			},
			document: func() ([]byte, error) { return hambaNewOut, nil }},
	)...)
}
