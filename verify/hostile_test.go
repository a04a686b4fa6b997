package ceverify_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/validation"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// An array with the names and the values of an object is not taken for the object.
func TestArraysAreNoObjects(t *testing.T) {
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	s := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey"}
	if err := s.Sign(&e); err != nil {
		t.Fatal(err)
	}
	document := string(envelopeOf(t, &e))
	for name, text := range map[string]string{
		"an array":              "[" + strings.Trim(strings.ReplaceAll(document, `":`, `",`), "{}") + "]",
		"an array of an object": "[" + document + "]",
		"null":                  "null",
		"no end":                strings.TrimSuffix(document, "}"),
		"another end":           strings.TrimSuffix(document, "}") + "]",
		"bytes behind the end":  document + "x",
	} {
		v := vectorVerifier()
		changed := withEnvelope(t, e, []byte(text))
		if _, err := v.Verify(&changed); !errors.Is(err, ceverify.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// wrongKey returns signatures that no curve has.
type wrongKey struct {
	*ecdsa.PrivateKey
	r, s *big.Int
	rest string
}

func (k wrongKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	der, err := asn1.Marshal(struct{ R, S *big.Int }{k.r, k.s})
	return append(der, k.rest...), err
}

func TestSignaturesThatAreNone(t *testing.T) {
	large := new(big.Int).Lsh(big.NewInt(1), 256)
	largest := new(big.Int).Sub(large, big.NewInt(1))
	one, zero, negative := big.NewInt(1), big.NewInt(0), big.NewInt(-1)
	private := ecdsaKey(t, elliptic.P256())
	for _, c := range []struct {
		name string
		key  wrongKey
		ok   bool
	}{
		{"the largest", wrongKey{private, largest, largest, ""}, true},
		{"r is zero", wrongKey{private, zero, one, ""}, false},
		{"s is zero", wrongKey{private, one, zero, ""}, false},
		{"r is negative", wrongKey{private, negative, one, ""}, false},
		{"s is negative", wrongKey{private, one, negative, ""}, false},
		{"r is too large", wrongKey{private, large, one, ""}, false},
		{"s is too large", wrongKey{private, one, large, ""}, false},
		{"a byte behind it", wrongKey{private, one, one, "x"}, false},
	} {
		e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
		err := (&ceverify.Signer{Key: c.key, KeyID: "a"}).Sign(&e)
		if c.ok && err != nil || !c.ok && !errors.Is(err, ceverify.ErrKey) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// What is signed is a time in UTC, which must have a year of four digits.
func TestYearsAtTheBorder(t *testing.T) {
	east, west := time.FixedZone("", 3600), time.FixedZone("", -3600)
	for _, c := range []struct {
		name string
		time time.Time
		ok   bool
	}{
		{"the first", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), true},
		{"the first in the east", time.Date(0, 1, 1, 1, 0, 0, 0, east), true},
		{"before the first", time.Date(0, 1, 1, 0, 59, 59, 0, east), false},
		{"the last", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), true},
		{"behind the last", time.Date(9999, 12, 31, 23, 0, 0, 0, west), false},
	} {
		e := cloudevents.Event{ID: "1", Source: "/s", Type: "t", Time: c.time}
		s := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey"}
		if err := s.Sign(&e); c.ok && err != nil || !c.ok && !errors.Is(err, validation.ErrRange) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
