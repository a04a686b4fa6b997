package cecbor_test

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Generated events come back, through CBOR alone and through JSON and CBOR.
func TestEveryEventComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 1))
	refused := 0
	for range 5_000 {
		e := anyEvent(r)
		if err := e.Validate(); err != nil {
			t.Fatalf("the generator made %v: %v", e, err)
		}
		want, ok := arrives(e, false)
		b, err := cecbor.Append(nil, &e)
		if ok != (err == nil) {
			t.Fatalf("%v: %v, want success: %t", e, err, ok)
		}
		if !ok {
			refused++
			continue
		}
		got, err := cecbor.Decode(b)
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		if d := diff(want, got); d != "" {
			t.Fatalf("%q\n%s", b, d)
		}
		if again := encoded(t, got); !bytes.Equal(again, encoded(t, want)) {
			t.Fatalf("%q\nis encoded again as\n%q", b, again)
		}

		// With declared types nothing is lost, by way of JSON and back.
		want, _ = arrives(e, true)
		exts := types(&want)
		got = e
		for range 2 {
			document, err := cloudevents.AppendJSON(nil, &got)
			if err != nil {
				t.Fatal(err)
			}
			d := cloudevents.JSONDecoder{Extensions: exts}
			fromJSON, err := d.Decode(document)
			if err != nil {
				t.Fatalf("%s: %v", document, err)
			}
			if got, err = (cecbor.Format{}).DecodeStructuredModeMessage(encoded(t, fromJSON), "", exts...); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(want.DataContentType, "json") { // JSON drops white space around JSON
			want.Data, got.Data = bytes.TrimSpace(want.Data), bytes.TrimSpace(got.Data)
		}
		if d := diff(want, got); d != "" {
			t.Fatalf("by way of JSON: %q\n%s", b, d)
		}
	}
	if refused == 0 || refused > 1500 {
		t.Errorf("%d events are refused", refused)
	}
}

// anyEvent returns a valid event.
func anyEvent(r *rand.Rand) cloudevents.Event {
	one := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	text := func() string {
		return one("x", "é€😀", " ", "\u00a0x", strings.Repeat("long", 1+r.IntN(60)), strconv.Itoa(r.IntN(1000)))
	}
	at := func() time.Time {
		seconds := []int64{0, -1, 1, -62135596800, 253402300799, -62135596801, 253402300800, r.Int64N(1e10), -r.Int64N(1e10)}[r.IntN(9)]
		zone := time.FixedZone("", []int{0, 3600, -19800, 86340}[r.IntN(4)])
		return time.Unix(seconds, []int64{0, 1, 999_999_999, 500_000_000, r.Int64N(1e9)}[r.IntN(5)]).In(zone)
	}
	e := cloudevents.Event{ID: text(), Source: one("/s", "urn:a", "", "https://example.com/a?b#c") + "x", Type: text()}
	if r.IntN(2) == 0 {
		e.Subject = text()
	}
	if r.IntN(2) == 0 {
		if e.Time = at(); e.Validate() != nil {
			e.Time = time.Time{}
		}
	}
	if r.IntN(2) == 0 {
		e.DataSchema = one("https://example.com/x.proto", "urn:x", "http://a/b#c")
	}
	if r.IntN(4) > 0 {
		e.DataContentType = one("application/json", "application/vnd.x+json", "text/plain", "text/plain; charset=iso-8859-1", "text/plain;charset=us-ascii",
			"application/xml", "application/octet-stream", "application/cbor", "Application/x+CBOR; a=b", "application/json; charset=utf-16")
	}
	switch r.IntN(5) {
	case 0:
	case 1:
		e.Data = []byte{}
	default:
		e.Data = []byte(one(`{"a":1}`, ` [1] `, "text", "é", "\xff\x00", "{", "\xa1\x61a\x01", "\xf6", "\x43abc", "\x9f\x7f\x61x\xff\xf7\xff", strings.Repeat("\x81", r.IntN(90))+"\x00"))
	}
	for i := range r.IntN(6) * r.IntN(5) {
		v := cloudevents.StringValue(one("", text()))
		switch r.IntN(7) {
		case 0:
			v = cloudevents.BooleanValue(r.IntN(2) == 0)
		case 1:
			v = cloudevents.IntegerValue([]int32{0, -1, 1<<31 - 1, -1 << 31, r.Int32()}[r.IntN(5)])
		case 2:
			v = cloudevents.BinaryValue(bytes.Repeat([]byte{byte(r.Uint32())}, r.IntN(300)))
		case 3:
			v = cloudevents.URIValue(one("urn:x", "https://example.com/?a#b"))
		case 4:
			v = cloudevents.URIReferenceValue(one("", "../x", "#", "urn:x"))
		case 5:
			v = cloudevents.TimestampValue(at())
			if x, err := cloudevents.ParseValue(spec.Timestamp, one("2016-12-31t23:59:60z", "2024-01-01T00:00:00.1234567890123-00:00", v.String())); err == nil {
				v = x
			} else {
				v = cloudevents.StringValue("")
			}
		}
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: one("a", "x", "time1", "zz", "alongername") + strconv.Itoa(i), Value: v})
	}
	r.Shuffle(len(e.Extensions), func(i, j int) { e.Extensions[i], e.Extensions[j] = e.Extensions[j], e.Extensions[i] })
	return e
}
