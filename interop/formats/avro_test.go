package formats_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	hamba "github.com/hamba/avro/v2"
	"github.com/twmb/avro"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// avroFormat is one of the formats, beside the libraries for its schema.
type avroFormat struct {
	protocol conformance.Protocol
	twmb     *avro.Schema
	hamba    hamba.Schema
	append   func(dst []byte, e *cloudevents.Event) ([]byte, error)
	decode   func(body []byte) (cloudevents.Event, error)
	// event makes an event of what a library has decoded, in the plainest way.
	event func(record map[string]any) (cloudevents.Event, error)
}

func avroFormats(t testing.TB) []avroFormat {
	t.Helper()
	parse := func(s string) (*avro.Schema, hamba.Schema) {
		a, err := avro.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		b, err := hamba.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return a, b
	}
	a, b := parse(avroSchema)
	c, d := parse(compactSchema)
	return []avroFormat{
		{conformance.Avro, a, b, ceavro.Append, func(body []byte) (cloudevents.Event, error) {
			return ceavro.Format{MaxAttributes: -1, MaxDepth: 10_000}.DecodeStructuredModeMessage(body, "")
		}, eventOfAvro},
		{conformance.AvroCompact, c, d, ceavro.AppendCompact, func(body []byte) (cloudevents.Event, error) {
			return ceavro.Compact{MaxAttributes: -1}.DecodeStructuredModeMessage(body, "")
		}, eventOfCompact},
	}
}

// Every document of the cases is read as github.com/twmb/avro reads it.
func TestAvroReadsAsTwmb(t *testing.T) {
	for _, f := range avroFormats(t) {
		all := cases(t, func(c conformance.Case) bool { return c.Message.Protocol == f.protocol })
		if len(all) < 50 {
			t.Errorf("only %d cases of %s", len(all), f.protocol)
		}
		for _, c := range all {
			t.Run(c.Name, func(t *testing.T) { f.compareWithTwmb(t, c.Message.Body) })
		}
	}
}

