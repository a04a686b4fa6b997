package ceverify_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
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

// A signature is about one event. On any other one it is wrong, also if that is signed as well.
func TestSignatureOfAnotherEvent(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 5))
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey", Extensions: signedTypes}
	verifier := vectorVerifier()
	verifier.Extensions = signedTypes
	var all []cloudevents.Event
	for range 12 {
		e := generated(r)
		if err := signer.Sign(&e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	for i, from := range all {
		for j, to := range all {
			moved := withEnvelope(t, to, envelopeOf(t, &from))
			if _, err := verifier.Verify(&moved); (i == j) != (err == nil) || i != j && !errors.Is(err, ceverify.ErrDigest) {
				t.Errorf("signature %d on event %d: %v", i, j, err)
			}
		}
	}
}

// An extension in another case is another extension, and a signature in another case is none. Such
// names are illegal; a program can make such an event, but no decoder does.
func TestOtherCase(t *testing.T) {
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t", Extensions: []cloudevents.Extension{{Name: "role", Value: cloudevents.StringValue("user")}}}
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey", Extensions: []spec.Attribute{{Name: "role"}}}
	if err := signer.Sign(&e); err != nil {
		t.Fatal(err)
	}
	verifier := vectorVerifier()
	renamed, second, hidden := e.Clone(), e.Clone(), e.Clone()
	for i := range e.Extensions {
		switch e.Extensions[i].Name {
		case "role":
			renamed.Extensions[i].Name = "Role"
		case "dssematerial":
			hidden.Extensions[i].Name = "DSSEMaterial"
		}
	}
	second.Extensions = append(second.Extensions, cloudevents.Extension{Name: "Role", Value: cloudevents.StringValue("admin")})
	if _, err := verifier.Verify(&renamed); !errors.Is(err, ceverify.ErrDigest) {
		t.Errorf("renamed: %v", err)
	}
	if _, err := verifier.Verify(&hidden); !errors.Is(err, ceverify.ErrUnsigned) {
		t.Errorf("hidden: %v", err)
	}
	r, err := verifier.Verify(&second)
	if err != nil || len(r.Event.Extensions) != 1 || r.Event.Extensions[0].Value.String() != "user" {
		t.Errorf("a second one: %v, %v", err, r.Event)
	}
}

// What anybody can write is limited in number, and refused without a look at the rest.
func TestEnvelopeLimits(t *testing.T) {
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	s := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey"}
	if err := s.Sign(&e); err != nil {
		t.Fatal(err)
	}
	document := strings.TrimSuffix(string(envelopeOf(t, &e)), "}")
	more := func(n int) []byte { // members
		var b strings.Builder
		b.WriteString(document)
		for i := range n {
			b.WriteString(`,"m` + number(i) + `":0`)
		}
		return []byte(b.String() + "}")
	}
	signatures := func(n int) []byte {
		rest, _, _ := strings.Cut(document, `"signatures"`)
		return []byte(rest + `"signatures":[` + strings.Repeat(`{"keyid":"a","sig":""},`, n-1) + `{"keyid":"a","sig":""}]}`)
	}
	for _, c := range []struct {
		name     string
		document []byte
		limit    int // 0 is none
	}{
		{"64 members", more(61), 0},
		{"65 members", more(62), 64},
		{"a million members", more(1 << 20), 64},
		{"16 signatures", signatures(16), 0},
		{"17 signatures", signatures(17), 16},
		{"a million signatures", signatures(1 << 20), 16},
	} {
		v := vectorVerifier()
		changed := withEnvelope(t, e, c.document)
		_, err := v.Verify(&changed)
		var exceeded *cloudevents.LimitError
		if errors.As(err, &exceeded) != (c.limit > 0) || c.limit > 0 && (exceeded.Limit != c.limit || !errors.Is(err, ceverify.ErrMalformed)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}

	// A Signer has the limit of a Verifier.
	for i := range 1001 {
		s.Extensions = append(s.Extensions, spec.Attribute{Name: "x" + number(i)})
	}
	var exceeded *cloudevents.LimitError
	if err := s.Sign(&e); !errors.As(err, &exceeded) || !errors.Is(err, ceverify.ErrExtension) {
		t.Errorf("1001 extensions: %v", err)
	}
	s.Extensions = s.Extensions[:1000]
	v := vectorVerifier()
	if err := s.Sign(&e); err != nil {
		t.Error(err)
	}
	if r, err := v.Verify(&e); err != nil || r.Coverage != ceverify.CoreAndExtensions {
		t.Errorf("1000 extensions: %v", err)
	}
}

// A stranger's payload is not parsed: the signature is what is wrong with it.
func TestSignatureBeforePayload(t *testing.T) {
	document := signPayload(t, "{}")
	e := withEnvelope(t, cloudevents.Event{ID: "1", Source: "/s", Type: "t"}, bytes.Replace(document, []byte(`"payload":"e30="`), []byte(`"payload":"e30K"`), 1))
	v := vectorVerifier()
	if _, err := v.Verify(&e); !errors.Is(err, ceverify.ErrSignature) {
		t.Errorf("changed: %v", err)
	}
	e = withEnvelope(t, e, document)
	if _, err := v.Verify(&e); !errors.Is(err, ceverify.ErrMalformed) {
		t.Errorf("signed: %v", err)
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
