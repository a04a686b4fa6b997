package answer_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// says is an error that says itself whether a request may be repeated.
type says struct {
	retryable bool
	err       error
}

func (s says) Error() string   { return "says" }
func (s says) Unwrap() error   { return s.err }
func (s says) Retryable() bool { return s.retryable }

func TestMayPass(t *testing.T) {
	certificate := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	for _, c := range []struct {
		name string
		err  error
		pass bool
	}{
		{"a broken connection", io.ErrUnexpectedEOF, true},
		{"an error that says so", says{true, nil}, true},
		{"an error that denies it", says{false, nil}, false},
		{"an error that says so of a certificate", says{true, certificate}, true},
		{"an error that denies it of a broken connection", says{false, io.ErrUnexpectedEOF}, false},
		{"a certificate", certificate, false},
		{"no TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, false},
		{"http spoken to https", http.ErrSchemeMismatch, false},
		{"a certificate beside others", errors.Join(io.EOF, certificate), false},
	} {
		for _, err := range []error{c.err, &url.Error{Op: "Post", URL: "https://a/", Err: c.err}, fmt.Errorf("sent: %w", c.err)} {
			if got := answer.MayPass(err); got != c.pass {
				t.Errorf("%s, in a %T: %t", c.name, err, got)
			}
		}
	}
}
