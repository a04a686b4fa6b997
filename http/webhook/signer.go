package cehttp

import (
	"bytes"
	"hash"
	"io"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/body"
)

// Signer is an [http.RoundTripper] that signs each request as [Sign] does, attempt by
// attempt: a message that is sent again has the id that it had and a new time. It
// is for the Base of a [WebhookTransport], which waits before it sends, or for the
// Transport of an [http.Client]:
//
//	client := &http.Client{Transport: &cehttp.Signer{Secrets: []cehttp.Secret{secret}}}
//
// A body is read from GetBody to sign it, and once more to send it; a request
// without GetBody has its body read into memory. OPTIONS is not signed. A Signer must
// not be changed while it is used.
type Signer struct {
	Base     http.RoundTripper // nil is http.DefaultTransport
	Secrets  []Secret          // each of which signs; the first is that which stays
	MaxBytes int64             // of a body; 0 is DefaultMaxBytes, -1 is no limit

	// ID returns the webhook-id, if it is not nil: the same whenever a message is sent,
	// without a dot. nil is WebhookID. With another one a Verifier has to have
	// AllowUnsignedHeaders for events in binary mode.
	ID func(r *http.Request) string
}

// RoundTrip signs r and sends it.
func (s *Signer) RoundTrip(r *http.Request) (*http.Response, error) {
	base := s.Base
	if base == nil {
		base = http.DefaultTransport
	}
	if r.Method == http.MethodOptions {
		return base.RoundTrip(r)
	}
	signed, err := s.signed(r)
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, &finalError{err}
	}
	return base.RoundTrip(signed)
}

// signed returns a copy of r with a signature.
func (s *Signer) signed(r *http.Request) (*http.Request, error) {
	signed := r.Clone(r.Context())
	limit := s.MaxBytes
	if limit == 0 {
		limit = DefaultMaxBytes
	}
	getBody := func() (io.ReadCloser, error) { return http.NoBody, nil }
	switch {
	case r.Body == nil || r.Body == http.NoBody:
	case r.GetBody != nil:
		getBody = r.GetBody
	default:
		b, err := body.Read(r.Body, r.ContentLength, limit)
		if err != nil {
			return nil, err
		}
		r.Body.Close()
		getBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
		signed.GetBody, signed.ContentLength = getBody, int64(len(b))
		signed.Body, _ = getBody()
	}
	write := func(h hash.Hash) error { return copyBody(h, getBody, limit) }
	var id string
	switch {
	case s.ID != nil:
		id = s.ID(r)
	case isBinary(r.Header):
		id = boundID(r.Header)
	default:
		var err error
		if id, err = bodyID(r.Header, write); err != nil {
			return nil, err
		}
	}
	if err := sign(signed.Header, id, time.Now(), s.Secrets, write); err != nil {
		return nil, err
	}
	return signed, nil
}

// copyBody hashes a body of at most limit bytes.
func copyBody(h hash.Hash, body func() (io.ReadCloser, error), limit int64) error {
	rc, err := body()
	if err != nil {
		return err
	}
	defer rc.Close()
	if limit < 0 {
		_, err = io.Copy(h, rc)
		return err
	}
	n, err := io.Copy(h, io.LimitReader(rc, limit+1))
	if err == nil && n > limit {
		return &http.MaxBytesError{Limit: limit}
	}
	return err
}
