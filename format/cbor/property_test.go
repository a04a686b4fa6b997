package cecbor_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
)

// Generated events come back, through CBOR alone and through JSON and CBOR.
func TestEveryEventComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 1))
	refused := 0
	for range 5_000 {
		e := events.Event(r)
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
		if d := formattest.Diff(want, got); d != "" {
			t.Fatalf("%q\n%s", b, d)
		}
		if again := encoded(t, got); !bytes.Equal(again, encoded(t, want)) {
			t.Fatalf("%q\nis encoded again as\n%q", b, again)
		}

		// With declared types nothing is lost, by way of JSON and back.
		want, _ = arrives(e, true)
		exts := formattest.Types(&want)
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
		if d := formattest.Diff(want, got); d != "" {
			t.Fatalf("by way of JSON: %q\n%s", b, d)
		}
	}
	if refused == 0 || refused > 1500 {
		t.Errorf("%d events are refused", refused)
	}
}

// events makes events with what is of interest here.
var events = formattest.Generator{
	ContentTypes: []string{"application/cbor", "Application/x+CBOR; a=b"},
	Data:         []string{"\xa1\x61a\x01", "\xf6", "\x43abc", "\x9f\x7f\x61x\xff\xf7\xff"},
	More: func(r *rand.Rand) []byte {
		return []byte(strings.Repeat("\x81", r.IntN(90)) + "\x00")
	},
	Timestamps: []string{"2016-12-31t23:59:60z", "2024-01-01T00:00:00.1234567890123-00:00"},
}
