package ceverify

import (
	"crypto"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Signer signs events. Key and KeyID are required. A Signer may be used concurrently if its
// Key may, as those of the standard library.
type Signer struct {
	// Key is a private key of the standard library, or a key that is kept elsewhere. Its
	// Public method returns one of the types that the package documentation lists. A Key of
	// ECDSA returns signatures in ASN.1, as [crypto/ecdsa] does.
	Key crypto.Signer

	// KeyID names the key for consumers. It is UTF-8.
	KeyID string

	// Extensions are the extensions to sign, in this order. One that an event lacks is signed
	// as absent. nil signs none: relays can then change all of them. Do not list extensions
	// that change on the way, such as traceparent.
	//
	// The type matters for Binary and Timestamp. The zero Type is String, and leaves the type
	// to the event.
	Extensions []spec.Attribute
}

// Sign sets the extension dssematerial of e, and replaces one that is there. It writes
// neither to the Data nor to the slice of Extensions that e had.
//
// The error wraps [ErrKey] or [ErrExtension], or is that of [cloudevents.Event.Validate]. It
// wraps [validation.ErrRange] if the year of the time does not have four digits in UTC. e is
// then unchanged.
func (s *Signer) Sign(e *cloudevents.Event) error {
	if err := s.validateKey(); err != nil {
		return err
	}
	if err := e.Validate(); err != nil {
		return err
	}
	m, err := s.material(e)
	if err != nil {
		return err
	}
	payload, err := m.encode()
	if err != nil {
		return err
	}
	sig, err := sign(s.Key, preAuthentication(payload))
	if err != nil {
		return err
	}
	v := envelope{payload, []signature{{s.KeyID, sig}}}
	document, err := v.encode()
	if err != nil {
		return err
	}
	return e.Set(attribute, cloudevents.BinaryValue(document))
}

// material returns what is signed: steps 2 to 6 of the Signing Protocol
// (verifiability.md#signing-protocol).
func (s *Signer) material(e *cloudevents.Event) (m material, err error) {
	if m.names, err = s.names(); err != nil {
		return m, err
	}
	core, err := coreDigest(e)
	if err != nil {
		return m, err
	}
	m.core = core[:]
	if len(m.names) > 0 {
		ext, err := extensionDigest(e, m.names, s.Extensions)
		if err != nil {
			return m, err
		}
		m.ext = ext[:]
	}
	return m, nil
}
