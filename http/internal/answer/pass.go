package answer

import (
	"crypto/tls"
	"errors"
	"net/http"
)

// MayPass reports whether a request that got no answer, but this error, may succeed when
// it is sent again. An error with a method Retryable() bool says so itself. Apart from
// those, errors of TLS certificates and of http spoken to https stay.
func MayPass(err error) bool {
	var (
		own         interface{ Retryable() bool }
		certificate *tls.CertificateVerificationError
		plain       tls.RecordHeaderError
	)
	if errors.As(err, &own) {
		return own.Retryable()
	}
	return !errors.As(err, &certificate) && !errors.As(err, &plain) && !errors.Is(err, http.ErrSchemeMismatch)
}
