package cehttp

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ErrSignature is wrapped by the error about a message without a signature that a
// [Verifier] accepts, or whose time is too far from now.
var ErrSignature = errors.New("signature does not verify")

const (
	defaultTolerance = 5 * time.Minute
	maxSignatures    = 32
)

func unsigned(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrSignature}, args...)...)
}

// Verify checks the signature of a message, of which body is all of the body as it
// came. All pairs of a signature and a secret are compared, in a time that does not
// depend on which fits. It does not look at the memory of ServeHTTP. Signatures of
// other versions than v1 are skipped.
//
// The error wraps [ErrSignature].
func (v *Verifier) Verify(h http.Header, body []byte) error {
	s, err := v.readSignature(h)
	if err != nil {
		return err
	}
	return v.verify(&s, body)
}

// signature is the header of a signed message.
type signature struct {
	id, timestamp, list string
	time                time.Time
}

// readSignature checks all that can be checked before the body is read.
func (v *Verifier) readSignature(h http.Header) (signature, error) {
	var s signature
	var err error
	if s.id, err = single(h, webhookID); err != nil {
		return s, err
	}
	if s.timestamp, err = single(h, webhookTimestamp); err != nil {
		return s, err
	}
	if s.list, err = single(h, webhookSignature); err != nil {
		return s, err
	}
	if !isWebhookID(s.id) {
		return s, unsigned("%w", errWebhookID)
	}
	n, ok := parseRate(s.timestamp)
	if !ok {
		return s, unsigned("webhook-timestamp is not a number of seconds")
	}
	s.time = time.Unix(int64(n), 0)
	if tolerance := v.tolerance(); tolerance >= 0 {
		now := time.Now()
		if s.time.Before(now.Add(-tolerance)) {
			return s, unsigned("webhook-timestamp is too old")
		}
		if s.time.After(now.Add(tolerance)) {
			return s, unsigned("webhook-timestamp is in the future")
		}
	}
	if n := strings.Count(s.list, " "); n >= maxSignatures {
		return s, unsigned("there are %d signatures", n+1)
	}
	return s, v.vouches(&s, h)
}

// single returns the value of a header that has to be there once.
func single(h http.Header, name string) (string, error) {
	values := h.Values(name)
	if len(values) != 1 {
		return "", unsigned("%s is there %d times", strings.ToLower(name), len(values))
	}
	return values[0], nil
}

// vouches returns an error if attributes are in headers that the id is not a hash of.
// That is checked for every id that claims to be one: a message cannot be taken for
// one of another mode.
func (v *Verifier) vouches(s *signature, h http.Header) error {
	bound := strings.HasPrefix(s.id, boundPrefix)
	switch binary := isBinary(h); {
	case bound && (!binary || s.id != boundID(h)):
		return unsigned("webhook-id is not that of these ce- headers")
	case binary && !bound && !v.AllowUnsignedHeaders:
		return unsigned("ce- headers are not signed; send in structured mode")
	}
	return nil
}

// verify compares signatures.
func (v *Verifier) verify(s *signature, body []byte) error {
	good := 0
	for _, secret := range v.Secrets {
		if secret.key == nil {
			continue
		}
		key := secret.key()
		mac := key.mac(s.id, s.timestamp)
		mac.Write(body)
		want := mac.signature()
		for text := range strings.SplitSeq(s.list, " ") {
			text, ok := strings.CutPrefix(text, signatureVersion)
			if !ok || len(text) != signatureLength {
				continue
			}
			var got [signatureLength]byte
			copy(got[:], text)
			good |= subtle.ConstantTimeCompare(got[:], want)
		}
		key.pool.Put(mac)
	}
	if good == 0 {
		return unsigned("no signature is of a known secret")
	}
	return nil
}

func (v *Verifier) tolerance() time.Duration {
	if v.Tolerance == 0 {
		return defaultTolerance
	}
	return v.Tolerance
}
