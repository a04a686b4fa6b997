package ceamqp_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Every valid event comes back equal in both modes and with every setting.
func TestGeneratedEvents(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 3000 {
		e := generated(r)
		if err := e.Validate(); err != nil {
			t.Fatalf("generated an invalid event: %v", err)
		}
		if checkAgain(t, e); t.Failed() {
			t.Fatalf("event %d: %v", i, e)
		}
	}
}

func generated(r *rand.Rand) cloudevents.Event {
	e := cloudevents.Event{ID: word(r), Source: one(r, "/orders", "urn:a:b", "https://example.com/%E2%82%AC?a=b#c", "a"), Type: word(r)}
	if r.IntN(5) == 0 {
		e.SpecVersion = spec.V03
	}
	if r.IntN(2) == 0 {
		e.Subject = word(r)
	}
	if r.IntN(2) == 0 {
		e.DataSchema = one(r, "https://example.com/schema#1", "urn:schema:1")
	}
	if r.IntN(3) > 0 {
		nanoseconds := []int64{0, 5_000_000, 123_456_000, 999_999_999}[r.IntN(4)]
		zone := time.FixedZone("", []int{0, 7200, -12600}[r.IntN(3)])
		e.Time = time.Unix(r.Int64N(253402300799+62135596800)-62135596800, nanoseconds).In(zone)
		if year := e.Time.Year(); year < 1 || year > 9999 {
			e.Time = time.Unix(0, nanoseconds).In(zone)
		}
	}
	switch r.IntN(5) {
	case 0:
		e.DataContentType, e.Data = "application/json", []byte(one(r, `{"a":[1.50,null]}`, `"€"`, `null`, `{`, ` 1`))
	case 1:
		e.DataContentType, e.Data = "text/plain; charset=utf-8", []byte(one(r, "two shirts", "€ 😀", "\r\n"))
	case 2:
		e.DataContentType, e.Data = "application/octet-stream", []byte{0, 0xff, byte(r.Uint32())}
	case 3:
		e.Data = []byte(one(r, "", "x"))
	}
	for i := range r.IntN(30) {
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: fmt.Sprintf("x%02d", i), Value: extension(r)})
	}
	return e
}

func extension(r *rand.Rand) cloudevents.Value {
	texts := [...][]string{
		spec.String:       {"", "true", "5", "a b", "100% \"€\" 😀", "AP8=", "2018-04-05T03:56:44Z"},
		spec.Boolean:      {"true", "false"},
		spec.Integer:      {"0", "-1", "2147483647", "-2147483648", "42"},
		spec.Binary:       {"", "AA==", "AP8=", "AAEC"},
		spec.URI:          {"https://example.com/", "urn:a:b"},
		spec.URIReference: {"", "/a", "../b", "?q=1"},
		spec.Timestamp: {"2018-04-05T03:56:44Z", "2018-04-05T03:56:44.1Z", "2018-04-05T03:56:44.10Z", "2018-04-05T03:56:44.1234Z", "2018-04-05t03:56:44z",
			"2018-04-05T03:56:44+00:00", "2018-04-05T03:56:44-00:00", "2016-12-31T23:59:60Z", "2018-04-05T03:56:44-03:30", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"},
	}
	t := spec.Type(r.IntN(len(texts)))
	v, err := cloudevents.ParseValue(t, one(r, texts[t]...))
	if err != nil {
		panic(err)
	}
	return v
}

func word(r *rand.Rand) string {
	return one(r, "A-1", "com.example.placed", "100% \"quoted\" \\ \u20ac", "\U0001f600", " leading and trailing ", "0")
}

func one(r *rand.Rand, texts ...string) string { return texts[r.IntN(len(texts))] }
