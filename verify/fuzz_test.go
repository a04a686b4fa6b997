package ceverify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// FuzzEnvelope decodes any dssematerial. One that is accepted has the payload that was
// signed; an error is one of those that are documented.
func FuzzEnvelope(f *testing.F) {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t", Extensions: []cloudevents.Extension{{Name: "a", Value: cloudevents.StringValue("1")}}}
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey", Extensions: []spec.Attribute{{Name: "a"}}}
	if err := signer.Sign(&e); err != nil {
		f.Fatal(err)
	}
	document := envelopeOf(f, &e)
	var want dsse
	if err := json.Unmarshal(document, &want); err != nil {
		f.Fatal(err)
	}
	f.Add(document)
	f.Add(signPayload(f, `{"core":""}`))
	f.Add([]byte(`{"payloadType":"` + payloadType + `","payload":"e30=","signatures":[{"keyid":"testkey","sig":"AA=="},{}]}`))
	verifier := vectorVerifier()
	f.Fuzz(func(t *testing.T, document []byte) {
		if len(document) == 0 {
			return // no signature
		}
		other := withEnvelope(t, e, document)
		_, err := verifier.Verify(&other)
		var got dsse
		switch {
		case err == nil:
			if err := json.Unmarshal(document, &got); err == nil && !bytes.Equal(got.Payload, want.Payload) && !bytes.ContainsAny(document, "-_") {
				t.Errorf("accepted: %q", document)
			}
		case !errors.Is(err, ceverify.ErrMalformed) && !errors.Is(err, ceverify.ErrUnknownKey) && !errors.Is(err, ceverify.ErrSignature):
			t.Errorf("%v: %q", err, document)
		}
	})
}

// FuzzPayload decodes any payload under a right signature. It is never that of the event.
func FuzzPayload(f *testing.F) {
	f.Add(`{"core":"wKCa8sq3dyg/00ZiDQy/aXAY1tepQnrKLa6xP0Y3D/Q="}`)
	f.Add(`{"core":"wKCa8sq3dyg/00ZiDQy/aXAY1tepQnrKLa6xP0Y3D/Q=","ext":"kU1P8bDaEnyNhglWzdTJNHh77khNWSZebBUxufVM2pU=","signedextattrs":["exta"]}`)
	f.Add(`{"core":1,"core":[{}]}`)
	verifier := vectorVerifier()
	f.Fuzz(func(t *testing.T, payload string) {
		e := withEnvelope(t, cloudevents.Event{ID: "1", Source: "/", Type: "another"}, signPayload(t, payload))
		if _, err := verifier.Verify(&e); !errors.Is(err, ceverify.ErrMalformed) && !errors.Is(err, ceverify.ErrDigest) {
			t.Errorf("%v: %q", err, payload)
		}
	})
}
