package ceprotobuf_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Generated events come back, through Protobuf alone and through Protobuf and JSON.
func TestEveryEventComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 1))
	refused := 0
	for range 5_000 {
		e := events.Event(r)
		if err := e.Validate(); err != nil {
			t.Fatalf("the generator made %v: %v", e, err)
		}
		want, ok := arrives(e)
		b, err := ceprotobuf.Append(nil, &e)
		if ok != (err == nil) {
			t.Fatalf("%v: %v, want success: %t", e, err, ok)
		}
		if !ok {
			refused++
			continue
		}
		got, err := ceprotobuf.Decode(b)
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		if d := formattest.Diff(want, got); d != "" {
			t.Fatalf("%q\n%s", b, d)
		}
		if again := encoded(t, got); !bytes.Equal(again, encoded(t, want)) {
			t.Fatalf("%q\nis encoded again as\n%q", b, again)
		}

		// JSON has no types, and drops white space around JSON.
		var exts []spec.Attribute
		for _, x := range want.Extensions {
			exts = append(exts, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
		}
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
			if got, err = ceprotobuf.Decode(encoded(t, fromJSON)); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(want.DataContentType, "json") {
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
	Schemas:      []string{"https://type.googleapis.com/a.B", "https://example.com/x/acme.Order", "https://example.com/x.proto", "http://a/b.C"},
	ContentTypes: []string{"application/protobuf", "Application/Protobuf; a=b"},
	Data:         []string{"\x08\x01"},
}
