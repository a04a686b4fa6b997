package ceverify

import (
	"fmt"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Validate returns the error of [Signer.Sign] about the settings of s: a program calls it when
// it starts. The error wraps [ErrKey] or [ErrExtension].
func (s *Signer) Validate() error {
	if err := s.validateKey(); err != nil {
		return err
	}
	if _, err := algorithmOf(s.Key.Public()); err != nil {
		return err
	}
	_, err := s.names()
	return err
}

func (s *Signer) validateKey() error {
	switch {
	case s.Key == nil:
		return fmt.Errorf("%w: the Signer has no Key", ErrKey)
	case s.KeyID == "":
		return fmt.Errorf("%w: the Signer has no KeyID", ErrKey)
	case !utf8.ValidString(s.KeyID):
		return fmt.Errorf("%w: the KeyID of the Signer is not UTF-8", ErrKey)
	}
	return nil
}

// names returns the names of the signed extensions. The error wraps ErrExtension.
func (s *Signer) names() (names []string, err error) {
	for _, a := range s.Extensions {
		if err := validation.Name(a.Name); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrExtension, err)
		}
		names = append(names, a.Name)
	}
	if err := checkNames(names); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrExtension, err)
	}
	return names, nil
}

// Validate returns an error if one of the Keys of v cannot verify anything, or if v refuses
// every event because it has neither Keys nor AllowUnsigned: a program calls it when it
// starts. The error wraps [ErrKey], or [ErrExtension] if a name in Extensions is illegal.
func (v *Verifier) Validate() error {
	if len(v.Keys) == 0 && v.AllowUnsigned == nil {
		return fmt.Errorf("%w: there are no Keys", ErrKey)
	}
	for _, k := range v.Keys {
		if _, err := algorithmOf(k.Public); err != nil {
			return fmt.Errorf("key %q: %w", excerpt.Of(k.ID), err)
		}
	}
	for _, a := range v.Extensions {
		if err := validation.Name(a.Name); err != nil {
			return fmt.Errorf("%w: %w", ErrExtension, err)
		}
	}
	return nil
}
