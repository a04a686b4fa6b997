package interop_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// signedCase is an event, and by hand what the extension hashes of it
// (verifiability.md#signature): the attributes in the order of the document, the data, and
// the signed extensions in theirs.
type signedCase struct {
	name  string
	event cloudevents.Event
	core  [9]string // id, source, specversion, type, datacontenttype, dataschema, subject, time, data
	types []spec.Attribute
	ext   []string
}

var signedCases = []signedCase{
	{
		name:  "minimal",
		event: cloudevents.Event{ID: "1", Source: "/", Type: "t"},
		core:  [9]string{"1", "/", "1.0", "t", "", "", "", "", ""},
	},
	{
		name: "every attribute",
		event: cloudevents.Event{
			ID: "A-1", Source: "/orders", Type: "com.example.order.placed", Subject: "Zürich €", DataSchema: "https://example.com/schema#1",
			Time:            time.Date(2026, 5, 13, 10, 49, 12, 999_999_999, time.FixedZone("", 3600)),
			DataContentType: "application/json; charset=utf-8", Data: []byte(`{"text": "naïve 😀", "number": 1e400}`),
		},
		core: [9]string{
			"A-1", "/orders", "1.0", "com.example.order.placed", "application/json; charset=utf-8", "https://example.com/schema#1", "Zürich €",
			"2026-05-13T09:49:12Z", `{"text": "naïve 😀", "number": 1e400}`,
		},
	},
	{
		name:  "data that is no text",
		event: cloudevents.Event{ID: "1", Source: "/", Type: "t", DataContentType: "application/octet-stream", Data: []byte{0xff, 0, 10}},
		core:  [9]string{"1", "/", "1.0", "t", "application/octet-stream", "", "", "", "\xff\x00\n"},
	},
	{
		name:  "version 0.3",
		event: cloudevents.Event{SpecVersion: spec.V03, ID: "1", Source: "/", Type: "t", DataContentType: "text/plain", Data: []byte("x")},
		core:  [9]string{"1", "/", "0.3", "t", "text/plain", "", "", "", "x"},
	},
	{
		name: "extensions of each type",
		event: cloudevents.Event{ID: "1", Source: "/", Type: "t", Extensions: []cloudevents.Extension{
			{Name: "hop", Value: cloudevents.StringValue("is not signed")},
			{Name: "xbool", Value: cloudevents.BooleanValue(true)},
			{Name: "xbytes", Value: cloudevents.BinaryValue([]byte{1, 0xff})},
			{Name: "xint", Value: cloudevents.IntegerValue(-7)},
			{Name: "xref", Value: cloudevents.URIReferenceValue("/r/1")},
			{Name: "xtext", Value: cloudevents.StringValue("é €")},
			{Name: "xtime", Value: cloudevents.TimestampValue(time.Date(2026, 1, 1, 0, 30, 0, 5, time.FixedZone("", 3600)))},
			{Name: "xuri", Value: cloudevents.URIValue("https://example.com/u")},
		}},
		core: [9]string{"1", "/", "1.0", "t", "", "", "", "", ""},
		types: []spec.Attribute{ // not in the order of their names
			{Name: "xtext"}, {Name: "xbool", Type: spec.Boolean}, {Name: "xabsent"}, {Name: "xbytes", Type: spec.Binary}, {Name: "xint", Type: spec.Integer},
			{Name: "xref", Type: spec.URIReference}, {Name: "xtime", Type: spec.Timestamp}, {Name: "xuri", Type: spec.URI},
		},
		ext: []string{"é €", "true", "", "\x01\xff", "-7", "/r/1", "2025-12-31T23:30:00Z", "https://example.com/u"},
	},
}

// signedMaterial is the payload of an envelope.
type signedMaterial struct {
	Core  []byte   `json:"core"`
	Ext   []byte   `json:"ext,omitempty"`
	Names []string `json:"signedextattrs,omitempty"`
}

func (c *signedCase) material() (m signedMaterial) {
	hash := func(texts []string) []byte {
		all := sha256.New()
		for _, text := range texts {
			one := sha256.Sum256([]byte(text))
			all.Write(one[:])
		}
		return all.Sum(nil)
	}
	m.Core = hash(c.core[:])
	for _, a := range c.types {
		m.Names = append(m.Names, a.Name)
	}
	if m.Names != nil {
		m.Ext = hash(c.ext)
	}
	return m
}

const dssePayloadType = "https://cloudevents.io/verifiability/dsse/v0.1"

// envelopeOf returns what an event carries.
func envelopeOf(t *testing.T, e *cloudevents.Event) (envelope dsse.Envelope) {
	t.Helper()
	v, ok := e.Get("dssematerial")
	document, err := v.Bytes()
	if !ok || err != nil || json.Unmarshal(document, &envelope) != nil {
		t.Fatalf("dssematerial is %v", v)
	}
	return envelope
}

