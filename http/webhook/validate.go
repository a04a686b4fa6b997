package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// The methods Validate find settings with which no message can pass, before the first one
// comes. cehttp.Serve calls that of its handler.

// validator is a handler or a transport that finds mistakes in its settings.
type validator interface{ Validate() error }

var (
	errNoNext    = errors.New("there is no Next")
	errNoTokens  = errors.New("there are no Tokens and there is no Check")
	errNoOrigins = errors.New("there are no Origins and there is no Permit")
	errRate      = errors.New("the Rate is below zero, and 0 is no limit")
	errNoSecrets = errors.New("there are no Secrets")
	errZeroKey   = errors.New("a Secret has no key")
	errPrefix    = errors.New("the HeaderPrefix is not made of letters, digits and hyphens")
)

// in says which type an error is about, and is nil if err is.
func in(name string, errs ...error) error {
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func validateNext(next http.Handler) error {
	if next == nil {
		return errNoNext
	}
	if v, ok := next.(validator); ok {
		return v.Validate()
	}
	return nil
}

func validateBase(base http.RoundTripper) error {
	if v, ok := base.(validator); ok {
		return v.Validate()
	}
	return nil
}

// Validate returns an error if a lets no request through: there is no token, or no Next. If
// Next has a method Validate() error, it is asked too.
func (a *Authorization) Validate() error {
	var own error
	if a.Check == nil && strings.Join(a.Tokens, "") == "" {
		own = errNoTokens
	}
	for _, token := range a.Tokens {
		if token != "" && !isToken(token) {
			own = errMalformedToken
		}
	}
	return in("Authorization", own, validateNext(a.Next))
}

// Validate returns an error if t lets no delivery through, or if one of its Origins is not a
// pattern that MatchOrigin knows. If Next has a method Validate() error, it is asked too.
func (t *Target) Validate() error {
	var own []error
	if len(t.Origins) == 0 && t.Permit == nil && !t.OriginOptional {
		own = append(own, errNoOrigins)
	}
	for _, pattern := range t.Origins {
		if pattern != anyOrigin && !isDNSName(strings.TrimPrefix(pattern, "*.")) {
			own = append(own, fmt.Errorf("the origin %q matches nothing", quoted(pattern)))
		}
	}
	if t.Rate < 0 {
		own = append(own, errRate)
	}
	return in("Target", append(own, validateNext(t.Next))...)
}

// Validate returns an error if v verifies nothing: there is no secret, or no Next. If Next
// has a method Validate() error, it is asked too.
func (v *Verifier) Validate() error {
	return in("Verifier", validateSecrets(v.Secrets), validatePrefix(v.HeaderPrefix), validateNext(v.Next))
}

// Validate returns an error if s signs nothing, because there is no secret. If Base has a
// method Validate() error, it is asked too.
func (s *Signer) Validate() error {
	return in("Signer", validateSecrets(s.Secrets), validatePrefix(s.HeaderPrefix), validateBase(s.Base))
}

func validateSecrets(secrets []Secret) error {
	if len(secrets) == 0 {
		return errNoSecrets
	}
	for _, s := range secrets {
		if s.key == nil {
			return errZeroKey
		}
	}
	return nil
}

func validatePrefix(prefix string) error {
	for i := range len(prefix) {
		if !isDNSByte(prefix[i]) {
			return errPrefix
		}
	}
	return nil
}

// Validate returns an error if t sends nothing, because of its Origin, Token or CallbackURL.
// If Base has a method Validate() error, it is asked too.
func (t *Transport) Validate() error {
	var own []error
	if !isDNSName(t.Origin) {
		own = append(own, errOriginOfSender)
	}
	if t.Token != "" && !isToken(t.Token) {
		own = append(own, errMalformedToken)
	}
	if t.CallbackURL != "" {
		if _, err := callbackURL(t.CallbackURL); err != nil {
			own = append(own, errCallbackOffer)
		}
	}
	if t.Rate < 0 || t.FallbackRate < 0 {
		own = append(own, errRate)
	}
	return in("Transport", append(own, validateBase(t.Base))...)
}
