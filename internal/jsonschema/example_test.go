package jsonschema_test

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/jsonschema"
)

type sample struct {
	ID       string          `json:"id"`
	Email    string          `json:"contact_email"`
	Note     string          `json:"note"`
	Count    int8            `json:"count"`
	Size     uint            `json:"size"`
	Price    float32         `json:"price"`
	Paid     bool            `json:"paid"`
	At       time.Time       `json:"at"`
	Later    *time.Time      `json:"later,omitempty"`
	Exact    json.Number     `json:"exact"`
	Raw      json.RawMessage `json:"raw,omitempty"`
	Big      *big.Int        `json:"big"`
	Address  netip.Addr      `json:"address"`
	Tags     []string        `json:"tags"`
	Blob     []byte          `json:"blob"`
	Pair     [2]int          `json:"pair"`
	Labels   map[string]int  `json:"labels"`
	ByNumber map[int]bool    `json:"bynumber"`
	Any      any             `json:"any"`
	Next     *sample         `json:"next,omitempty"`
	Others   []sample        `json:"others,omitempty"`
}

func TestExample(t *testing.T) {
	type inner struct{ Promoted string }
	type Outer struct{ Promoted2 string }
	for name, c := range map[string]struct {
		of   any
		want string
	}{
		"kinds": {sample{}, `{"id":"A-1042","contact_email":"ada@example.com","note":"note","count":42,"size":42,"price":9.5,"paid":true,` +
			`"at":"2026-03-01T12:00:00Z","later":"2026-03-01T12:00:00Z","exact":42,"big":0,"address":"","tags":["tag"],"blob":"ZXhhbXBsZQ==","pair":[42,42],` +
			`"labels":{"key":42},"bynumber":{"42":true},"any":null}`},
		"tags": {struct {
			Text   string          `example:"42"`
			Number *int            `example:"7"`
			List   []string        `example:"[\"a\",\"b\"]"`
			Time   time.Time       `example:"2026-01-02T03:04:05Z"`
			Addr   netip.Addr      `example:"192.0.2.1"`
			Quoted int             `json:",string" example:"5"`
			Raw    json.RawMessage `example:"{\"a\":1}"`
			Left   string          `json:"-" example:"x"`
		}{}, `{"Text":"42","Number":7,"List":["a","b"],"Time":"2026-01-02T03:04:05Z","Addr":"192.0.2.1","Quoted":"5","Raw":{"a":1}}`},
		"embedded": {struct {
			inner
			*Outer
		}{}, `{"Promoted":"Promoted","Promoted2":"Promoted2"}`},
		"an embedded pointer that cannot be set": {struct {
			*inner
			A int
		}{}, `{"A":42}`},
		"text":             {"", `"example"`},
		"a slice":          {[]int(nil), `[42]`},
		"a large array":    {[17]bool{}, `[` + strings.Repeat("false,", 16) + `false]`},
		"contains itself":  {forest{}, `null`},
		"a type with text": {netip.Addr{}, `""`},
		"many values":      {wide4{}, ""},
	} {
		v, err := jsonschema.Example(reflect.TypeOf(c.of))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := json.Marshal(v)
		if err != nil || c.want != "" && string(got) != c.want {
			t.Errorf("%s: %v\n%s\n%s", name, err, got, c.want)
		}
		if len(got) > 64<<10 {
			t.Errorf("%s: %d bytes", name, len(got))
		}
	}
}

// wide4 has 160,000 values.
type (
	wide1 struct{ A, B, C, D [5]int }
	wide2 struct{ A, B, C, D [5]wide1 }
	wide3 struct{ A, B, C, D [5]wide2 }
	wide4 struct{ A, B []wide3 }
)

func TestExampleRefusesTags(t *testing.T) {
	for name, v := range map[string]any{
		"a text for a number": struct {
			A int `json:"a" example:"x"`
		}{},
		"a number that is too large": struct {
			A int8 `json:"a" example:"300"`
		}{},
		"inside": struct {
			B []struct {
				A bool `json:"a" example:"x"`
			}
		}{},
		"in a map": map[string]struct {
			A bool `json:"a" example:"x"`
		}{},
	} {
		if _, err := jsonschema.Example(reflect.TypeOf(v)); err == nil || !strings.Contains(err.Error(), "field a: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
