package ceverify

import "errors"

// Every error of a [Verifier] wraps one of these. The event must not be used then.
var (
	// ErrUnsigned is about an event without a signature that must have one.
	ErrUnsigned = errors.New("event is not signed")

	// ErrMalformed is about a dssematerial that is not as the extension says. The error may
	// wrap a [*cloudevents.LimitError] too.
	ErrMalformed = errors.New("malformed dssematerial")

	// ErrUnknownKey is about an event for which none of the keys that it names is accepted.
	ErrUnknownKey = errors.New("event is signed with an unknown key")

	// ErrSignature is about a signature that an accepted key did not make, or not over this
	// dssematerial.
	ErrSignature = errors.New("wrong signature")

	// ErrDigest is about an event that was changed after it was signed.
	ErrDigest = errors.New("event differs from the signed one")
)

// These errors are also about what a program has configured, not about a message alone.
var (
	// ErrKey is about a key that this package does not support, a KeyID that is empty or not
	// UTF-8, and a Signer whose Key fails.
	ErrKey = errors.New("unusable key")

	// ErrExtension is about an extension that cannot be signed or verified: its name is illegal,
	// that of a core attribute, dssematerial or there twice, or its value is not of its type. It
	// is also about more than 1000 of them, and wraps a [*cloudevents.LimitError] then.
	ErrExtension = errors.New("illegal signed extension")
)

// refusedError is an error about an event that must be discarded. dispatch.Judge asks for its
// status, so that such an event is not tried again.
type refusedError struct{ err error }

func (e *refusedError) Error() string   { return e.err.Error() }
func (e *refusedError) Unwrap() error   { return e.err }
func (e *refusedError) StatusCode() int { return 403 }
