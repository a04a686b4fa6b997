package ceverify_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// A Sender signs what it sends, one event or a batch, and leaves the caller's events alone. A
// Receiver behind a Verifier takes them.
func TestSending(t *testing.T) {
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey"}
	verifier := vectorVerifier()
	var taken atomic.Int32
	server := httptest.NewServer(&cehttp.Receiver{Handler: verifier.Wrap(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		taken.Add(1)
		return nil, nil
	})})
	defer server.Close()
	for name, mode := range map[string]cloudevents.Mode{"binary": cloudevents.BinaryMode, "structured": cloudevents.StructuredMode} {
		sender := cehttp.Sender{Target: server.URL, Mode: mode}
		e := cloudevents.New("/orders", "t")
		if err := sender.Send(t.Context(), &e); err == nil {
			t.Errorf("%s: an unsigned event is taken", name)
		}
		sender.Observer.Sending = signer.Sending
		if err := sender.Send(t.Context(), &e); err != nil || len(e.Extensions) > 0 {
			t.Errorf("%s: error %v, the caller's event has %v", name, err, e.Extensions)
		}
		es := []cloudevents.Event{cloudevents.New("/orders", "t"), cloudevents.New("/orders", "t")}
		if report, err := sender.SendBatch(t.Context(), es); err != nil || report.Events[1].Status != http.StatusNoContent {
			t.Errorf("%s: error %v, report %+v", name, err, report)
		}
	}
	if taken.Load() != 6 {
		t.Errorf("%d events are taken", taken.Load())
	}
}

// If one event cannot be signed, none is sent, and the error says which one.
func TestSendingRefuses(t *testing.T) {
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey"}
	o := dispatch.SendObserver{Sending: signer.Sending}
	es := []cloudevents.Event{cloudevents.New("/orders", "t"), {}}
	err := o.SendBatch(t.Context(), es, func(context.Context, []cloudevents.Event) ([]error, error) {
		t.Error("sent")
		return nil, nil
	})
	var about *cloudevents.BatchError
	if !errors.As(err, &about) || about.Index != 1 {
		t.Errorf("error %v", err)
	}
	signer.Key = nil
	err = o.Send(t.Context(), &es[0], func(context.Context, *cloudevents.Event) error { t.Error("sent"); return nil })
	if !errors.Is(err, ceverify.ErrKey) {
		t.Errorf("error %v", err)
	}
}
