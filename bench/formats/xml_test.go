package formats_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
)

// document is an event in the XML format for encoding/xml, which leaves types and data as
// they are.
type document struct {
	XMLName     xml.Name `xml:"http://cloudevents.io/xmlformat/V1 event"`
	SpecVersion string   `xml:"specversion,attr"`
	Elements    []member `xml:",any"`
}

type member struct {
	XMLName xml.Name
	Type    string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// xmlItems are the events of the benchmarks of XML: a small one, and 64 KiB in each form.
func xmlItems() []struct {
	name string
	e    cloudevents.Event
} {
	small, text, element := items[0], items[1], items[1]
	small.e.DataContentType = "application/json"
	text.name, text.e.DataContentType = "64KiB text", "application/json"
	text.e.Data = []byte(`[` + strings.Repeat(`{"orderId": "A-1001", "total": 129.5},`, 64<<10/38) + `0]`)
	element.name, element.e.DataContentType = "64KiB element", "application/xml"
	element.e.Data = []byte(`<orders xmlns="urn:example">` + strings.Repeat(`<order id="A-1001"><total>129.5</total></order>`+"\n", 64<<10/48) + `</orders>`)
	base64 := items[1]
	base64.name = "64KiB base64"
	return []struct {
		name string
		e    cloudevents.Event
	}{small, text, base64, element}
}

// BenchmarkXMLDecode makes an event of a document: ours, encoding/xml into a struct and
// nothing else, and the tokens of encoding/xml and nothing else.
func BenchmarkXMLDecode(b *testing.B) {
	for _, item := range xmlItems() {
		body, err := cexml.Append(nil, &item.e)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(item.name, func(b *testing.B) {
			measure(b, "ours", func() error {
				_, err := cexml.Decode(body)
				return err
			})
			measure(b, "encoding-xml struct", func() error {
				var d document
				return xml.Unmarshal(body, &d)
			})
			measure(b, "encoding-xml tokens", func() error {
				d := xml.NewDecoder(bytes.NewReader(body))
				for {
					if _, err := d.Token(); err != nil {
						if err == io.EOF {
							return nil
						}
						return err
					}
				}
			})
		})
	}
}

// BenchmarkXMLEncode makes a document of an event. The struct of encoding/xml is there
// already, with the base64 made; ours checks the event.
func BenchmarkXMLEncode(b *testing.B) {
	for _, item := range xmlItems() {
		body, err := cexml.Append(nil, &item.e)
		if err != nil {
			b.Fatal(err)
		}
		var d document
		if err := xml.Unmarshal(body, &d); err != nil {
			b.Fatal(err)
		}
		b.Run(item.name, func(b *testing.B) {
			dst := make([]byte, 0, 2*len(body))
			measure(b, "ours append", func() error {
				_, err := cexml.Append(dst, &item.e)
				return err
			})
			measure(b, "ours", func() error {
				_, err := cexml.Append(nil, &item.e)
				return err
			})
			measure(b, "encoding-xml", func() error {
				_, err := xml.Marshal(&d)
				return err
			})
		})
	}
}

// BenchmarkXMLBatch decodes and encodes a batch of a hundred small events.
func BenchmarkXMLBatch(b *testing.B) {
	es := make([]cloudevents.Event, 100)
	for i := range es {
		es[i] = items[0].e
	}
	body, err := cexml.AppendBatch(nil, es)
	if err != nil {
		b.Fatal(err)
	}
	dst := make([]byte, 0, 2*len(body))
	measure(b, "decode", func() error {
		_, err := cexml.DecodeBatch(body)
		return err
	})
	measure(b, "encode", func() error {
		_, err := cexml.AppendBatch(dst, es)
		return err
	})
}