// FuzzAvro compares with github.com/twmb/avro what is accepted, and what comes out, and the
// two ways through our decoders.
func FuzzAvro(f *testing.F) {
	formats := avroFormats(f)
	for _, c := range cases(f, func(c conformance.Case) bool {
		return c.Message.Protocol == conformance.Avro || c.Message.Protocol == conformance.AvroCompact
	}) {
		if len(c.Message.Body) < 4<<10 {
			f.Add(c.Message.Body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, format := range formats {
			format.compareWithTwmb(t, body)
		}
		checkWays(t, ceavro.Format{}, body)
		checkWays(t, ceavro.Compact{}, body)
	})
}

// stricter has parts of the errors about documents that twmb/avro takes.
var stricter = []string{
	"a string is not UTF-8", "a boolean is neither 0 nor 1", "has a name twice", "duplicate attribute", "is a duplicate", "a block ends elsewhere",
	"the document goes on", "more than", "the rest of the document", "bare value", "an int has more",
}

func (f *avroFormat) compareWithTwmb(t *testing.T, body []byte) {
	t.Helper()
	got, err := f.decode(body)
	var decoded any
	rest, wireErr := f.twmb.Decode(body, &decoded)
	if wireErr != nil || len(rest) > 0 {
		if err == nil && !tooDeepForTwmb(wireErr) {
			t.Errorf("%s: %q is accepted; twmb/avro says: %v, and leaves %q", f.protocol, body, wireErr, rest)
		}
		return
	}
	want, eventErr := f.event(decoded.(map[string]any))
	switch {
	case err == nil && eventErr != nil:
		t.Errorf("%s: %q is accepted, but %v", f.protocol, body, eventErr)
	case err != nil && eventErr == nil && !slices.ContainsFunc(stricter, func(part string) bool { return strings.Contains(err.Error(), part) }):
		t.Errorf("%s: %q is refused: %v", f.protocol, body, err)
	case err == nil:
		if d := diffAvro(want, got); d != "" {
			t.Errorf("%s: %q\n%s", f.protocol, body, d)
		}
	}
}

// tooDeepForTwmb reports whether twmb/avro has refused a document for its levels of nesting
// only. It takes fewer than this module does.
func tooDeepForTwmb(err error) bool {
	return err != nil && strings.Contains(err.Error(), "recursion limit")
}

// diffAvro compares events. JSON is compared by its meaning, because another library has
// its own forms and its own order.
func diffAvro(want, got cloudevents.Event) string {
	w, _ := want.Get("time")
	g, _ := got.Get("time")
	if d := cmp.Diff(w.String(), g.String()); d != "" {
		return d
	}
	var x, y any
	if strings.Contains(got.DataContentType, "json") && json.Unmarshal(want.Data, &x) == nil && json.Unmarshal(got.Data, &y) == nil && reflect.DeepEqual(x, y) {
		want.Data, got.Data = nil, nil
	}
	return cmp.Diff(want, got)
}

// eventOfAvro makes an event of a record of the Avro format.
func eventOfAvro(record map[string]any) (e cloudevents.Event, err error) {
	var a cloudevents.Attributes
	a.MaxAttributes = -1
	attributes := record["attribute"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if err := add(&a, name, attributes[name]); err != nil {
			return e, err
		}
	}
	if err := a.Assemble(&e); err != nil {
		return e, err
	}
	value := record["data"]
	switch v := value.(type) {
	case nil:
		return e, nil
	case []byte:
		e.Data, err = a.Data(v)
		return e, err
	}
	if e.DataContentType == "" {
		e.DataContentType = "application/json"
	}
	_, subtype, _ := strings.Cut(strings.ToLower(strings.TrimSpace(strings.Split(e.DataContentType, ";")[0])), "/")
	isJSON := subtype == "json" || strings.HasSuffix(subtype, "+json")
	text, isText := value.(string)
	if isText {
		b, err := a.Data([]byte(text))
		if err != nil || len(b) != len(text) {
			e.Data = b
			return e, err
		}
		if !isJSON {
			e.Data = b
			return e, fitsCharset(e.DataContentType, b)
		}
	}
	if !isJSON {
		return e, errors.New("a value of a type that is not JSON")
	}
	b, err := json.Marshal(plain(value, 0))
	if err == nil {
		e.Data, err = a.Data(b)
	}
	return e, err
}

// plain returns a value of data without its records: level 0 is the union of data, 1 is in
// its map, 2 is in the map of a record, and 3 is in a map or array of records.
func plain(v any, level int) any {
	switch v := v.(type) {
	case map[string]any:
		next := []int{1, 0, 3, 0}[level]
		if level == 1 || level == 3 {
			v, next = v["value"].(map[string]any), 2
		}
		out := map[string]any{}
		for name, member := range v {
			out[name] = plain(member, next)
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			out = append(out, plain(item, 3))
		}
		return out
	}
	return v
}

// eventOfCompact makes an event of a record of the compact format.
func eventOfCompact(record map[string]any) (e cloudevents.Event, err error) {
	var a cloudevents.Attributes
	a.MaxAttributes = -1
	a.Add(spec.SpecVersion, spec.String, "1.0")
	for name, value := range record {
		at, isTime := value.(time.Time)
		switch {
		case name == "extensions" || name == "data" || value == nil:
		case isTime:
			if at.Year() < 0 || at.Year() > 9999 {
				return e, errors.New("time out of range")
			}
			a.Add(name, spec.Timestamp, at.UTC().Format(time.RFC3339Nano))
		default:
			a.Add(name, spec.String, value.(string))
		}
	}
	extensions := record["extensions"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(extensions)) {
		if _, core := spec.V1.Attribute(name); core {
			return e, fmt.Errorf("%s is an extension", name)
		}
		if err := add(&a, name, extensions[name]); err != nil {
			return e, err
		}
	}
	if err := a.Assemble(&e); err != nil {
		return e, err
	}
	if b, ok := record["data"].([]byte); ok {
		e.Data = b
	}
	return e, nil
}

// add adds an attribute.
func add(a *cloudevents.Attributes, name string, value any) error {
	switch v := value.(type) {
	case nil:
		return validation.Name(name)
	case bool:
		a.Add(name, spec.Boolean, cloudevents.BooleanValue(v).String())
	case int:
		a.Add(name, spec.Integer, cloudevents.IntegerValue(int32(v)).String())
	case int32:
		a.Add(name, spec.Integer, cloudevents.IntegerValue(v).String())
	case string:
		a.Add(name, spec.String, v)
	case []byte:
		a.Add(name, spec.Binary, cloudevents.BinaryValue(v).String())
	case time.Time:
		if v.Year() < 0 || v.Year() > 9999 {
			return errors.New("time out of range")
		}
		a.Add(name, spec.Timestamp, v.UTC().Format(time.RFC3339Nano))
	default:
		return fmt.Errorf("%T", value)
	}
	return nil
}

// Every event of all cases is written so that both libraries read it, and what they write
// of it is read as the same event. twmb/avro writes blocks with positive counts, and
// hamba/avro blocks with negative counts and a size.
func TestAvroLibrariesReadAndWrite(t *testing.T) {
	for _, f := range avroFormats(t) {
		ran := 0
		for _, c := range cases(t, func(c conformance.Case) bool { return c.Refused == nil && c.Text == nil }) {
			es, err := conformance.ToEvents(c.Events)
			if err != nil {
				t.Fatal(err)
			}
			for i := range es {
				b, err := f.append(nil, &es[i])
				if errors.Is(err, validation.ErrRange) || errors.Is(err, validation.ErrVersion) {
					continue // what the compact format does not have
				}
				if err != nil {
					t.Fatalf("%s: %v", c.Name, err)
				}
				want, err := f.decode(b)
				if err != nil {
					t.Fatalf("%s: %v", c.Name, err)
				}
				f.compareWithTwmb(t, b)
				var decoded any
				if _, err := f.twmb.Decode(b, &decoded); tooDeepForTwmb(err) {
					continue
				}
				if rest, err := f.twmb.Decode(b, &decoded); err != nil || len(rest) > 0 {
					t.Fatalf("%s: %q: %v", c.Name, rest, err)
				}
				again, err := f.twmb.Encode(decoded)
				f.comesBack(t, "twmb/avro", c.Name, want, again, err)
				var record map[string]any
				if err := hamba.Unmarshal(f.hamba, b, &record); err != nil {
					t.Fatalf("%s: hamba/avro: %v", c.Name, err)
				}
				again, err = hamba.Marshal(f.hamba, record)
				f.comesBack(t, "hamba/avro", c.Name, want, again, err)
				ran++
			}
		}
		if ran < 850 {
			t.Errorf("%s: only %d events", f.protocol, ran)
		}
	}
}

func (f *avroFormat) comesBack(t *testing.T, library, name string, want cloudevents.Event, document []byte, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %s: %s: %v", name, f.protocol, library, err)
		return
	}
	got, err := f.decode(document)
	if err != nil {
		t.Errorf("%s: %s: what %s writes is refused: %v\n%q", name, f.protocol, library, err, document)
		return
	}
	if d := diffAvro(want, got); d != "" {
		t.Errorf("%s: %s: what %s writes:\n%s", name, f.protocol, library, d)
	}
}
