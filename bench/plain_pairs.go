package bench

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/bytedance/sonic"
	gojson "github.com/goccy/go-json"
)

// plainEvent is an event as programs without a library declare it: a struct for the
// attributes that they know, including extensions.
type plainEvent struct {
	SpecVersion     string          `json:"specversion"`
	ID              string          `json:"id"`
	Source          string          `json:"source"`
	Type            string          `json:"type"`
	Subject         string          `json:"subject,omitempty"`
	Time            time.Time       `json:"time,omitzero"`
	DataContentType string          `json:"datacontenttype,omitempty"`
	DataSchema      string          `json:"dataschema,omitempty"`
	Data            json.RawMessage `json:"data,omitempty"`
	DataBase64      []byte          `json:"data_base64,omitempty"`

	PartitionKey string `json:"partitionkey,omitempty"`
	SampledRate  int32  `json:"sampledrate,omitempty"`

	Ext01 int32  `json:"ext01,omitempty"`
	Ext02 *bool  `json:"ext02,omitempty"`
	Ext03 string `json:"ext03,omitempty"`
	Ext04 string `json:"ext04,omitempty"`
	Ext05 int32  `json:"ext05,omitempty"`
	Ext06 *bool  `json:"ext06,omitempty"`
	Ext07 string `json:"ext07,omitempty"`
	Ext08 string `json:"ext08,omitempty"`
	Ext09 int32  `json:"ext09,omitempty"`
	Ext10 *bool  `json:"ext10,omitempty"`
	Ext11 string `json:"ext11,omitempty"`
	Ext12 string `json:"ext12,omitempty"`
	Ext13 int32  `json:"ext13,omitempty"`
	Ext14 *bool  `json:"ext14,omitempty"`
	Ext15 string `json:"ext15,omitempty"`
	Ext16 string `json:"ext16,omitempty"`
}

type unmarshal func(document []byte, v any) error

func plainDecode(decode unmarshal, document []byte) (plainEvent, []byte, error) {
	var e plainEvent
	if err := decode(document, &e); err != nil {
		return e, nil, err
	}
	switch {
	case e.DataBase64 != nil:
		return e, e.DataBase64, nil
	case isJSON(e.DataContentType):
		return e, e.Data, nil
	}
	var text string
	err := decode(e.Data, &text)
	return e, []byte(text), err
}

// plainPairs decode into a struct. The other side checks nothing but JSON syntax, so that
// the ratio is the cost of validation.
func plainPairs(items []Item) []Pair {
	var pairs []Pair
	for _, other := range []struct {
		name   string
		decode unmarshal
		note   string
	}{
		{"encoding/json struct", json.Unmarshal, ""},
		{"sonic struct", sonic.Unmarshal, sonicNote()},
		{"goccy struct", func(document []byte, v any) error { return gojson.Unmarshal(document, v) }, ""},
	} {
		for _, x := range items {
			pairs = append(pairs, Pair{
				Path: "structured decode, " + x.Name, Against: other.name + ", without validation",
				Ours: func() {
					_, err := decode(x.JSON)
					must(err)
				},
				Other: func() {
					_, data, err := plainDecode(other.decode, x.JSON)
					must(err)
					kept.n = len(data)
				},
				Check: func() error { return checkPlain(&x, other.decode) },
				Note:  "no contender" + other.note,
			})
		}
	}
	return pairs
}

func checkPlain(x *Item, other unmarshal) error {
	if err := checkDecode(x, x.JSON, nil); err != nil {
		return err
	}
	e, data, err := plainDecode(other, x.JSON)
	if err != nil {
		return err
	}
	return sameFacts(plainFacts(&e, data), factsOf(&x.Event))
}

func plainFacts(e *plainEvent, data []byte) facts {
	attributes, err := json.Marshal(e)
	must(err)
	members := map[string]any{}
	d := json.NewDecoder(strings.NewReader(string(attributes)))
	d.UseNumber()
	must(d.Decode(&members))
	f := facts{map[string]string{}, data}
	for name, v := range members {
		if name != "data" && name != "data_base64" {
			f.attributes[name] = fmt.Sprint(v)
		}
	}
	f.attributes["time"] = canonicalTime(e.Time)
	return f
}
