package cloudevents_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// anyValue makes a value of whatever text, legal or not.
func anyValue(kind uint8, text string) cloudevents.Value {
	switch kind % 4 {
	case 0:
		return cloudevents.StringValue(text)
	case 1:
		return cloudevents.URIValue(text)
	case 2:
		return cloudevents.URIReferenceValue(text)
	}
	for _, t := range []spec.Type{spec.Boolean, spec.Integer, spec.Timestamp, spec.Binary} {
		if v, err := cloudevents.ParseValue(t, text); err == nil {
			return v
		}
	}
	return cloudevents.BinaryValue([]byte(text))
}

// wire is v as it comes back from JSON, which knows three types.
func wire(v cloudevents.Value) cloudevents.Value {
	switch v.Type() {
	case spec.Boolean, spec.Integer:
		return v
	}
	return cloudevents.StringValue(v.String())
}

func FuzzAppendJSON(f *testing.F) {
	f.Add("1", "/s", "t", "s", "text/plain", "urn:a", int64(0), int64(0), 0, "a", uint8(0), "x", "b", uint8(3), "5", []byte("d"), true)
	f.Add("1", "/s", "t", "", "application/json", "", int64(1e9), int64(5), 3600, "b", uint8(1), "urn:a", "a", uint8(3), "-0", []byte(` {"a":1} `), true)
	f.Add(`","id":"2`, "/s", "t", "", "application/json", "", int64(-62135596800), int64(0), 0, "id", uint8(1), "urn:a", "a", uint8(3), "true", []byte(`{},"id":"2"`), true)
	f.Add("1", "/s", "t", "", "", "", int64(253402300800), int64(0), 1, `a":1,"b`, uint8(1), "urn:a", `data`, uint8(3), "true", []byte(nil), false)
	f.Add("1", "/s", "t", "", "text/xml; charset=latin1", "", int64(1), int64(0), 90000, "a", uint8(1), "urn:a", "a", uint8(3), "true", []byte("\xFF"), true)
	cases, err := conformance.Load(os.DirFS("testdata"))
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		for _, n := range c.Events {
			e, err := conformance.ToEvent(n)
			if err != nil || len(e.Data) > 8<<10 {
				continue
			}
			x := append(e.Extensions, make([]cloudevents.Extension, 2)...)
			_, offset := e.Time.Zone()
			f.Add(e.ID, e.Source, e.Type, e.Subject, e.DataContentType, e.DataSchema, e.Time.Unix(), int64(e.Time.Nanosecond()), offset,
				x[0].Name, uint8(3), x[0].Value.String(), x[1].Name, uint8(0), x[1].Value.String(), e.Data, e.Data != nil)
		}
	}
	f.Fuzz(func(t *testing.T, id, source, eventType, subject, contentType, schema string, sec, nsec int64, offset int,
		name1 string, kind1 uint8, text1, name2 string, kind2 uint8, text2 string, data []byte, hasData bool) {
		e := cloudevents.Event{ID: id, Source: source, Type: eventType, Subject: subject, DataContentType: contentType, DataSchema: schema}
		if sec != 0 {
			e.Time = time.Unix(sec, nsec).In(time.FixedZone("", offset%100_000))
		}
		if name1 != "" {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name1, Value: anyValue(kind1, text1)})
		}
		if name2 != "" {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name2, Value: anyValue(kind2, text2)})
		}
		if hasData {
			e.Data = append([]byte{}, data...)
		}
		checkAppend(t, e)
	})
}

func checkAppend(t *testing.T, e cloudevents.Event) {
	invalid := e.Validate()
	const prefix = `{"prefix":`
	b, err := cloudevents.AppendJSON([]byte(prefix), &e)
	if !bytes.HasPrefix(b, []byte(prefix)) {
		t.Fatalf("the prefix was changed: %q", b)
	}
	b = b[len(prefix):]
	if err != nil {
		if len(b) != 0 {
			t.Fatalf("%q beside an error", b)
		}
		if invalid == nil {
			t.Fatalf("a valid event is refused: %v", err)
		}
		return
	}
	if invalid != nil {
		t.Fatalf("an invalid event is encoded: %v", invalid)
	}
	if !json.Valid(b) || !utf8.Valid(b) {
		t.Fatalf("not JSON in UTF-8: %q", b)
	}

	// The members are the attributes and data, nothing else: no value breaks out.
	want := []string{}
	for name := range e.All() {
		want = append(want, name)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		t.Fatal(err)
	}
	_, plain := members["data"]
	switch {
	case e.Data != nil && plain:
		if mediatype.IsJSON(e.DataContentType) && !isJSONMember(&e) {
			t.Fatalf("spliced: %s", b)
		}
		want = append(want, "data")
	case e.Data != nil:
		want = append(want, "data_base64")
	}
	slices.Sort(want)
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(members))); d != "" {
		t.Fatalf("members of %s:\n%s", b, d)
	}
	if names, err := refNames(b); err != nil || len(names) != len(want) {
		t.Fatalf("%d members in %s (%v), want %d", len(names), b, err, len(want))
	}

	var d cloudevents.JSONDecoder
	back, err := d.Decode(b)
	if err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	expected := withoutSpace(e)
	expected.Extensions = slices.Clone(e.Extensions)
	for i := range expected.Extensions {
		expected.Extensions[i].Value = wire(e.Extensions[i].Value)
	}
	slices.SortFunc(expected.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
	if d := diff(expected, back); d != "" {
		t.Fatalf("%s decodes to another event:\n%s", b, d)
	}
}
