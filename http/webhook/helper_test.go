package webhook_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
)

// roundTrip is a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// through returns a transport that asks h, without a network.
func through(h http.Handler) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			defer r.Body.Close()
		}
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		in := r.Clone(r.Context())
		if in.Body == nil {
			in.Body = http.NoBody
		}
		in.RequestURI = r.URL.RequestURI()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, in)
		answer := w.Result()
		answer.Request = r
		return answer, nil
	}
}

// secret must appear neither in an answer nor in a log.
const secret = "password of the database"

var mute = slog.New(slog.DiscardHandler)

// preflight returns the answer of h to OPTIONS with these headers, in turn key and value.
func preflight(h http.Handler, fields ...string) *httptest.ResponseRecorder {
	return cehttptest.Record(h, asked(http.MethodOptions, "/", "", fields...))
}

// asked returns a request as a server hands it to a handler.
func asked(method, target, body string, fields ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	return r
}

// delivered returns the answer of h to a delivery of an event.
func delivered(h http.Handler, fields ...string) *httptest.ResponseRecorder {
	return cehttptest.Record(h, asked(http.MethodPost, "/", cehttptest.MinimalJSON, append(fields, "Content-Type", cehttptest.StructuredType)...))
}

// delivery returns a request to a webhook.
func delivery(t *testing.T, url string) *http.Request {
	t.Helper()
	e := cehttptest.WithData("text/plain", "x")
	r, err := cehttp.ToHTTPRequest(t.Context(), url, &e, cloudevents.StructuredMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sent sends r through rt and returns the status, or the error.
func sent(rt http.RoundTripper, r *http.Request) (int, error) {
	answer, err := rt.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// receiver returns a receiver that logs nothing.
func receiver(h func(context.Context, *cloudevents.Event) (*cloudevents.Event, error)) *cehttp.Receiver {
	return &cehttp.Receiver{Handler: h, Logger: mute}
}

// status is a handler that answers with a status and nothing else.
func status(code int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
}

// wantProblem checks status and type of a refusal.
func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, typ string) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	if p := cehttptest.Decoded[cehttp.Problem](t, w); p.Type != typ || p.Message == "" {
		t.Errorf("type %q, want %q: %s", p.Type, typ, w.Body)
	}
}

// wantNoConsent checks that an answer grants nothing.
func wantNoConsent(t *testing.T, h http.Header) {
	t.Helper()
	for _, name := range []string{"WebHook-Allowed-Origin", "WebHook-Allowed-Rate"} {
		if values := h.Values(name); values != nil {
			t.Errorf("%s is %q without consent", name, values)
		}
	}
}

// closer is a body that says whether it was closed.
type closer struct {
	io.Reader
	closed *bool
}

func (c closer) Close() error {
	*c.closed = true
	return nil
}
