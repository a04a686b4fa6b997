package ceverify_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

func ecdsaKey(t *testing.T, c elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// keys are one of each kind.
func keys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{
		"P-256": ecdsaKey(t, elliptic.P256()), "P-384": ecdsaKey(t, elliptic.P384()), "P-521": ecdsaKey(t, elliptic.P521()),
		"Ed25519": ed, "RSA": rsaKey(t),
	}
}

// A signature is verified by its key and by no other, of whatever kind.
func TestKeys(t *testing.T) {
	all := keys(t)
	for signs, private := range all {
		e := cloudevents.New("/orders", "t")
		signer := ceverify.Signer{Key: private, KeyID: "k"}
		if err := signer.Sign(&e); err != nil {
			t.Fatal(signs, err)
		}
		for verifies, other := range all {
			v := ceverify.Verifier{Keys: []ceverify.Key{{ID: "k", Public: other.Public()}}}
			r, err := v.Verify(&e)
			if signs == verifies && (err != nil || r.KeyID != "k") || signs != verifies && !errors.Is(err, ceverify.ErrSignature) {
				t.Errorf("signed with %s, verified with %s: %v", signs, verifies, err)
			}
		}
	}
}

// What a Signer cannot do, and what a Verifier is not configured for, is an ErrKey. The event
// is unchanged.
func TestUnusableKeys(t *testing.T) {
	small := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}
	var noECDSA *ecdsa.PublicKey
	var noRSA *rsa.PublicKey
	for name, public := range map[string]crypto.PublicKey{
		"nil": nil, "P-224": ecdsaKey(t, elliptic.P224()).Public(), "RSA of 1024 bits": small, "a short Ed25519": ed25519.PublicKey{1},
		"a nil ECDSA": noECDSA, "a nil RSA": noRSA, "an empty ECDSA": &ecdsa.PublicKey{}, "an empty RSA": &rsa.PublicKey{}, "a text": "key",
	} {
		e := cloudevents.New("/orders", "t")
		signer := ceverify.Signer{Key: failing{public}, KeyID: "k"}
		if err := signer.Sign(&e); !errors.Is(err, ceverify.ErrKey) || e.Extensions != nil {
			t.Errorf("sign with %s: %v", name, err)
		}
		good := ceverify.Signer{Key: newVectorKey(), KeyID: "k"}
		if err := good.Sign(&e); err != nil {
			t.Fatal(err)
		}
		v := ceverify.Verifier{Keys: []ceverify.Key{{ID: "k", Public: public}, {ID: "k", Public: ecdsaKey(t, elliptic.P256()).Public()}}}
		if _, err := v.Verify(&e); !errors.Is(err, ceverify.ErrKey) {
			t.Errorf("verify with %s: %v", name, err)
		}
		v.Keys = append(v.Keys, ceverify.Key{ID: "k", Public: newVectorKey().Public()})
		if _, err := v.Verify(&e); err != nil {
			t.Errorf("another key verifies, in spite of %s: %v", name, err)
		}
	}
	for name, s := range map[string]ceverify.Signer{
		"zero": {}, "no id": {Key: newVectorKey()}, "id is not UTF-8": {Key: newVectorKey(), KeyID: "\xff"},
		"a key that fails": {Key: failing{newVectorKey().Public()}, KeyID: "k"},
	} {
		e := cloudevents.New("/orders", "t")
		if err := s.Sign(&e); !errors.Is(err, ceverify.ErrKey) || e.Extensions != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// failing is a key that is not there any more.
type failing struct{ public crypto.PublicKey }

func (f failing) Public() crypto.PublicKey { return f.public }
func (f failing) Sign(_ io.Reader, _ []byte, _ crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("the key is gone")
}

// During a rotation both keys are accepted, under one ID or under two. A signature of a key
// that is not accepted does no harm beside one that is.
func TestRotation(t *testing.T) {
	older, newer := ecdsaKey(t, elliptic.P256()), ecdsaKey(t, elliptic.P256())
	sign := func(k crypto.Signer, id string) cloudevents.Event {
		e := cloudevents.Event{ID: "1", Source: "/", Type: "t"}
		s := ceverify.Signer{Key: k, KeyID: id}
		if err := s.Sign(&e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	both := sign(older, "old")
	fresh := sign(newer, "new")
	var a, b dsse
	if json.Unmarshal(envelopeOf(t, &both), &a) != nil || json.Unmarshal(envelopeOf(t, &fresh), &b) != nil {
		t.Fatal("envelope")
	}
	a.Signatures = append(a.Signatures, b.Signatures...)
	document, _ := json.Marshal(a)
	both = withEnvelope(t, both, document)

	oldKey, newKey := ceverify.Key{ID: "old", Public: older.Public()}, ceverify.Key{ID: "new", Public: newer.Public()}
	notHere := func(*cloudevents.Event) bool { return false }
	for name, c := range map[string]struct {
		e    cloudevents.Event
		keys []ceverify.Key
		want error
	}{
		"old, both accepted":             {sign(older, "old"), []ceverify.Key{newKey, oldKey}, nil},
		"new, both accepted":             {fresh, []ceverify.Key{oldKey, newKey}, nil},
		"one id, first":                  {sign(older, "k"), []ceverify.Key{{ID: "k", Public: older.Public()}, {ID: "k", Public: newer.Public()}}, nil},
		"one id, second":                 {sign(newer, "k"), []ceverify.Key{{ID: "k", Public: older.Public()}, {ID: "k", Public: newer.Public()}}, nil},
		"two signatures, first known":    {both, []ceverify.Key{oldKey}, nil},
		"two signatures, second known":   {both, []ceverify.Key{newKey}, nil},
		"removed":                        {sign(older, "old"), []ceverify.Key{newKey}, ceverify.ErrUnknownKey},
		"no keys":                        {fresh, nil, ceverify.ErrUnknownKey},
		"not of this event":              {fresh, []ceverify.Key{{ID: "new", Public: newer.Public(), Accepts: notHere}}, ceverify.ErrUnknownKey},
		"the id of another":              {sign(older, "new"), []ceverify.Key{oldKey, newKey}, ceverify.ErrSignature},
		"ids are compared as they stand": {sign(older, "OLD"), []ceverify.Key{oldKey}, ceverify.ErrUnknownKey},
	} {
		v := ceverify.Verifier{Keys: c.keys}
		if _, err := v.Verify(&c.e); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
