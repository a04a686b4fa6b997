package ceverify

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Key is a public key that a [Verifier] accepts.
type Key struct {
	// ID is the keyid of the signatures that the key may verify. Several keys may have the
	// same ID.
	ID string

	// Public is a public key of one of the types that the package documentation lists.
	Public crypto.PublicKey

	// Accepts reports whether the key may sign the event, by its source or type for example.
	// The event is not verified yet. nil accepts every event: a holder of the key can then
	// send events in the name of all others. Accepts must not change the event.
	Accepts func(e *cloudevents.Event) bool
}

// Behavior says what becomes of extensions that are not verified
// (verifiability.md#consumer-behavior-configuration). The zero value is Strict.
type Behavior uint8

// The behaviors.
const (
	Strict      Behavior = iota // drops them
	Passthrough                 // puts them into Result.Unverified
	CoreOnly                    // drops all extensions, and verifies none
)

// String returns "strict", "passthrough" or "core only".
func (b Behavior) String() string {
	switch b {
	case Strict:
		return "strict"
	case Passthrough:
		return "passthrough"
	case CoreOnly:
		return "core only"
	}
	return fmt.Sprintf("Behavior(%d)", uint8(b))
}

// Coverage says what of an event was verified. The zero value is Unsigned.
type Coverage uint8

// The coverages.
const (
	Unsigned              Coverage = iota // nothing: the event has no signature
	Core                                  // core attributes and data: no other was signed, or wanted
	CoreAndExtensions                     // core attributes, data and signed extensions
	CoreSkippedExtensions                 // core attributes and data: the type of a signed extension is unknown
)

// String returns "unsigned", "core", "core and extensions" or "core, extensions skipped".
func (c Coverage) String() string {
	switch c {
	case Unsigned:
		return "unsigned"
	case Core:
		return "core"
	case CoreAndExtensions:
		return "core and extensions"
	case CoreSkippedExtensions:
		return "core, extensions skipped"
	}
	return fmt.Sprintf("Coverage(%d)", uint8(c))
}

// Result is what a [Verifier] has verified.
type Result struct {
	// Event has the verified part of the event: the core attributes, the data, and the signed
	// extensions if Coverage is CoreAndExtensions. dssematerial is not among them. If Coverage
	// is Unsigned it is the event as it came in. It shares memory with the event that came in.
	Event cloudevents.Event

	// Coverage says what was verified.
	Coverage Coverage

	// KeyID is that of the key that verified the event. It is empty if Coverage is Unsigned.
	KeyID string

	// Unverified are the other extensions of the event, dssematerial included, if Behavior is
	// Passthrough. Anybody may have written them.
	Unverified []cloudevents.Extension
}

// Verifier verifies events. The zero value refuses every event. A Verifier must not be
// changed while it is used, and may be used concurrently.
type Verifier struct {
	// Keys are the keys that are accepted. For a rotation, add the new key here before
	// signers use it, and remove the old one after its last event. An event with several
	// signatures, at most 16, needs one of an accepted key.
	Keys []Key

	// AllowUnsigned reports whether an event without a signature is accepted, by its source
	// or type for example. [Result.Coverage] marks such an event. nil refuses all of them.
	// A signature that is there must be right in any case. AllowUnsigned must not change the
	// event.
	AllowUnsigned func(e *cloudevents.Event) bool

	// Behavior says what becomes of extensions that are not verified. The default drops them.
	Behavior Behavior

	// Extensions have the types of signed extensions, for events whose messages had none. The
	// type matters for Binary and Timestamp.
	Extensions []spec.Attribute

	// SkipUnknownTypes verifies the core of an event alone if it has a signed extension whose
	// type is unknown: a String that neither Extensions nor the specification declares. None of
	// its extensions is verified then. The default hashes such an extension as the String that
	// it is, and refuses the event if that is wrong.
	SkipUnknownTypes bool
}

// Verify verifies e (verifiability.md#verification-protocol). It does not change e, which is
// the event to pass on.
//
// The error wraps [ErrUnsigned], [ErrMalformed], [ErrUnknownKey], [ErrSignature], [ErrDigest]
// or [ErrExtension]; the event must then be discarded. It wraps [ErrKey] if no key verifies
// the event and one of Keys that should is unusable.
//
// A handler that returns the error refuses its event with Status 403, and asks for a retry
// with [ErrKey]. [Verifier.Wrap] also tells the sender why.
func (v *Verifier) Verify(e *cloudevents.Event) (Result, error) {
	r, err := v.verify(e)
	if err != nil && !errors.Is(err, ErrKey) {
		err = &refusedError{err}
	}
	return r, err
}

