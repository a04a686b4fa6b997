package cenats_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/seed763dd41b/cloudevents"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	"github.com/seed763dd41b/cloudevents/spec"
)

// arrives returns a valid event as it arrives. There is nothing else that changes.
func arrives(e cloudevents.Event, mode cloudevents.Mode) cloudevents.Event {
	e = e.Clone()
	slices.SortFunc(e.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
	if mode == cloudevents.BinaryMode && len(e.Data) == 0 {
		e.Data = nil // NATS does not tell them apart
	}
	if len(e.Extensions) == 0 {
		e.Extensions = nil
	}
	return e
}

// checkRoundTrip sends a valid event in both modes, and compares what arrives.
func checkRoundTrip(t *testing.T, e cloudevents.Event) {
	t.Helper()
	var exts []spec.Attribute // headers have no types, and documents three
	for _, x := range e.Extensions {
		exts = append(exts, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
	}
	d := cenats.Decoder{Extensions: exts, MaxAttributes: -1}
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		m, err := cenats.ToMessage(&e, mode, nil)
		if err != nil {
			t.Fatalf("%s mode: %v\n%v", mode, err, e)
		}
		for name, values := range m.Header {
			if len(values) != 1 || name != "Content-Type" && name != strings.ToLower(name) || strings.ContainsFunc(values[0], func(r rune) bool { return r <= ' ' || r > '~' || r == '"' }) {
				t.Errorf("%s mode: header %q is %q", mode, name, values)
			}
		}
		if !cenats.IsCloudEvent(&m) {
			t.Errorf("%s mode: %v is no CloudEvent", mode, m)
		}
		got, err := d.ToCloudEvent(&m)
		if err != nil {
			t.Fatalf("%s mode: %v\n%v", mode, err, m)
		}
		want := arrives(e, mode)
		if mode == cloudevents.StructuredMode && len(got.Data) != len(want.Data) { // white space around JSON is that of the document
			want.Data = []byte(strings.Trim(string(want.Data), " \t\r\n"))
		}
		if !sameTime(got, want) {
			t.Fatalf("%s mode: time is %v, want %v", mode, got.Time, want.Time)
		}
		got.Time = want.Time
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b cloudevents.Value) bool { return a == b })); diff != "" {
			t.Fatalf("%s mode: %s\n%v", mode, diff, m)
		}
	}
}

// sameTime reports whether the times are the same in every digit and the offset.
func sameTime(a, b cloudevents.Event) bool {
	x, _ := a.Get(spec.Time)
	y, _ := b.Get(spec.Time)
	return x == y
}

// Any event that Validate accepts travels in both modes and comes back the same.
func TestProperty(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1500 {
		e := generated(r)
		if err := e.Validate(); err != nil {
			t.Fatalf("%v: %v", err, e)
		}
		checkRoundTrip(t, e)
	}
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

// anyText returns a legal String that is not empty.
func anyText(r *rand.Rand) string {
	runes := make([]rune, 1+r.IntN(8))
	for i := range runes {
		runes[i] = pick(r, ' ', '"', '%', '\\', '4', '1', 'a', 'Z', ',', ';', ':', '|', '~', '!', 'é', '\u00a0', '\ufeff', '€', '\U0001F600', '\U0010FFFD',
			rune(' '+r.IntN('~'-' '+1)), rune(0xA0+r.IntN(0xD000)))
	}
	return string(runes)
}

func anyReference(r *rand.Rand) string {
	return pick(r, "/s", "a", "?", "#", "//host", "%41", "%C3%A9", "/%22%25", "urn:x:y", "http://example.com/?a=b&c=%20#f", "mailto:a@b", "/a'b(c)*", "/;,@:!$&=+~_-.")
}

func anyURI(r *rand.Rand) string {
	return pick(r, "urn:a", "http://example.com/#x", "a:%41", "x-y.z+1:/a?b#c")
}

func anyTime(r *rand.Rand) time.Time {
	return time.Unix(r.Int64N(4e9)-2e9, pick(r, 0, 1, 1000, 500_000_000, r.Int64N(1e9))).In(time.FixedZone("", 60*(r.IntN(1600)-800)))
}

func anyValue(r *rand.Rand) cloudevents.Value {
	switch r.IntN(8) {
	case 0:
		return cloudevents.BooleanValue(r.IntN(2) == 0)
	case 1:
		return cloudevents.IntegerValue(int32(r.Uint32()))
	case 2:
		return cloudevents.BinaryValue(anyBytes(r))
	case 3:
		return cloudevents.URIValue(anyURI(r))
	case 4:
		return cloudevents.URIReferenceValue(anyReference(r))
	case 5:
		return cloudevents.TimestampValue(anyTime(r))
	case 6:
		return cloudevents.StringValue("")
	}
	return cloudevents.StringValue(anyText(r))
}

func anyBytes(r *rand.Rand) []byte {
	b := make([]byte, r.IntN(20))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// generated returns a valid event.
func generated(r *rand.Rand) cloudevents.Event {
	e := cloudevents.Event{
		ID: anyText(r), Source: anyReference(r), Type: anyText(r),
		Subject:    pick(r, "", anyText(r)),
		DataSchema: pick(r, "", anyURI(r)),
		DataContentType: pick(r, "", "application/json", "text/plain; charset=\"utf-8\"", "application/octet-stream", "application/xml; a=\"%41 \\\"\"",
			"application/cloudevents+json", "Application/CloudEvents-Batch+json", "application/cloudeventsx"),
	}
	if r.IntN(2) == 0 {
		e.Time = anyTime(r)
	}
	if r.IntN(8) == 0 {
		e.SpecVersion = spec.V03
		if e.DataSchema != "" {
			e.DataSchema = anyReference(r) // schemaurl
		}
	}
	for i := range r.IntN(20) {
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: pick(r, "x", "traceparent", "comexample", "a1") + string(rune('a'+i)), Value: anyValue(r)})
	}
	switch r.IntN(6) {
	case 0:
	case 1:
		e.Data = []byte{}
	case 2:
		e.Data = []byte(anyText(r))
	case 3:
		e.Data = anyBytes(r)
	case 4:
		e.Data = []byte(pick(r, `{"a":[1.0,null,"é"]}`, `"text"`, "null", "{", " 1 ", document))
	case 5:
		e.Data = []byte(strings.Repeat("x", r.IntN(5000)))
	}
	return e
}
