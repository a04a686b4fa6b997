package stream_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
)

// A document of Protobuf or XML is an event unless its bytes are those of a batch.
func TestBatchDocuments(t *testing.T) {
	const ns = ` xmlns="http://cloudevents.io/xmlformat/V1"`
	for name, c := range map[string]struct {
		form     stream.Form
		document string
		want     stream.Form
	}{
		"an event":                       {stream.Protobuf, "\x0a\x011\x12\x02/s\x1a\x031.0\x22\x01t", stream.Protobuf},
		"an event with source first":     {stream.Protobuf, "\x12\x02/s\x0a\x011", stream.Protobuf},
		"an event with data last":        {stream.Protobuf, "\x0a\x011\x3a\x01x", stream.Protobuf},
		"a batch of one":                 {stream.Protobuf, "\x0a\x03\x0a\x011", stream.ProtobufBatch},
		"a batch of two":                 {stream.Protobuf, "\x0a\x00\x0a\x00", stream.ProtobufBatch},
		"a batch with fields of others":  {stream.Protobuf, "\x0a\x00\x48\x01\x51\x00\x00\x00\x00\x00\x00\x00\x00\x5d\x00\x00\x00\x00\x62\x01x", stream.ProtobufBatch},
		"nothing but fields of others":   {stream.Protobuf, "\x48\x01", stream.Protobuf},
		"a group":                        {stream.Protobuf, "\x0a\x00\x4b\x4c", stream.Protobuf},
		"cut in a key":                   {stream.Protobuf, "\x0a\x00\x80", stream.Protobuf},
		"cut in a length":                {stream.Protobuf, "\x0a\x80", stream.Protobuf},
		"cut in a field":                 {stream.Protobuf, "\x0a\x02\x00", stream.Protobuf},
		"cut in a number of eight bytes": {stream.Protobuf, "\x0a\x00\x51\x00", stream.Protobuf},
		"a length beyond an int":         {stream.Protobuf, "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", stream.Protobuf},
		"no bytes, of a batch":           {stream.ProtobufBatch, "", stream.ProtobufBatch},

		"an XML event":               {stream.XML, `<event` + ns + `/>`, stream.XML},
		"an XML batch":               {stream.XML, `<batch` + ns + `/>`, stream.XMLBatch},
		"empty, without attributes":  {stream.XML, `<batch/>`, stream.XMLBatch},
		"with a prefix":              {stream.XML, "<ce:batch\n>", stream.XMLBatch},
		"behind a prolog":            {stream.XML, "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <event> -->\r\n<?x <event> ?><batch>", stream.XMLBatch},
		"behind a comment, an event": {stream.XML, `<!--<batch>--><event>`, stream.XML},
		"a longer name":              {stream.XML, `<batches>`, stream.XML},
		"a comment without an end":   {stream.XML, `<!-- <batch>`, stream.XML},
		"no markup":                  {stream.XML, `batch`, stream.XML},
		"blanks":                     {stream.XML, ` `, stream.XML},
	} {
		t.Run(name, func(t *testing.T) {
			in := stream.NewReader(strings.NewReader(c.document), "", c.form, 0)
			u, err := in.Next()
			if err != nil || in.Form() != c.want {
				t.Fatalf("%v, %v, want %v", in.Form(), err, c.want)
			}
			isBatch := strings.Contains(u.Message.Header.Get("Content-Type"), "-batch+")
			if isBatch != strings.HasSuffix(c.want.String(), "-batch") || string(u.Message.Body) != c.document {
				t.Errorf("%v, %q", u.Message.Header, u.Message.Body)
			}
		})
	}
}
