package ceverify

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// payloadType is the version of the extension.
const payloadType = "https://cloudevents.io/verifiability/dsse/v0.1"

// These are the limits of an envelope, which anybody can write. Nothing behind one is read.
const (
	maxSignatures = 16   // each may cost a verification
	maxMembers    = 64   // of an object, those that are not known included
	maxNames      = 1000 // of signed extensions
)

// envelope is a DSSE envelope.
type envelope struct {
	payload    []byte
	signatures []signature
}

type signature struct {
	keyID string
	sig   []byte
}

// material is the payload of an envelope. Without signed extensions ext and names are nil.
type material struct {
	core, ext []byte
	names     []string
}

// preAuthentication returns what DSSE signs, the encoding PAE of its protocol.
func preAuthentication(payload []byte) []byte {
	b := []byte("DSSEv1 " + strconv.Itoa(len(payloadType)) + " " + payloadType + " " + strconv.Itoa(len(payload)) + " ")
	return append(b, payload...)
}

// encode returns the JSON of m, in the layout of the test vectors.
func (m *material) encode() ([]byte, error) {
	return json.Marshal(struct {
		Core  []byte   `json:"core"`
		Ext   []byte   `json:"ext,omitempty"`
		Names []string `json:"signedextattrs,omitempty"`
	}{m.core, m.ext, m.names})
}

// encode returns the JSON of v, in the layout of the test vectors.
func (v *envelope) encode() ([]byte, error) {
	type one struct {
		KeyID string `json:"keyid"`
		Sig   []byte `json:"sig"`
	}
	var all []one
	for _, s := range v.signatures {
		all = append(all, one{s.keyID, s.sig})
	}
	return json.Marshal(struct {
		PayloadType string `json:"payloadType"`
		Payload     []byte `json:"payload"`
		Signatures  []one  `json:"signatures"`
	}{payloadType, v.payload, all})
}

// decodeEnvelope parses the value of dssematerial: steps 3 to 6 of the Verification
// Protocol, without those about the payload. The errors wrap ErrMalformed.
func decodeEnvelope(document []byte) (v envelope, err error) {
	o, err := object(document)
	if err != nil {
		return v, malformed("envelope", err)
	}
	switch t, err := text(o["payloadType"]); {
	case err != nil:
		return v, malformed("payloadType", err)
	case t != payloadType:
		return v, malformed("payloadType", fmt.Errorf("unknown type %q", excerpt.Of(t)))
	}
	if v.payload, err = decodeBase64(o["payload"]); err != nil {
		return v, malformed("payload", err)
	}
	all, err := array(o["signatures"], "signatures", maxSignatures)
	if err != nil {
		return v, malformed("signatures", err)
	}
	for i, one := range all {
		o, err := object(one)
		if err != nil {
			return v, malformed("signature "+strconv.Itoa(i), err)
		}
		if _, ok := o["keyid"]; !ok {
			continue // DSSE allows it, and no key can be accepted
		}
		var s signature
		if s.keyID, err = text(o["keyid"]); err != nil {
			return v, malformed("keyid of signature "+strconv.Itoa(i), err)
		}
		if s.sig, err = decodeBase64(o["sig"]); err != nil {
			return v, malformed("sig of signature "+strconv.Itoa(i), err)
		}
		v.signatures = append(v.signatures, s)
	}
	if len(v.signatures) == 0 {
		return v, malformed("signatures", errors.New("none has a keyid"))
	}
	return v, nil
}

