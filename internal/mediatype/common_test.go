package mediatype_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// The media types that are known as they are spelled are what they are in another spelling.
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
