package formats

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"

	"github.com/seed763dd41b/cloudevents/bench"
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

// xmlItems are a small event with text, and 64 KiB in each form of data.
func xmlItems() []item {
	text := `[` + strings.Repeat(`{"orderId": "A-1001", "total": 129.5},`, 64<<10/38) + `0]`
	element := `<orders xmlns="urn:example">` + strings.Repeat(`<order id="A-1001"><total>129.5</total></order>`+"\n", 64<<10/48) + `</orders>`
	return []item{
		{"small", eventOf("application/json", items()[0].e.Data)},
		{"64 KiB, text", eventOf("application/json", []byte(text))},
		{"64 KiB, base64", items()[1].e},
		{"64 KiB, element", eventOf("application/xml", []byte(element))},
	}
}

// xmlPairs are beside encoding/xml with a struct. Elements as data have no place in it.
func xmlPairs() (pairs []bench.Pair) {
	for _, x := range xmlItems() {
		c := codec{"XML, " + x.name, x.e, made(cexml.Append(nil, &x.e)), cexml.Decode, cexml.Append}
		var got, source document
		must(xml.Unmarshal(c.body, &source))
		var out []byte
		decode := other{name: "encoding/xml", floor: 8, note: "a struct; base64 is left as it is; no event, does not validate",
			run: func() error {
				got = document{}
				return xml.Unmarshal(c.body, &got)
			},
			document: func() ([]byte, error) { return xml.Marshal(&got) }}
		encode := other{name: "encoding/xml", floor: 8, note: "a struct, made before, base64 included; does not validate",
			run: func() (err error) {
				out, err = xml.Marshal(&source)
				return err
			},
			document: func() ([]byte, error) { return out, nil }}
		if x.e.DataContentType == "application/xml" {
			decode.document, decode.note = nil, "a struct without the data; no event, does not validate"
		}
		tokens := other{name: "encoding/xml, tokens", note: "nothing but the tokens", run: func() error {
			d := xml.NewDecoder(bytes.NewReader(c.body))
			for {
				if _, err := d.Token(); err == io.EOF {
					return nil
				} else if err != nil {
					return err
				}
			}
		}}
		pairs = append(pairs, c.decoding(decode, tokens)...)
		if x.e.DataContentType != "application/xml" {
			pairs = append(pairs, c.encoding(encode)...)
		}
	}
	return pairs
}
