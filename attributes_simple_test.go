package cloudevents_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// coreTexts are legal and illegal texts of the core attributes, the legal ones more often.
var coreTexts = map[string][]string{
	"specversion":     {"1.0", "1.0", "1.0", "1.0", "1.0", "1.0", "1.0.1", "", "1.0 "},
	"id":              {"A-1", "A-1", "A-1", "\u20ac", "a b", "", "a\nb", "\xff"},
	"source":          {"/orders", "https://shop.example.com/eu?a=b", "/orders", "a b", "", "%zz", "/\u00fc"},
	"type":            {"com.example.placed", "t", "t", "\u00fc", "", "a\x00"},
	"subject":         {"orders/4711", "s", "s", "\U0001f600", "", "\u0085"},
	"time":            {"2024-05-17T09:30:12.345678Z", "2024-05-17T09:30:12+02:00", "0001-01-01T00:00:00Z", "2024-05-17", "", "9999-12-31T23:59:60Z"},
	"datacontenttype": {"application/json", "text/plain; charset=utf-8", "application/json", "json", ""},
	"dataschema":      {"https://example.com/schema", "urn:x:y", "urn:x:y", "/schema", "", "#"},
}

var coreNames = []string{"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"}

// Assembled core attributes are those that Event.Set sets one by one, however they were added,
// and the same ones are refused.
func TestAssembleSetsWhatSetSets(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	adders := []func(a *cloudevents.Attributes, name, text string){
		func(a *cloudevents.Attributes, name, text string) { a.Add(name, spec.String, text) },
		func(a *cloudevents.Attributes, name, text string) { a.AddText(name, spec.String, []byte(text)) },
		func(a *cloudevents.Attributes, name, text string) {
			a.AddBytes(-1, []byte(name), spec.String, []byte(text))
		},
		func(a *cloudevents.Attributes, name, text string) { a.AddEncoded(name, text) },
	}
	legal := 0
	for range 20_000 {
		var a cloudevents.Attributes
		var want cloudevents.Event
		ok := true
		add := adders[r.IntN(len(adders))]
		for i, name := range coreNames {
			required := i < 4
			if r.IntN(40) == 0 || !required && r.IntN(2) == 0 {
				ok = ok && !required
				continue
			}
			texts := coreTexts[name]
			text := texts[0]
			if r.IntN(3) == 0 {
				text = texts[r.IntN(len(texts))]
			}
			if r.IntN(4) == 0 {
				add = adders[r.IntN(len(adders))]
			}
			add(&a, name, text)
			if r.IntN(60) == 0 { // a repeated attribute
				add(&a, name, text)
				ok = false
			}
			ok = want.Set(name, cloudevents.StringValue(text)) == nil && ok
		}
		got := cloudevents.Event{Data: []byte("kept")}
		err := a.Assemble(&got)
		if (err == nil) != ok {
			t.Fatalf("error is %v, want an event: %t\n%+v", err, ok, want)
		}
		if !ok {
			continue
		}
		legal++
		want.Data = got.Data
		if d := cmp.Diff(want, got); d != "" || string(got.Data) != "kept" {
			t.Fatal(d)
		}
	}
	if legal < 2000 {
		t.Errorf("only %d legal events", legal)
	}
}
