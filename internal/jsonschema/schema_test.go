package jsonschema_test

import (
	"encoding"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/jsonschema"
)

type (
	named1 struct{ A int }
	level  int
	names  []string
	forest []forest
	blob   []byte
	node   struct {
		Value int     `json:"value"`
		Next  *node   `json:"next"`
		Kids  []*node `json:"kids,omitempty"`
	}
	pair[A, B any] struct {
		First  A `json:"first"`
		Second B `json:"second"`
	}
	base struct {
		ID    string `json:"id"`
		Shade string `json:"shade"`
		Both  int
	}
	other   struct{ Both int }
	derived struct {
		base
		*other
		Shade bool `json:"shade"`
	}
	options struct {
		Omitted  string    `json:"omitted,omitempty"`
		Zero     time.Time `json:"zero,omitzero"`
		NoStruct named1    `json:"nostruct,omitempty"`
		Quoted   int       `json:"quoted,string"`
		QuotedP  *int      `json:"quotedp,string"`
		Dash     string    `json:"-"`
		//lint:ignore SA5008 its name is "-"
		RealDash string `json:"-,"`
		//lint:ignore SA5008 it has no name of its own
		BadName string   `json:"a\"b"`
		Pointer *string  `json:"pointer"`
		OmitP   *string  `json:"omitp,omitempty"`
		OmitS   []string `json:"omits,omitempty"`
		Deep    **int    `json:"deep"`
		Again   *named1  `json:"again"`
		OmitA   *named1  `json:"omita,omitempty"`
		hidden  string
		Renamed named1 `json:"öl"`
	}
	twoTags struct {
		tagA
		*tagB
		plainA
	}
	tagA struct {
		A int `json:"x"`
		B int `json:"y"`
	}
	tagB struct {
		A int `json:"x"`
		Y int
	}
	plainA struct {
		Y bool
		Z bool `json:"z"`
	}
	tagY struct {
		B int `json:"Y"`
	}
	unquoted struct {
		//lint:ignore SA5008 it has no effect
		S []int `json:"s,string"`
		//lint:ignore SA5008 it has no effect
		A [1]int `json:"a,string"`
		//lint:ignore SA5008 it has no effect
		M map[string]int `json:"m,string"`
		//lint:ignore SA5008 it has no effect
		O struct{}   `json:"o,string"`
		P intPointer `json:"p,string"`
		//lint:ignore SA5008 it has no effect
		Deep **int `json:"deep,string"`
	}
	intPointer *int
	again      struct {
		//lint:ignore U1000 the test embeds it
		*again
		N int
	}
	größe    struct{ N int }
	text     string
	byMethod struct{ X int }
	pointerM struct{ X int }
	selfP    *selfP
	numberM  int
)

func (numberM) MarshalJSON() ([]byte, error) { return []byte("5"), nil }

func (t text) MarshalText() ([]byte, error)    { return []byte("t:" + t), nil }
func (byMethod) MarshalJSON() ([]byte, error)  { return []byte(`"m"`), nil }
func (*pointerM) MarshalJSON() ([]byte, error) { return []byte(`"m"`), nil }

