package send

import (
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/key"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// addSigned is the flag --sign-ext.
func (s *sending) addSigned(text string) error {
	a, err := spec.Attribute{Name: text}, validation.Name(text) // of the type that the event gives it
	if strings.Contains(text, "=") {
		a, err = stream.Declaration(text)
	}
	s.signed = append(s.signed, a)
	return err
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
	if err := signer.Validate(); err != nil { // the key has been looked at
		return nil, cli.Usagef("send: --sign-ext or --sign-key-id: %v", err)
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
