package ceverify_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/json"
	"io"
	"math/big"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// vectorKey is the key of the test vectors (verifiability.md#cryptographic-keys). It signs
// as RFC 6979 says, so that its signatures are always the same.
type vectorKey struct{ *ecdsa.PrivateKey }

func (k vectorKey) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.PrivateKey.Sign(nil, digest, opts)
}

func newVectorKey() vectorKey {
	integer := func(s string) *big.Int {
		n, _ := new(big.Int).SetString(s, 10)
		return n
	}
	return vectorKey{&ecdsa.PrivateKey{
		PublicKey: ecdsa.PublicKey{
			Curve: elliptic.P256(),
			X:     integer("46950820868899156662930047687818585632848591499744589407958293238635476079160"),
			Y:     integer("5640078356564379163099075877009565129882514886557779369047442380624545832820"),
		},
		D: integer("97358161215184420915383655311931858321456579547487070936769975997791359926199"),
	}}
}

// vectorVerifier accepts the key of the test vectors.
func vectorVerifier() ceverify.Verifier {
	return ceverify.Verifier{Keys: []ceverify.Key{{ID: "testkey", Public: newVectorKey().Public()}}}
}

// dsse is a DSSE envelope.
type dsse struct {
	PayloadType string          `json:"payloadType"`
	Payload     []byte          `json:"payload"`
	Signatures  []dsseSignature `json:"signatures"`
}

type dsseSignature struct {
	KeyID string `json:"keyid"`
	Sig   []byte `json:"sig"`
}

const payloadType = "https://cloudevents.io/verifiability/dsse/v0.1"

// pae is what DSSE signs, written a second time.
func pae(payload []byte) []byte {
	return append([]byte("DSSEv1 46 "+payloadType+" "+number(len(payload))+" "), payload...)
}

func number(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

// signPayload returns the envelope of a payload that may break every rule, signed with the
// key of the test vectors.
func signPayload(t testing.TB, payload string) []byte {
	t.Helper()
	sum := sha256.Sum256(pae([]byte(payload)))
	der, err := newVectorKey().Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var parts struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &parts); err != nil {
		t.Fatal(err)
	}
	sig := append(parts.R.FillBytes(make([]byte, 32)), parts.S.FillBytes(make([]byte, 32))...)
	document, err := json.Marshal(dsse{payloadType, []byte(payload), []dsseSignature{{"testkey", sig}}})
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// envelopeOf returns dssematerial of an event.
func envelopeOf(t testing.TB, e *cloudevents.Event) []byte {
	t.Helper()
	v, ok := e.Get("dssematerial")
	b, err := v.Bytes()
	if !ok || err != nil {
		t.Fatalf("dssematerial: %v, %v", ok, err)
	}
	return b
}

// withEnvelope returns a copy of e with another dssematerial.
func withEnvelope(t testing.TB, e cloudevents.Event, document []byte) cloudevents.Event {
	t.Helper()
	if err := e.Set("dssematerial", cloudevents.BinaryValue(document)); err != nil {
		t.Fatal(err)
	}
	return e
}