// decodeMaterial parses the payload of an envelope: step 6 of the Verification Protocol.
// The errors wrap ErrMalformed.
func decodeMaterial(payload []byte) (m material, err error) {
	o, err := object(payload)
	if err != nil {
		return m, malformed("payload", err)
	}
	if m.core, err = digest(o["core"]); err != nil {
		return m, malformed("core", err)
	}
	_, hasExt := o["ext"]
	_, hasNames := o["signedextattrs"]
	if hasExt != hasNames {
		return m, malformed("payload", errors.New("has one of ext and signedextattrs without the other"))
	}
	if !hasExt {
		return m, nil
	}
	if m.ext, err = digest(o["ext"]); err != nil {
		return m, malformed("ext", err)
	}
	all, err := array(o["signedextattrs"], "names", maxNames)
	if err != nil {
		return m, malformed("signedextattrs", err)
	}
	if len(all) == 0 { // ext must be absent then
		return m, malformed("signedextattrs", errors.New("is empty"))
	}
	for _, one := range all {
		name, err := text(one)
		if err != nil {
			return m, malformed("signedextattrs", err)
		}
		m.names = append(m.names, name)
	}
	if err := checkNames(m.names); err != nil {
		return m, malformed("signedextattrs", err)
	}
	return m, nil
}

// checkNames returns why the names of signed extensions are not allowed
// (verifiability.md#dssematerial).
func checkNames(names []string) error {
	if len(names) > maxNames {
		return &cloudevents.LimitError{What: "names", Limit: maxNames}
	}
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		_, core := spec.V1.Attribute(name)
		switch {
		case seen[name]:
			return fmt.Errorf("%q is there twice", excerpt.Of(name))
		case name == attribute:
			return fmt.Errorf("%s cannot be signed", attribute)
		case core:
			return fmt.Errorf("%q is a core attribute", excerpt.Of(name))
		}
		seen[name] = true
	}
	return nil
}

func malformed(part string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrMalformed, part, err)
}

// object returns the members of a JSON object, at most maxMembers. Their names are compared byte
// by byte, and none may be there twice, so that no two parsers read different members.
func object(document []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(document) {
		return nil, errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(document))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	members := map[string]json.RawMessage{}
	for d.More() {
		if len(members) == maxMembers {
			return nil, &cloudevents.LimitError{What: "members", Limit: maxMembers}
		}
		var value json.RawMessage
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok || d.Decode(&value) != nil {
			return nil, errors.New("malformed JSON")
		}
		if _, twice := members[name]; twice {
			return nil, fmt.Errorf("member %q is there twice", excerpt.Of(name))
		}
		members[name] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("malformed JSON")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("bytes after the JSON object")
	}
	return members, nil
}

// text returns a JSON string. A member that is absent is nil.
func text(value json.RawMessage) (s string, err error) {
	if value == nil {
		return "", errors.New("missing")
	}
	if value[0] != '"' || json.Unmarshal(value, &s) != nil {
		return "", errors.New("not a string")
	}
	return s, nil
}

// array returns the elements of a JSON array, at most limit. what names them.
func array(value json.RawMessage, what string, limit int) (all []json.RawMessage, err error) {
	if value == nil {
		return nil, errors.New("missing")
	}
	d := json.NewDecoder(bytes.NewReader(value)) // value is one JSON value, in which nothing is wrong
	if t, _ := d.Token(); t != json.Delim('[') {
		return nil, errors.New("not an array")
	}
	for d.More() {
		if len(all) == limit {
			return nil, &cloudevents.LimitError{What: what, Limit: limit}
		}
		var one json.RawMessage
		if err := d.Decode(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// decodeBase64 returns the bytes of a JSON string. DSSE allows both alphabets.
func decodeBase64(value json.RawMessage) ([]byte, error) {
	s, err := text(value)
	if err != nil {
		return nil, err
	}
	encoding := base64.StdEncoding.Strict()
	if strings.ContainsAny(s, "-_") {
		encoding = base64.URLEncoding.Strict()
	}
	b, err := encoding.DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") { // which DecodeString skips
		return nil, errors.New("not base64")
	}
	return b, nil
}

// digest returns the SHA-256 in a JSON string.
func digest(value json.RawMessage) ([]byte, error) {
	b, err := decodeBase64(value)
	if err == nil && len(b) != sha256.Size {
		err = fmt.Errorf("%d bytes instead of %d", len(b), sha256.Size)
	}
	return b, err
}
