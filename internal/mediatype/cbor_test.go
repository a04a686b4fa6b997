package mediatype_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

func TestIsCBOR(t *testing.T) {
	for in, want := range map[string]bool{
		"application/cbor":          true,
		"Application/CBOR ; a=b":    true,
		"application/x+cbor":        true,
		"x/Y+Cbor;charset=utf-8":    true,
		"application/cbor-seq":      false,
		"application/xcbor":         false,
		"application/cbor+json":     false,
		"cbor":                      false,
		"":                          false,
		"text/plain;a=\"x/cbor\"":   false,
		"application/json; x=+cbor": false,
	} {
		if mediatype.IsCBOR(in) != want {
			t.Errorf("%q: %t", in, !want)
		}
	}
}
