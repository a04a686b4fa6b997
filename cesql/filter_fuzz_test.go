package cesql_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/validation"
)

// members are those of a JSON object, in their order, with those that are there twice.
type members []struct {
	name  string
	value any
}

// parsed returns the next value of d: members, a []any, a string or another token.
func parsed(d *json.Decoder) any {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch t {
	case json.Delim('['):
		all := []any{}
		for d.More() {
			all = append(all, parsed(d))
		}
		_, _ = d.Token()
		return all
	case json.Delim('{'):
		all := members{}
		for d.More() {
			name, _ := d.Token()
			all = append(all, struct {
				name  string
				value any
			}{name.(string), parsed(d)})
		}
		_, _ = d.Token()
		return all
	}
	return t
}

// isFilter reports whether a JSON value is a filter, by the text of the specification.
func isFilter(v any) bool {
	object, ok := v.(members)
	if !ok || len(object) != 1 {
		return false
	}
	switch content := object[0].value; object[0].name {
	case "exact", "prefix", "suffix":
		texts, ok := content.(members)
		seen := map[string]bool{}
		for _, m := range texts {
			text, isText := m.value.(string)
			ok = ok && isText && text != "" && validation.Name(m.name) == nil && !seen[m.name]
			seen[m.name] = true
		}
		return ok && len(texts) > 0
	case "all", "any":
		filters, ok := content.([]any)
		for _, f := range filters {
			ok = ok && isFilter(f)
		}
		return ok && len(filters) > 0
	case "not":
		return isFilter(content)
	case "sql":
		text, ok := content.(string)
		if !ok {
			return false
		}
		_, _, err := cesql.Compile(text)
		return err == nil
	}
	return false
}

// FuzzFilter reads filters. What is accepted is a filter to encoding/json, too, and is written
// and read again as the same one.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		`{"exact":{"type":"t","id":"1"}}`, `{"all":[{"prefix":{"type":"com."}},{"not":{"suffix":{"id":"\u00e9"}}}]}`, ` { "any" : [ { "sql" : "id = '1'" } ] } `,
		`{"exact":{"id":"1"},"prefix":{"id":"1"}}`, `{"exact":{"id":"1","id":"2"}}`, `{"all":[]}`, `{"not":{"all":[{},1]}}`, `{"sql":"id ="}`, `{"exact":{"id":"\ud800"}}`, `{"regexp":[{"a":[1,{}]}]}`,
	} {
		f.Add([]byte(s))
	}
	e := event()
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		var x cesql.Filter
		err := x.UnmarshalJSON(text)
		if !bytes.Equal(text, before) {
			t.Fatal("the text has changed")
		}
		isLegal := json.Valid(text) && utf8.Valid(text) && isFilter(parsed(json.NewDecoder(bytes.NewReader(text))))
		if err != nil {
			// Neither are there in what encoding/json reads.
			if isLegal && !strings.Contains(err.Error(), "unpaired surrogate") && !strings.Contains(err.Error(), "nested more than") {
				t.Fatalf("%s: %v", text, err)
			}
			return
		}
		if !isLegal || x.Validate() != nil {
			t.Fatalf("%s is accepted: %v", text, x.Validate())
		}
		written, err := json.Marshal(x)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var again cesql.Filter
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatalf("%s is written as %s: %v", text, written, err)
		}
		if rewritten, err := json.Marshal(again); err != nil || !bytes.Equal(rewritten, written) {
			t.Fatalf("%s is written as %s and then as %s: %v", text, written, rewritten, err)
		}
		for _, e := range []cloudevents.Event{e, {ID: "1", Source: "/", Type: "t"}} {
			if x.Match(&e) != again.Match(&e) {
				t.Fatalf("%s and %s are not the same filter", text, written)
			}
		}
	})
}
