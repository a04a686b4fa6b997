package cehttp_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// asking returns a handler that counts the events for which the request is known, with the
// header and the mode of that request.
func asking(known *int, mode cloudevents.Mode) dispatch.Handler {
	return dispatch.NoReply(func(ctx context.Context, _ *cloudevents.Event) error {
		r, ok := cehttp.RequestFrom(ctx)
		if ok && r.Header.Get("X-Tenant") == "7" && cehttp.ModeOf(r.Header) == mode && r.RemoteAddr != "" && ctx.Value(tenantKey{}) == "7" {
			*known++
		}
		return nil
	})
}

type tenantKey struct{}

func TestPassRequest(t *testing.T) {
	for name, c := range map[string]struct {
		mode      cloudevents.Mode
		header    http.Header
		body      string
		forgiving bool
		events    int
	}{
		"binary":     {cloudevents.BinaryMode, binaryHeader(), "x", false, 1},
		"structured": {cloudevents.StructuredMode, typed(structuredType), minimalJSON, false, 1},
		"batch":      {cloudevents.BatchMode, typed(batchType), "[" + minimalJSON + "," + minimalJSON + "]", false, 2},
		"forgiven":   {cloudevents.BinaryMode, binaryHeader("Ce-Time", "now"), "x", true, 1},
	} {
		for _, pass := range []bool{true, false} {
			known := 0
			rc := silent(asking(&known, c.mode))
			rc.PassRequest, rc.Forgiving = pass, c.forgiving
			r := request(c.header, c.body)
			r.Header.Set("X-Tenant", "7")
			r.RemoteAddr = "192.0.2.1:1234"
			r = r.WithContext(context.WithValue(r.Context(), tenantKey{}, "7"))
			w := record(rc, r)
			want := 0
			if pass {
				want = c.events
			}
			if w.Code != 204 || known != want {
				t.Errorf("%s: status %d, %d events have a request, want %d", name, w.Code, known, want)
			}
		}
	}
}

// A context made from that of a handler ends with the request.
func TestPassRequestEnds(t *testing.T) {
	ended := false
	rc := silent(func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
		inner, cancel := context.WithCancel(ctx)
		defer cancel()
		<-inner.Done()
		_, known := cehttp.RequestFrom(context.WithoutCancel(inner))
		ended = known
		return nil, context.Cause(inner)
	})
	rc.PassRequest = true
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	record(rc, request(binaryHeader(), "x").WithContext(ctx))
	if !ended {
		t.Error("the request is lost")
	}
}

// The request costs one allocation, and nothing for those who do not ask.
func TestPassRequestAllocs(t *testing.T) {
	for pass, max := range map[bool]float64{false: 2, true: 3} {
		rc := silent(answering(nil, nil))
		rc.PassRequest = pass
		body := strings.NewReader("")
		r := request(binaryHeader(), "x")
		r.Body = readFunc(body.Read)
		w := &nowhere{header: http.Header{}}
		alloctest.Succeeding(t, max, func() error {
			body.Reset("x")
			rc.ServeHTTP(w, r)
			return nil
		})
	}
}
