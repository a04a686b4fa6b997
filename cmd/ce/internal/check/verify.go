package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/key"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/spec"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// addKey is the flag --verify-key.
func (c *checker) addKey(file string) error {
	public, err := key.Public(file)
	if err != nil {
		return err
	}
	c.keys = append(c.keys, public)
	return nil
}

// addExtension is the flag --verify-ext.
func (c *checker) addExtension(text string) error {
	a, err := stream.Declaration(text)
	c.declared = append(c.declared, a)
	return err
}

// verify reports the events of u whose signature is wrong. err is what else is wrong with u: then
// nothing is verified. event is the number of the event in its input or batch, or nil.
func (c *checker) verify(u *stream.Unit, err error, event *int) {
	if c.keys == nil || err != nil {
		return
	}
	es, err := u.Events()
	if err != nil {
		return // it has been reported
	}
	for i := range es {
		verifier := c.verifier(&es[i])
		r, err := verifier.Verify(&es[i])
		if err == nil {
			c.several = c.several || c.verified > 0 && c.coverage != r.Coverage
			c.verified++
			c.coverage = r.Coverage
			continue
		}
		c.total++
		if c.shown == maxShown {
			continue
		}
		c.shown++
		f := finding.Finding{
			Event: event, Line: u.Line, Attribute: attribute, Rule: "signature", Message: err.Error(),
			Section: section, URL: spec.SectionURL(section), Advice: advice(verifier, &es[i], err),
		}
		if len(es) > 1 {
			f.Event = &i
		}
		c.print(&f)
	}
}

const (
	attribute = "dssematerial"
	section   = "verifiability.md#verification-protocol"
)

// verifier returns one that accepts the keys for each key ID that the event names: whose the
// keys are is said by the command line.
func (c *checker) verifier(e *cloudevents.Event) *ceverify.Verifier {
	v, _ := e.Get(attribute)
	document, _ := v.Bytes()
	var envelope struct {
		Signatures []struct {
			KeyID string `json:"keyid"`
		} `json:"signatures"`
	}
	_ = json.Unmarshal(document, &envelope) // the Verifier says what is wrong
	verifier := &ceverify.Verifier{Extensions: c.declared}
	ids := map[string]bool{}
	for _, s := range envelope.Signatures {
		if ids[s.KeyID] {
			continue
		}
		ids[s.KeyID] = true
		for _, public := range c.keys {
			verifier.Keys = append(verifier.Keys, ceverify.Key{ID: s.KeyID, Public: public})
		}
	}
	return verifier
}

// advice says what to do about an event that does not verify.
func advice(verifier *ceverify.Verifier, e *cloudevents.Event, err error) string {
	switch {
	case errors.Is(err, ceverify.ErrDigest) && hasUnknownType(verifier, e):
		return "say which signed extensions are a Binary or a Timestamp, with --verify-ext name=Type; if none is, it is not the event that was signed: do not trust it"
	case errors.Is(err, ceverify.ErrUnsigned):
		return "sign it where it is made, with ce send --sign-key; if it was signed there, find out who has removed the signature"
	case errors.Is(err, ceverify.ErrDigest):
		return "it is not the event that was signed: find out what changes it on the way, such as a relay that formats the data anew, and do not trust it"
	case errors.Is(err, ceverify.ErrSignature), errors.Is(err, ceverify.ErrUnknownKey):
		return "take the public key of the signer: openssl pkey -in PRIVATE -pubout; if it is this one, do not trust the event"
	case errors.Is(err, ceverify.ErrKey):
		return "take a key of P-256, P-384 or P-521, Ed25519, or RSA with 2048 bits at least"
	}
	return "do not trust the event; its signer must follow the document"
}

// hasUnknownType reports whether all is well with e but for signed extensions, and one of them
// may be a Binary or a Timestamp that nobody has declared.
func hasUnknownType(verifier *ceverify.Verifier, e *cloudevents.Event) bool {
	skipping := *verifier
	skipping.SkipUnknownTypes = true
	skipping.Extensions = slices.Clone(verifier.Extensions)
	for _, x := range e.Extensions {
		_, notBinary := cloudevents.ParseValue(spec.Binary, x.Value.String())
		_, notTimestamp := cloudevents.ParseValue(spec.Timestamp, x.Value.String())
		if notBinary != nil && notTimestamp != nil {
			skipping.Extensions = append(skipping.Extensions, spec.Attribute{Name: x.Name, Type: spec.String})
		}
	}
	r, err := skipping.Verify(e)
	return err == nil && r.Coverage == ceverify.CoreSkippedExtensions
}

// valid is the verdict on an input without violations.
func (c *checker) valid() string {
	switch {
	case c.keys == nil || c.verified == 0:
		return "valid"
	case c.verified == 1:
		return fmt.Sprintf("valid, signature of %v verified", c.coverage)
	case c.several:
		return "valid, " + cli.Plural(c.verified, "signature") + " verified"
	}
	return fmt.Sprintf("valid, %s of %v verified", cli.Plural(c.verified, "signature"), c.coverage)
}
