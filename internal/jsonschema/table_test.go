package jsonschema_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents/internal/jsonschema"
)

// rows returns a table as text: "name: type, required (description)".
func rows(schema string) (rows []string) {
	for _, f := range jsonschema.Fields(json.RawMessage(schema)) {
		row := f.Name + ": " + f.Type
		if f.Required {
			row += "!"
		}
		if f.Description != "" {
			row += " (" + f.Description + ")"
		}
		rows = append(rows, row)
	}
	return rows
}

func TestFields(t *testing.T) {
	for name, c := range map[string]struct {
		schema string
		want   []string
	}{
		"order, required and descriptions": {`{"type":"object","properties":{"b":{"type":"string","description":"B."},"a":{"type":"integer","minimum":0}},"required":["a"]}`,
			[]string{"b: string (B.)", "a: integer, at least 0!"}},
		"formats": {`{"properties":{"t":{"type":"string","format":"date-time"},"d":{"type":"string","contentEncoding":"base64"}}}`,
			[]string{"t: string, date-time", "d: string, base64"}},
		"inside": {`{"properties":{"a":{"type":"object","properties":{"b":{"type":"array","items":{"type":"object","properties":{"c":{"type":"number"}}}}}}}}`,
			[]string{"a: object", "a.b: array of object", "a.b[].c: number"}},
		"maps": {`{"properties":{"m":{"type":"object","additionalProperties":{"type":"object","properties":{"x":{"type":"boolean"}}}},"n":{"type":"object","additionalProperties":true}}}`,
			[]string{"m: object of object", "m{}.x: boolean", "n: object"}},
		"null": {`{"properties":{"a":{"type":["string","null"]},"b":{"anyOf":[{"$ref":"#/$defs/x"},{"type":"null"}]}},"$defs":{"x":{"type":"object","description":"X.","properties":{"c":{}}}}}`,
			[]string{"a: string or null", "b: object or null", "b.c: any"}},
		"references": {`{"properties":{"a":{"$ref":"#/$defs/x~1y","description":"own"},"b":{"$ref":"#/$defs/x~1y"}},"$defs":{"x/y":{"type":"string","description":"shared"}}}`,
			[]string{"a: string (own)", "b: string (shared)"}},
		"references to nothing":   {`{"properties":{"a":{"$ref":"#/$defs/x"},"b":{"$ref":"https://example.com/"}}}`, []string{"a: any", "b: any"}},
		"it contains itself":      {`{"properties":{"v":{"type":"integer"},"next":{"$ref":"#"}}}`, []string{"v: integer", "next: object"}},
		"a definition does":       {`{"properties":{"a":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/n"}}}}}}`, []string{"a: object", "a.kids: array of object"}},
		"a reference to itself":   {`{"$ref":"#"}`, nil},
		"values":                  {`{"properties":{"a":{"enum":["x",1]},"b":{"const":"y"},"c":{"enum":[1,2,3,4,5,6,7,8,9]}}}`, []string{`a: "x", 1`, `b: "y"`, "c: 1, 2, 3, 4, 5, 6, 7, 8, …"}},
		"choices":                 {`{"oneOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"b":{"type":"string"}}}]}`, []string{": object!", "a: string", "b: string"}},
		"all of":                  {`{"allOf":[{"properties":{"a":{"type":"string"}}}],"properties":{"b":true}}`, []string{"b: any", "a: string"}},
		"an array":                {`{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}`, []string{": array of object!", "[].a: string!"}},
		"a list of items":         {`{"type":"array","items":[{"type":"string"}]}`, []string{": array!"}},
		"text":                    {`{"type":"string","description":"Words."}`, []string{": string! (Words.)"}},
		"everything":              {`{}`, nil},
		"true":                    {`true`, nil},
		"no schema":               {`[1]`, nil},
		"nothing":                 {``, nil},
		"keywords of wrong kinds": {`{"properties":[1],"required":"a","type":7}`, nil},
	} {
		if diff := cmp.Diff(c.want, rows(c.schema)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A table ends, however much a schema has.
func TestFieldsEnds(t *testing.T) {
	var many, deep strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, `"p%d":{},`, i)
	}
	for range 100 {
		deep.WriteString(`{"properties":{"a":`)
	}
	if n := len(rows(`{"properties":{` + strings.TrimSuffix(many.String(), ",") + `}}`)); n != 200 {
		t.Errorf("%d fields", n)
	}
	if n := len(rows(deep.String() + "{}" + strings.Repeat("}}", 100))); n > 20 {
		t.Errorf("%d fields inside of each other", n)
	}
}

// What For says of a type is in the table.
func TestFieldsOfTypes(t *testing.T) {
	type described struct {
		A int            `json:"a" doc:"The first."`
		N *node          `json:"n,omitempty" doc:"A list."`
		M map[string]any `json:"m"`
	}
	schema, err := jsonschema.For(reflect.TypeFor[described]())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a: integer! (The first.)", "n: object (A list.)", "n.value: integer!", "n.next: object or null!", "n.kids: array of object or null", "m: object or null!"}
	if diff := cmp.Diff(want, rows(string(schema))); diff != "" {
		t.Error(diff)
	}
}

func FuzzFields(f *testing.F) {
	for _, s := range []string{`{"$ref":"#"}`, `{"properties":{"a":{"$ref":"#/properties/a"}}}`, `{"allOf":[{"$ref":"#"}]}`, `{"items":{"items":{}},"type":"array"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, schema string) {
		if n := len(jsonschema.Fields(json.RawMessage(schema))); n > 200 {
			t.Errorf("%d fields", n)
		}
	})
}
