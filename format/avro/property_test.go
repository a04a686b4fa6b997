package ceavro_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
)

// Generated events come back, through a format alone, and by way of JSON.
func TestEveryEventComesBack(t *testing.T) {
	for _, c := range codecs {
		r := rand.New(rand.NewPCG(16, 2))
		refused := 0
		for range 5_000 {
			e := events.Event(r)
			if err := e.Validate(); err != nil {
				t.Fatalf("the generator made %v: %v", e, err)
			}
			want, ok := c.arrives(e)
			b, err := c.append(nil, &e)
			if ok != (err == nil) {
				t.Fatalf("%s: %v: %v, want success: %t", c.name, e, err, ok)
			}
			if !ok {
				refused++
				continue
			}
			exts := formattest.Types(&e)
			got, err := c.decode(b, exts...)
			if err != nil {
				t.Fatalf("%s: %v: %v", c.name, e, err)
			}
			if d := formattest.Diff(want, got); d != "" {
				t.Fatalf("%s: %q\n%s", c.name, b, d)
			}
			if again := encoded(t, c, got); !bytes.Equal(again, encoded(t, c, want)) {
				t.Fatalf("%s: %q\nis encoded again as\n%q", c.name, b, again)
			}
			for range 2 { // JSON drops white space around JSON
				document, err := cloudevents.AppendJSON(nil, &got)
				if err != nil {
					t.Fatal(err)
				}
				fromJSON, err := (&cloudevents.JSONDecoder{Extensions: exts}).Decode(document)
				if err != nil {
					t.Fatalf("%s: %v", document, err)
				}
				if got, err = c.decode(encoded(t, c, fromJSON), exts...); err != nil {
					t.Fatal(err)
				}
			}
			if strings.Contains(want.DataContentType, "json") {
				want.Data, got.Data = bytes.TrimSpace(want.Data), bytes.TrimSpace(got.Data)
			}
			if d := formattest.Diff(want, got); d != "" {
				t.Fatalf("%s by way of JSON: %q\n%s", c.name, b, d)
			}
		}
		if (refused > 0) != (c.name == "Compact") || refused > 1500 {
			t.Errorf("%s: %d events are refused", c.name, refused)
		}
	}
}

// Generated JSON comes back byte for byte, and is a value and no bytes if the schema has a
// place for it.
func TestJSONComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 3))
	values := 0
	for range 20_000 {
		text := anyJSON(r, r.IntN(5))
		e := formattest.Minimal()
		e.DataContentType, e.Data = "application/json", []byte(text)
		b := encoded(t, codecs[0], e)
		got, err := ceavro.Decode(b)
		if err != nil || string(got.Data) != text {
			t.Fatalf("%s comes back as %s: %v", text, got.Data, err)
		}
		isValue := !strings.HasSuffix(string(b), long(0)+str(text))
		if isValue {
			values++
		}
		var compacted bytes.Buffer
		if json.Compact(&compacted, e.Data) != nil || compacted.String() != text {
			t.Fatalf("the generator made %s", text)
		}
		var v any
		if err := json.Unmarshal(e.Data, &v); err != nil {
			t.Fatal(err)
		}
		if want := hasPlace(v, 0) && !strings.Contains(text, "1.0") && !strings.Contains(text, "9007199254740993"); want != isValue {
			t.Fatalf("%s is a value: %t, want %t", text, isValue, want)
		}
	}
	if values < 5_000 || values > 18_000 {
		t.Errorf("%d values", values)
	}
}

// hasPlace is how the schema reads: level 0 is the union of data, 1 is in its map, 2 is in
// the map of a record, and 3 is in a map or array of records.
func hasPlace(v any, level int) bool {
	switch v := v.(type) {
	case nil:
		return level == 1 || level == 2
	case map[string]any:
		for _, member := range v {
			if !hasPlace(member, []int{1, 2, 3, 2}[level]) {
				return false
			}
		}
		return true
	case []any:
		for _, item := range v {
			if !hasPlace(item, 3) {
				return false
			}
		}
		return level == 0 || level == 2
	}
	return level != 3
}

// anyJSON returns JSON without white space that may have a place in the schema.
func anyJSON(r *rand.Rand, depth int) string {
	kind := r.IntN(12)
	if depth == 0 {
		kind = r.IntN(6)
	}
	switch kind {
	case 0:
		return "null"
	case 1:
		return "true"
	case 2:
		return []string{"0", "-0", "1.5", "-12", "1e+21", "9007199254740993", "1.0", "123456789012", "1e-7"}[r.IntN(9)]
	case 3:
		return strconv.Itoa(r.IntN(1e9))
	case 4, 5:
		return []string{`""`, `"é"`, `"\n\"\\\u0001"`, `"a b"`, `"` + strings.Repeat("long", r.IntN(50)) + `"`}[r.IntN(5)]
	case 6:
		items := make([]string, r.IntN(4))
		for i := range items {
			items[i] = "{}"
			if r.IntN(4) > 0 {
				items[i] = anyJSON(r, depth-1)
			}
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	members := make([]string, []int{0, 1, 2, 3, 80}[r.IntN(4+r.IntN(20)/19)])
	for i := range members {
		members[i] = `"` + strconv.Itoa(i*7%80) + `":` + anyJSON(r, depth-1)
	}
	return "{" + strings.Join(members, ",") + "}"
}

// events makes events with what is of interest here.
var events = formattest.Generator{
	ContentTypes: []string{"avro/binary"},
	More:         func(r *rand.Rand) []byte { return []byte(anyJSON(r, 3)) },
	V03:          true,
}
