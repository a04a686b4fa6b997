package cews_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

var (
	texts      = []string{"a", " ", " a ", `"`, `\`, "%41", "100%", "é€😀", "\u2028", "\uFEFF", "\uFFFD", "null", "[", "{}", `","id":"x`, strings.Repeat("é", 3000)}
	references = []string{"/s", "a", "?", "#", "//host", "%C3%A9", "urn:x:y", "http://example.com/?a=b&c=%20#f"}
	uris       = []string{"urn:a", "http://example.com/#x", "a:%41"}
	types      = []string{
		"", "application/json", "text/json; charset=utf-16", "application/vnd.a+JSON;v=1", "text/plain", "text/plain; charset=us-ascii", "application/xml",
		"application/octet-stream", "application/cloudevents+json", "application/cloudevents-batch+json", `x/y; a="\"b"`,
	}
	payloads = []string{
		"", "x", "null", " {} ", "[1,2]", `{"a":1,"a":2}`, "{", "1 2", `"\ud800"`, "\"\xFF\"", "\xFF\xFE", "\xC3", "café", "\x00", "AAAA", strings.Repeat("[", 2000),
	}
	times = []time.Time{
		{}, time.Unix(0, 1).UTC(), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.FixedZone("", -86340)),
		time.Date(2024, 2, 29, 23, 59, 59, 100_000_000, time.FixedZone("", 5400)),
	}
)

func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// generated returns a valid event.
func generated(r *rand.Rand) cloudevents.Event {
	e := cloudevents.Event{ID: pick(r, texts), Source: pick(r, references), Type: pick(r, texts), DataContentType: pick(r, types), Time: pick(r, times)}
	if r.IntN(2) == 0 {
		e.Subject, e.DataSchema = pick(r, texts), pick(r, uris)
	}
	if r.IntN(4) > 0 {
		e.Data = []byte(pick(r, payloads))
	}
	if r.IntN(8) == 0 {
		e.SpecVersion = spec.V03
	}
	for i := range r.IntN(10) {
		values := []cloudevents.Value{
			cloudevents.BooleanValue(true), cloudevents.IntegerValue(int32(r.Uint32())), cloudevents.StringValue(pick(r, texts)), cloudevents.StringValue(""),
			cloudevents.BinaryValue([]byte(pick(r, payloads))), cloudevents.URIValue(pick(r, uris)), cloudevents.URIReferenceValue(pick(r, references)),
			cloudevents.TimestampValue(times[1]),
		}
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: fmt.Sprintf("x%d", 9-i), Value: pick(r, values)})
	}
	return e
}

// declared returns the types of the extensions of e, because JSON has three.
func declared(e *cloudevents.Event) (exts []spec.Attribute) {
	for _, x := range e.Extensions {
		exts = append(exts, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
	}
	return exts
}

// normal returns e without what no document keeps: the order of extensions, and white space
// around data.
func normal(e cloudevents.Event) cloudevents.Event {
	e.Extensions = slices.SortedFunc(slices.Values(e.Extensions), func(a, b cloudevents.Extension) int { return cmp.Compare(a.Name, b.Name) })
	if len(e.Data) > 0 {
		e.Data = bytes.TrimSpace(e.Data)
	}
	return e
}