func TestFor(t *testing.T) {
	_ = options{hidden: ""}
	for _, c := range []struct {
		reason string
		v      any
		want   string
	}{
		{"bool", true, `{"type":"boolean"}`},
		{"named integer", level(1), `{"type":"integer"}`},
		{"unsigned", uint8(1), `{"type":"integer","minimum":0}`},
		{"float", 1.5, `{"type":"number"}`},
		{"json.Number", json.Number("1"), `{"type":"number"}`},
		{"raw JSON", json.RawMessage("1"), `{}`},
		{"time", time.Time{}, `{"type":"string","format":"date-time"}`},
		{"duration", time.Second, `{"type":"integer"}`},
		{"slice", []int{}, `{"type":"array","items":{"type":"integer"}}`},
		{"slice of anything", []any{}, `{"type":"array","items":{}}`},
		{"array", [2]bool{}, `{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":2}`},
		{"array of bytes", [1]byte{}, `{"type":"array","items":{"type":"integer","minimum":0},"minItems":1,"maxItems":1}`},
		{"named bytes", blob{}, `{"type":"string","contentEncoding":"base64"}`},
		{"map", map[string]*int{}, `{"type":"object","additionalProperties":{"type":["integer","null"]}}`},
		{"map with integer keys", map[int][]byte{}, `{"type":"object","additionalProperties":{"type":["string","null"],"contentEncoding":"base64"}}`},
		{"map with text keys", map[netip.Addr]int{}, `{"type":"object","additionalProperties":{"type":"integer"}}`},
		{"MarshalText", text(""), `{"type":"string"}`},
		{"MarshalText of another package", netip.Addr{}, `{"type":"string"}`},
		{"MarshalJSON", byMethod{}, `{}`},
		{"MarshalJSON of the pointer", pointerM{}, `{}`},
		{"pointer to that", &pointerM{}, `{}`},
		{"big", big.NewInt(1), `{}`},
		{"struct", named1{}, `{"type":"object","properties":{"A":{"type":"integer"}},"required":["A"]}`},
		{"pointer", &named1{}, `{"type":"object","properties":{"A":{"type":"integer"}},"required":["A"]}`},
		{"empty struct", struct{}{}, `{"type":"object"}`},
		{"contains itself", node{}, `{"type":"object","properties":{"value":{"type":"integer"},` +
			`"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]},` +
			`"kids":{"type":"array","items":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}},"required":["value","next"]}`},
		{"contains what contains itself", []node{}, `{"type":"array","items":{"$ref":"#/$defs/node"},"$defs":{"node":` +
			`{"type":"object","properties":{"value":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]},` +
			`"kids":{"type":"array","items":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}}},"required":["value","next"]}}}`},
		{"slice of itself", forest{}, `{"type":"array","items":{"$ref":"#/$defs/forest"},` +
			`"$defs":{"forest":{"type":["array","null"],"items":{"$ref":"#/$defs/forest"}}}}`},
		{"generic types of one name", pair[pair[int, bool], pair[string, names]]{},
			`{"type":"object","properties":{"first":{"$ref":"#/$defs/pair"},"second":{"$ref":"#/$defs/pair2"}},"required":["first","second"],` +
				`"$defs":{"names":{"type":["array","null"],"items":{"type":"string"}},` +
				`"pair":{"type":"object","properties":{"first":{"type":"integer"},"second":{"type":"boolean"}},"required":["first","second"]},` +
				`"pair2":{"type":"object","properties":{"first":{"type":"string"},"second":{"$ref":"#/$defs/names"}},"required":["first","second"]}}}`},
		{"embedded", derived{}, `{"type":"object","properties":{"id":{"type":"string"},"shade":{"type":"boolean"}},"required":["id","shade"]}`},
		{"embedded pointer", struct{ *other }{}, `{"type":"object","properties":{"Both":{"type":"integer"}}}`},
		{"options of tags", options{}, `{"type":"object","properties":{` +
			`"omitted":{"type":"string"},"zero":{"type":"string","format":"date-time"},"nostruct":{"$ref":"#/$defs/named1"},` +
			`"quoted":{"type":"string"},"quotedp":{"type":["string","null"]},"-":{"type":"string"},"BadName":{"type":"string"},` +
			`"pointer":{"type":["string","null"]},"omitp":{"type":"string"},"omits":{"type":"array","items":{"type":"string"}},` +
			`"deep":{"type":["integer","null"]},"again":{"anyOf":[{"$ref":"#/$defs/named1"},{"type":"null"}]},` +
			`"omita":{"$ref":"#/$defs/named1"},"öl":{"$ref":"#/$defs/named1"}},` +
			`"required":["nostruct","quoted","quotedp","-","BadName","pointer","deep","again","öl"],` +
			`"$defs":{"named1":{"type":"object","properties":{"A":{"type":"integer"}},"required":["A"]}}}`},
		{"embedded, names that exclude each other", twoTags{}, `{"type":"object","properties":{"y":{"type":"integer"},"z":{"type":"boolean"}},"required":["y","z"]}`},
		{"embedded, the last with a tag", struct {
			plainA
			tagY
		}{}, `{"type":"object","properties":{"z":{"type":"boolean"},"Y":{"type":"integer"}},"required":["z","Y"]}`},
		{"embedded, the first with a tag", struct {
			tagY
			plainA
		}{}, `{"type":"object","properties":{"Y":{"type":"integer"},"z":{"type":"boolean"}},"required":["Y","z"]}`},
		{"a tag further down", struct {
			tagY
			Y bool
		}{}, `{"type":"object","properties":{"Y":{"type":"boolean"}},"required":["Y"]}`},
		{"a tag further down, and behind", struct {
			Y bool
			tagY
		}{}, `{"type":"object","properties":{"Y":{"type":"boolean"}},"required":["Y"]}`},
		{"the option string of what is not quoted", unquoted{}, `{"type":"object","properties":{"s":{"type":["array","null"],"items":{"type":"integer"}},` +
			`"a":{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":1},"m":{"type":["object","null"],"additionalProperties":{"type":"integer"}},` +
			`"o":{"type":"object"},"p":{"$ref":"#/$defs/intPointer"},"deep":{"type":["integer","null"]}},"required":["s","a","m","o","p","deep"],` +
			`"$defs":{"intPointer":{"type":["integer","null"]}}}`},
		{"embeds itself", again{}, `{"type":"object","properties":{"N":{"type":"integer"}},"required":["N"]}`},
		{"name that a pointer would escape", []größe{}, `{"type":"array","items":{"$ref":"#/$defs/gr__e"},` +
			`"$defs":{"gr__e":{"type":"object","properties":{"N":{"type":"integer"}},"required":["N"]}}}`},
		{"quoted, but for its method", struct {
			N numberM  `json:",string"`
			P *numberM `json:",string"`
		}{}, `{"type":"object","properties":{"N":{},"P":{}},"required":["N","P"]}`},
		{"interface with MarshalText", []encoding.TextMarshaler{}, `{"type":"array","items":{"type":["string","null"]}}`},
		{"an event", cloudevents.New("/s", "t"), `{}`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			schema, err := jsonschema.For(reflect.TypeOf(c.v))
			if err != nil {
				t.Fatal(err)
			}
			want := `{"$schema":"https://json-schema.org/draft/2020-12/schema",` + c.want[1:]
			if c.want == "{}" {
				want = `{"$schema":"https://json-schema.org/draft/2020-12/schema"}`
			}
			var g, w any
			if json.Unmarshal(schema, &g) != nil || json.Unmarshal([]byte(want), &w) != nil {
				t.Fatalf("no JSON: %s, %s", schema, want)
			}
			if diff := cmp.Diff(w, g); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestForUnsupportedType(t *testing.T) {
	for reason, v := range map[string]any{
		"channel":           struct{ C chan int }{},
		"function in a map": map[string]func(){},
		"complex":           []complex128{},
		"key of a map":      map[bool]int{},
	} {
		if _, err := jsonschema.For(reflect.TypeOf(v)); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
	if _, err := jsonschema.For(reflect.TypeFor[struct{ P selfP }]()); err != nil {
		t.Errorf("pointer to itself: %v", err)
	}
}

// The schema allows everything that encoding/json writes for the type.
func TestSchemaAllowsWhatIsWritten(t *testing.T) {
	for _, zero := range []any{
		options{}, derived{}, twoTags{}, unquoted{}, again{}, node{}, []node{}, forest{}, struct{ *other }{}, map[int]*named1{},
		pair[pair[int, bool], pair[string, names]]{}, pair[blob, [3]*level]{}, pair[*[]byte, map[text]any]{},
		struct {
			S *[]int          `json:",omitempty"`
			P **named1        `json:",omitempty"`
			M *map[string]int `json:",omitzero"`
		}{},
		pair[*time.Duration, text]{}, pair[**named1, *names]{},
	} {
		typ := reflect.TypeOf(zero)
		raw, err := jsonschema.For(typ)
		if err != nil {
			t.Fatal(err)
		}
		var root map[string]any
		if err := json.Unmarshal(raw, &root); err != nil {
			t.Fatal(err)
		}
		check := func(v reflect.Value) {
			written, err := json.Marshal(v.Interface())
			if err != nil || string(written) == "null" {
				return
			}
			var value any
			if err := json.Unmarshal(written, &value); err != nil {
				t.Fatal(err)
			}
			if !allows(root, root, value) {
				t.Errorf("%s: schema %s does not allow %s", typ, raw, written)
			}
		}
		check(reflect.Zero(typ))
		r := rand.New(rand.NewPCG(1, 2))
		for range 50 {
			v := reflect.New(typ).Elem()
			fill(v, r, 4)
			check(v)
		}
	}
}