func (v *Verifier) verify(e *cloudevents.Event) (Result, error) {
	value, _ := e.Get(attribute)
	document, err := value.Bytes()
	if err == nil && len(document) == 0 {
		if v.AllowUnsigned == nil || !v.AllowUnsigned(e) {
			return Result{}, ErrUnsigned
		}
		return Result{Event: *e}, nil
	}
	if err != nil {
		return Result{}, fmt.Errorf("%w: not a Binary", ErrMalformed)
	}
	signed, err := decodeEnvelope(document)
	if err != nil {
		return Result{}, err
	}
	r := Result{Coverage: Core}
	if r.KeyID, err = v.verifySignatures(e, &signed); err != nil {
		return Result{}, err
	}
	m, err := decodeMaterial(signed.payload) // after step 7: a stranger does not reach the parser
	if err != nil {
		return Result{}, err
	}
	if err := v.verifyDigests(e, &m, &r); err != nil {
		return Result{}, err
	}
	v.split(e, &m, &r)
	return r, nil
}

// verifySignatures is step 7 of the Verification Protocol. It returns the ID of the key that
// made one of the signatures.
func (v *Verifier) verifySignatures(e *cloudevents.Event, signed *envelope) (keyID string, err error) {
	message := preAuthentication(signed.payload)
	err = fmt.Errorf("%w: %q", ErrUnknownKey, excerpt.Of(signed.signatures[0].keyID))
	for _, s := range signed.signatures {
		for _, k := range v.Keys {
			if k.ID != s.keyID || k.Accepts != nil && !k.Accepts(e) {
				continue
			}
			ok, keyErr := verify(k.Public, message, s.sig)
			switch {
			case ok:
				return k.ID, nil
			case keyErr != nil:
				err = fmt.Errorf("key %q: %w", excerpt.Of(k.ID), keyErr)
			case !errors.Is(err, ErrKey): // which the operator must see
				err = fmt.Errorf("key %q: %w", excerpt.Of(k.ID), ErrSignature)
			}
		}
	}
	return "", err
}

// verifyDigests is steps 8 and 9 of the Verification Protocol. It sets the Coverage of r.
func (v *Verifier) verifyDigests(e *cloudevents.Event, m *material, r *Result) error {
	core, err := coreDigest(e)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrDigest, err)
	case !bytes.Equal(core[:], m.core):
		return fmt.Errorf("%w in a core attribute or the data", ErrDigest)
	case m.names == nil || v.Behavior == CoreOnly:
		return nil
	case v.SkipUnknownTypes && v.unknownType(e, m.names):
		r.Coverage = CoreSkippedExtensions
		return nil
	}
	ext, err := extensionDigest(e, m.names, v.Extensions)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(ext[:], m.ext):
		return fmt.Errorf("%w in a signed extension", ErrDigest)
	}
	r.Coverage = CoreAndExtensions
	return nil
}

// unknownType reports whether e has an extension of that name whose type is unknown.
func (v *Verifier) unknownType(e *cloudevents.Event, names []string) bool {
	return slices.ContainsFunc(e.Extensions, func(x cloudevents.Extension) bool {
		_, known := typeOf(x.Name, x.Value, v.Extensions)
		return !known && slices.Contains(names, x.Name)
	})
}

// split gives r the extensions of e as Behavior says.
func (v *Verifier) split(e *cloudevents.Event, m *material, r *Result) {
	verified := map[string]bool{}
	if r.Coverage == CoreAndExtensions {
		for _, name := range m.names {
			verified[name] = true
		}
	}
	r.Event = *e
	r.Event.Extensions = nil
	for _, x := range e.Extensions {
		switch {
		case verified[x.Name]:
			r.Event.Extensions = append(r.Event.Extensions, x)
			verified[x.Name] = false // a second one of an illegal event was not hashed
		case v.Behavior == Passthrough:
			r.Unverified = append(r.Unverified, x)
		}
	}
}
