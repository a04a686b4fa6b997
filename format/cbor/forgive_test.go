package cecbor_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestForgive(t *testing.T) {
	for _, c := range []struct {
		name     string
		document []byte
		forgiven []error // the sentinels of the receipt; nil if nothing is forgiven
		refused  bool
	}{
		{"a legal event", []byte(minimal), nil, false},
		{"null", document(pair("x", "\xf6")), nil, false},
		{"an illegal name", document(pair("x_", "\x01")), []error{validation.ErrName}, false},
		{"an illegal name that is null", document(pair("x_", "\xf6")), []error{validation.ErrName}, false},
		{"an empty subject", document(pair("subject", "\x60")), []error{validation.ErrMissing}, false},
		{"an array and a map", document(pair("x", "\x80"), pair("subject", "\xa0")), []error{validation.ErrType, validation.ErrType}, false},
		{"an unknown tag", document(pair("x", "\xc5\x80")), []error{validation.ErrType}, false},
		{"an Integer of 64 bits", document(pair("x", claim(0, 1<<63))), []error{validation.ErrRange}, false},
		{"a time of not a number", document(pair("time", "\xc1\xf9\x7e\x00")), []error{validation.ErrSyntax}, false},
		{"a relative dataschema", document(pair("dataschema", "\xd8\x20\x61s")), []error{validation.ErrSyntax}, false},
		{"a content type with a semicolon", document(pair("datacontenttype", text("text/plain;")), pair("data", "\x61a")), []error{validation.ErrSyntax}, false},
		{"a required attribute", []byte(strings.Replace(minimal, "bida1", "bid\xf6", 1)), nil, true},
		{"an attribute that is there twice", document(pair("x", "\x01"), pair("x", "\xf6")), nil, true},
		{"what is malformed", document(pair("x", "\x1c")), nil, true},
		{"text that is not UTF-8", document(pair("x", "\x61\xff")), nil, true},
		{"data", document(pair("datacontenttype", text("text/plain")), pair("data", "\x01")), nil, true},
		{"data, and an illegal name", document(pair("X", "\x01"), pair("datacontenttype", text("text/plain")), pair("data", "\x01")), nil, true},
		{"data, and two illegal names", document(pair("X", "\x01"), pair("Y", "\x01"), pair("datacontenttype", text("text/plain")), pair("data", "\x01")), nil, true},
		{"data that is there twice", document(pair("data", "\x01"), pair("data", "\x01")), nil, true},
	} {
		var receipts []cloudevents.Receipt
		f := cecbor.Format{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r) }}
		e, err := f.DecodeStructuredModeMessage(c.document, "")
		if (err != nil) != c.refused || err == nil && e.Validate() != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, strict := cecbor.Decode(c.document)
		if (strict == nil) != (len(c.forgiven) == 0 && !c.refused) {
			t.Errorf("%s: strict: %v", c.name, strict)
		}
		if c.forgiven == nil {
			if len(receipts) != 0 {
				t.Errorf("%s: %v", c.name, receipts)
			}
			continue
		}
		if len(receipts) != 1 || receipts[0].Index != -1 || receipts[0].Event == nil || receipts[0].Event.ID != "1" {
			t.Errorf("%s: %+v", c.name, receipts)
			continue
		}
		got := violations(receipts[0].Err)
		if len(got) != len(c.forgiven) {
			t.Errorf("%s: %v", c.name, receipts[0].Err)
			continue
		}
		for i, want := range c.forgiven {
			if !errors.Is(got[i], want) || !errors.As(receipts[0].Err, new(*cloudevents.SyntaxError)) {
				t.Errorf("%s: %v, want %v", c.name, got[i], want)
			}
		}
	}
}
