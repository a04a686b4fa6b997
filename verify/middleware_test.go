package ceverify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// The handler sees verified events alone. Others are refused for good, unless the
// configuration is at fault.
func TestWrap(t *testing.T) {
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey"}
	signed := cloudevents.Event{ID: "1", Source: "/", Type: "t", Extensions: []cloudevents.Extension{{Name: "hop", Value: cloudevents.IntegerValue(1)}}}
	unsigned := signed
	if err := signer.Sign(&signed); err != nil {
		t.Fatal(err)
	}
	tampered := signed
	tampered.Subject = "x"
	verifier := vectorVerifier()
	verifier.Behavior = ceverify.Passthrough
	unusable := ceverify.Verifier{Keys: []ceverify.Key{{ID: "testkey"}}}
	for name, c := range map[string]struct {
		v       *ceverify.Verifier
		e       cloudevents.Event
		verdict dispatch.Verdict
		typ     string
		err     error
	}{
		"signed":          {&verifier, signed, dispatch.VerdictDone, "", nil},
		"unsigned":        {&verifier, unsigned, dispatch.VerdictRefused, "unsigned_event", ceverify.ErrUnsigned},
		"tampered":        {&verifier, tampered, dispatch.VerdictRefused, "unverified_event", ceverify.ErrDigest},
		"no keys":         {new(ceverify.Verifier), signed, dispatch.VerdictRefused, "unverified_event", ceverify.ErrUnknownKey},
		"an unusable key": {&unusable, signed, dispatch.VerdictRetry, "verification_failed", ceverify.ErrKey},
	} {
		called := false
		h := dispatch.Chain(func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			called = true
			r := ceverify.FromContext(ctx)
			if len(e.Extensions) != 0 || r == nil || r.KeyID != "testkey" || len(r.Unverified) != 2 {
				t.Errorf("%s: %v, %v", name, e, r)
			}
			return nil, nil
		}, c.v.Wrap)
		r := dispatch.Call(context.Background(), h, &c.e)
		if r.Verdict != c.verdict || r.Type != c.typ || !errors.Is(r.Err, c.err) || called != (c.err == nil) {
			t.Errorf("%s: %v %q %v, called: %v", name, r.Verdict, r.Type, r.Err, called)
		}
	}
	for err, verdict := range map[error]dispatch.Verdict{
		ceverify.ErrUnsigned: dispatch.VerdictRefused,
		ceverify.ErrDigest:   dispatch.VerdictRefused,
		ceverify.ErrKey:      dispatch.VerdictRetry,
	} {
		e, v := &unsigned, &verifier
		switch err {
		case ceverify.ErrDigest:
			e = &tampered
		case ceverify.ErrKey:
			e, v = &signed, &unusable
		}
		relay := func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			_, err := v.Verify(e)
			return nil, fmt.Errorf("relay: %w", err)
		}
		r := dispatch.Call(context.Background(), relay, e)
		if status := map[dispatch.Verdict]int{dispatch.VerdictRefused: 403, dispatch.VerdictRetry: 500}[verdict]; r.Verdict != verdict || r.Status != status || !errors.Is(r.Err, err) {
			t.Errorf("a handler that returns the error of Verify: %v, %d, %v; want %v", r.Verdict, r.Status, r.Err, err)
		}
	}
	if ceverify.FromContext(context.Background()) != nil {
		t.Error("a result without a Verifier")
	}
}
