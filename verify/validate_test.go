package ceverify_test

import (
	"crypto/elliptic"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// What Sign would say of every event, Validate says before the first one.
func TestSignerValidate(t *testing.T) {
	key := newVectorKey()
	many := make([]spec.Attribute, 1001)
	for i := range many {
		many[i].Name = fmt.Sprintf("x%d", i)
	}
	for name, c := range map[string]struct {
		signer ceverify.Signer
		want   error
	}{
		"good":               {ceverify.Signer{Key: key, KeyID: "k", Extensions: []spec.Attribute{{Name: "exta"}, {Name: "extb", Type: spec.Binary}}}, nil},
		"zero":               {ceverify.Signer{}, ceverify.ErrKey},
		"no id":              {ceverify.Signer{Key: key}, ceverify.ErrKey},
		"an id of bytes":     {ceverify.Signer{Key: key, KeyID: "\xff"}, ceverify.ErrKey},
		"P-224":              {ceverify.Signer{Key: ecdsaKey(t, elliptic.P224()), KeyID: "k"}, ceverify.ErrKey},
		"an illegal name":    {ceverify.Signer{Key: key, KeyID: "k", Extensions: []spec.Attribute{{Name: "A"}}}, ceverify.ErrExtension},
		"a core attribute":   {ceverify.Signer{Key: key, KeyID: "k", Extensions: []spec.Attribute{{Name: "subject"}}}, ceverify.ErrExtension},
		"dssematerial":       {ceverify.Signer{Key: key, KeyID: "k", Extensions: []spec.Attribute{{Name: "dssematerial"}}}, ceverify.ErrExtension},
		"a name twice":       {ceverify.Signer{Key: key, KeyID: "k", Extensions: []spec.Attribute{{Name: "a"}, {Name: "a"}}}, ceverify.ErrExtension},
		"too many to verify": {ceverify.Signer{Key: key, KeyID: "k", Extensions: many}, ceverify.ErrExtension},
	} {
		if err := c.signer.Validate(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		e := cloudevents.Event{ID: "1", Source: "/orders", Type: "t"}
		if err := c.signer.Sign(&e); !errors.Is(err, c.want) {
			t.Errorf("%s: Sign says %v", name, err)
		}
	}
}

// A Verifier with a key that verifies nothing, or without any, is found before the first event.
func TestVerifierValidate(t *testing.T) {
	good := ceverify.Key{ID: "good", Public: newVectorKey().Public()}
	bad := ceverify.Key{ID: "bad", Public: ecdsaKey(t, elliptic.P224()).Public()}
	for name, c := range map[string]struct {
		verifier ceverify.Verifier
		want     error
		text     string
	}{
		"good":                  {ceverify.Verifier{Keys: []ceverify.Key{good}, Extensions: []spec.Attribute{{Name: "exta", Type: spec.Binary}}}, nil, ""},
		"unsigned events alone": {ceverify.Verifier{AllowUnsigned: func(*cloudevents.Event) bool { return true }}, nil, ""},
		"zero":                  {ceverify.Verifier{}, ceverify.ErrKey, "no Keys"},
		"one of two keys":       {ceverify.Verifier{Keys: []ceverify.Key{good, bad}}, ceverify.ErrKey, `key "bad"`},
		"a key without a value": {ceverify.Verifier{Keys: []ceverify.Key{{ID: "k"}}}, ceverify.ErrKey, `key "k"`},
		"an illegal name":       {ceverify.Verifier{Keys: []ceverify.Key{good}, Extensions: []spec.Attribute{{Name: "A"}}}, ceverify.ErrExtension, `"A"`},
	} {
		err := c.verifier.Validate()
		if !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
