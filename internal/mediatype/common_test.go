package mediatype_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// The media types that are known as they are spelled are what they are in another
// spelling.
func TestCommon(t *testing.T) {
	for _, s := range []string{
		"application/json", "text/plain", "application/xml", "text/xml", "application/cbor", "application/octet-stream", "application/protobuf",
	} {
		for _, c := range []struct {
			name string
			is   func(string) bool
		}{{"IsJSON", mediatype.IsJSON}, {"IsCBOR", mediatype.IsCBOR}, {"IsText", mediatype.IsText}} {
			if c.is(s) != c.is(s+";a=b") {
				t.Errorf("%s(%q) is %t, and %t with a parameter", c.name, s, c.is(s), c.is(s+";a=b"))
			}
		}
	}
}

// KindOf is what the functions for each kind say. Text of CBOR is CBOR.
func TestKindOf(t *testing.T) {
	for s, want := range map[string]mediatype.Kind{
		"application/json": mediatype.JSON, "text/JSON": mediatype.JSON, "application/x+json; a=b": mediatype.JSON,
		"application/cbor": mediatype.CBOR, "application/x+CBOR": mediatype.CBOR, "text/cbor": mediatype.CBOR,
		"text/plain": mediatype.Text, "text/csv": mediatype.Text, "application/sql;a=b": mediatype.Text, "image/svg+xml": mediatype.Text,
		"application/octet-stream": mediatype.Other, "application/protobuf": mediatype.Other, "image/png": mediatype.Other, "json": mediatype.Other, "": mediatype.Other,
	} {
		got := mediatype.KindOf(s)
		if got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
		if mediatype.IsJSON(s) != (got == mediatype.JSON) || mediatype.IsCBOR(s) != (got == mediatype.CBOR) || got == mediatype.Text && !mediatype.IsText(s) {
			t.Errorf("%q: %d is not what IsJSON, IsCBOR and IsText say", s, got)
		}
	}
}
