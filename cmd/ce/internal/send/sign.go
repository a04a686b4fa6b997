package send

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/key"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// addSigned is the flag --sign-ext.
func (s *sending) addSigned(name string) error {
	if err := validation.Name(name); err != nil {
		return err
	}
	s.signed = append(s.signed, spec.Attribute{Name: name})
	return nil
}

// sign returns a source of the same events with signatures, if there is a --sign-key.
func (s *sending) sign(next source) (source, error) {
	if s.signKey == "" {
		return next, nil
	}
	private, err := key.Private(s.signKey)
	if err != nil {
		return nil, cli.Usagef("send: --sign-key: %v", err)
	}
	signer := ceverify.Signer{Key: private, KeyID: s.signKeyID, Extensions: s.signed}
	if signer.KeyID == "" {
		if signer.KeyID, err = key.ID(private.Public()); err != nil {
			return nil, cli.Usagef("send: --sign-key: %v", err)
		}
	}
	return func() (*cloudevents.Event, error) {
		e, err := next()
		if err != nil {
			return nil, err
		}
		signed := *e // Sign leaves what they share alone
		if err := signer.Sign(&signed); err != nil {
			return nil, &cli.FaultError{Err: fmt.Errorf("event %.64q cannot be signed: %w", e.ID, err)}
		}
		return &signed, nil
	}, nil
}