// carry returns the event with an envelope, as it arrives over HTTP.
func (c *signedCase) carry(t *testing.T, envelope *dsse.Envelope, mode cloudevents.Mode) cloudevents.Event {
	t.Helper()
	document, err := json.Marshal(envelope)
	if err != nil {
		t.Fatal(err)
	}
	e := c.event.Clone()
	if err := e.Set("dssematerial", cloudevents.BinaryValue(document)); err != nil {
		t.Fatal(err)
	}
	r, err := cehttp.ToHTTPRequest(t.Context(), "http://example.com/", &e, mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	arrived, err := cehttp.ToCloudEvent(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return arrived
}

// eachDSSEKey calls a test for each kind of key of each peer.
func eachDSSEKey(t *testing.T, test func(t *testing.T, peer dssePeer, kind keyKind, key dsseKey)) {
	for _, peer := range dssePeers {
		for _, kind := range keyKinds {
			t.Run(peer.name+"/"+kind.name, func(t *testing.T) { test(t, peer, kind, peer.make(t, kind)) })
		}
	}
}

// verifyWith has a peer verify an envelope with a key, and returns the payload.
func verifyWith(ctx context.Context, key dsse.Verifier, envelope *dsse.Envelope) ([]byte, error) {
	v, err := dsse.NewEnvelopeVerifier(key)
	if err != nil {
		return nil, err
	}
	_, payload, err := v.VerifyAndDecode(ctx, envelope)
	return payload, err
}

// A peer verifies what a Signer has signed, and finds in it what the document says of the event.
func TestDSSEReads(t *testing.T) {
	eachDSSEKey(t, func(t *testing.T, _ dssePeer, _ keyKind, key dsseKey) {
		for _, c := range signedCases {
			signer := ceverify.Signer{Key: key.private, KeyID: dsseKeyID, Extensions: c.types}
			e := c.event
			if err := signer.Sign(&e); err != nil {
				t.Fatal(err)
			}
			envelope := envelopeOf(t, &e)
			payload, err := verifyWith(t.Context(), key, &envelope)
			want, _ := json.Marshal(c.material())
			if err != nil || envelope.PayloadType != dssePayloadType || string(payload) != string(want) {
				t.Errorf("%s: %v, %s\n%s, want\n%s", c.name, err, envelope.PayloadType, payload, want)
			}
		}
	})
}

// A Verifier takes what a peer has signed, and finds each change of the event.
func TestDSSEWrites(t *testing.T) {
	eachDSSEKey(t, func(t *testing.T, _ dssePeer, _ keyKind, key dsseKey) {
		verifier := ceverify.Verifier{Keys: []ceverify.Key{{ID: dsseKeyID, Public: key.Public()}}}
		for i := range signedCases {
			c := &signedCases[i]
			verifier.Extensions = c.types
			coverage := ceverify.Core
			if c.types != nil {
				coverage = ceverify.CoreAndExtensions
			}
			envelope := signWith(t, c.material(), key)
			for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
				e := c.carry(t, envelope, mode)
				if r, err := verifier.Verify(&e); err != nil || r.KeyID != dsseKeyID || r.Coverage != coverage {
					t.Errorf("%s in %v mode: %v, %+v", c.name, mode, err, r)
				}
			}
			// An attribute, the data or a signed extension of another event.
			var others []signedCase
			for at := range c.core {
				other := *c
				other.core[at] += "x"
				others = append(others, other)
			}
			for at := range c.ext {
				other := *c
				other.ext = slices.Clone(c.ext)
				other.ext[at] += "x"
				others = append(others, other)
			}
			for _, other := range others {
				e := c.carry(t, signWith(t, other.material(), key), cloudevents.BinaryMode)
				if _, err := verifier.Verify(&e); !errors.Is(err, ceverify.ErrDigest) {
					t.Errorf("%s, signed as %q %q: %v", c.name, other.core, other.ext, err)
				}
			}
		}
	})
}

// signWith has a peer sign a payload with keys.
func signWith(t *testing.T, m signedMaterial, keys ...dsse.Signer) *dsse.Envelope {
	t.Helper()
	signer, err := dsse.NewEnvelopeSigner(keys...)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := signer.SignPayload(t.Context(), dssePayloadType, payload)
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

// Both sides refuse an envelope of either side in which a byte is changed, and one that another
// key has signed.
func TestDSSETampering(t *testing.T) {
	const longer = "a byte more"
	c := &signedCases[1]
	eachDSSEKey(t, func(t *testing.T, peer dssePeer, kind keyKind, key dsseKey) {
		e := c.event
		signer := ceverify.Signer{Key: key.private, KeyID: dsseKeyID}
		if err := signer.Sign(&e); err != nil {
			t.Fatal(err)
		}
		verifier := ceverify.Verifier{Keys: []ceverify.Key{{ID: dsseKeyID, Public: key.Public()}}}
		accepted := func(envelope *dsse.Envelope) (there, here bool) {
			_, err := verifyWith(t.Context(), key, envelope)
			e := c.carry(t, envelope, cloudevents.BinaryMode)
			_, own := verifier.Verify(&e)
			return err == nil, own == nil
		}
		for name, whole := range map[string]dsse.Envelope{"of this module": envelopeOf(t, &e), "of the peer": *signWith(t, c.material(), key)} {
			if there, here := accepted(&whole); !there || !here {
				t.Errorf("%s: the peer verifies it: %t, this module: %t", name, there, here)
			}
			refuse := func(what string, envelope dsse.Envelope) {
				there, here := accepted(&envelope)
				if what == longer && peer.name == "OpenSSL" && kind.coordinate == 0 && kind.dgst != nil {
					there = false // openssl dgst reads no more bytes of a file than an RSA signature has
				}
				if there || here {
					t.Errorf("%s, %s: the peer verifies it: %t, this module: %t", name, what, there, here)
				}
			}
			decode := func(text string) []byte {
				b, err := base64.StdEncoding.DecodeString(text)
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
			payload, sig := decode(whole.Payload), decode(whole.Signatures[0].Sig)
			for i := 0; i < len(payload); i += peer.every {
				changed := whole
				changed.Payload = base64.StdEncoding.EncodeToString(flip(payload, i))
				refuse(fmt.Sprintf("byte %d of the payload", i), changed)
			}
			for i := 0; i < len(sig); i += peer.every {
				changed := whole
				changed.Signatures = []dsse.Signature{{KeyID: dsseKeyID, Sig: base64.StdEncoding.EncodeToString(flip(sig, i))}}
				refuse(fmt.Sprintf("byte %d of the signature", i), changed)
			}
			for what, s := range map[string]dsse.Signature{
				"another key":  {KeyID: "orders-2025", Sig: whole.Signatures[0].Sig},
				"no signature": {KeyID: dsseKeyID},
				// The last byte: without a first byte of 0 an RSA signature is the same number, which OpenSSL takes.
				"a byte less":     {KeyID: dsseKeyID, Sig: base64.StdEncoding.EncodeToString(sig[:len(sig)-1])},
				"a byte more":     {KeyID: dsseKeyID, Sig: base64.StdEncoding.EncodeToString(append(slices.Clone(sig), 0))},
				"only zero bytes": {KeyID: dsseKeyID, Sig: base64.StdEncoding.EncodeToString(make([]byte, len(sig)))},
			} {
				changed := whole
				changed.Signatures = []dsse.Signature{s}
				refuse(what, changed)
			}
			other := whole
			other.PayloadType += "0"
			refuse("another payloadType", other)
		}
		stranger := peer.make(t, kind)
		refused := signWith(t, c.material(), stranger)
		if there, here := accepted(refused); there || here {
			t.Errorf("of a stranger: the peer verifies it: %t, this module: %t", there, here)
		}
	})
}

func flip(b []byte, at int) []byte {
	b = slices.Clone(b)
	b[at] ^= 1
	return b
}

// An envelope with signatures of two keys, as during a rotation, is verified with either.
func TestDSSERotation(t *testing.T) {
	c := &signedCases[1]
	older, newer := newLibraryKey(t, keyKinds[0]), newLibraryKey(t, keyKinds[3])
	envelope := signWith(t, c.material(), older, newer)
	e := c.carry(t, envelope, cloudevents.BinaryMode)
	for name, key := range map[string]dsseKey{"older": older, "newer": newer} {
		v := ceverify.Verifier{Keys: []ceverify.Key{{ID: dsseKeyID, Public: key.Public()}}}
		if _, err := v.Verify(&e); err != nil {
			t.Errorf("with the %s key: %v", name, err)
		}
		if _, err := verifyWith(t.Context(), key, envelope); err != nil {
			t.Errorf("the peer, with the %s key: %v", name, err)
		}
	}
}

// ECDSA signatures in ASN.1, which both peers make by themselves, are wrong here, as the package
// documentation of verify says.
func TestDSSEWithoutConversion(t *testing.T) {
	c := &signedCases[1]
	eachDSSEKey(t, func(t *testing.T, _ dssePeer, _ keyKind, key dsseKey) {
		if _, ok := key.private.(*ecdsa.PrivateKey); !ok {
			t.Skip("only ECDSA has two encodings")
		}
		e := c.carry(t, signWith(t, c.material(), key.SignerVerifier.(*rawKey).SignerVerifier), cloudevents.BinaryMode)
		v := ceverify.Verifier{Keys: []ceverify.Key{{ID: dsseKeyID, Public: key.Public()}}}
		if _, err := v.Verify(&e); !errors.Is(err, ceverify.ErrSignature) {
			t.Errorf("%v", err)
		}
	})
}

// signatureTable has a row for each kind of key of each peer. The tests above fail if one of the
// events does not verify.
func signatureTable(t *testing.T) string {
	t.Helper()
	module, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`/go-securesystemslib v(\S+)`).FindSubmatch(module)
	if version == nil {
		t.Fatal("go.mod does not require go-securesystemslib")
	}
	var b strings.Builder
	b.WriteString("| Peer | Key | Events signed here, verified there | Signed there, verified here |\n|---|---|--:|--:|\n")
	for _, peer := range dssePeers {
		name := peer.name
		if name == "go-securesystemslib" {
			name += " " + string(version[1])
		}
		for _, kind := range keyKinds {
			n := len(signedCases)
			fmt.Fprintf(&b, "| %s | %s | %d | %d |\n", name, kind.name, n, n)
		}
	}
	return b.String()
}
