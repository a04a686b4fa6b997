package main

import (
	"context"
	"crypto/subtle"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// httpTarget sends events by POST.
type httpTarget struct{ senders [2]*cehttp.Sender } // by mode

func newHTTPTarget(b *bridge, s secret) *httpTarget {
	t := new(httpTarget)
	header := http.Header{}
	if s.token != "" {
		header.Set("Authorization", "Bearer "+s.token)
	} else if s.user != "" {
		r := http.Request{Header: header}
		r.SetBasicAuth(s.user, s.password)
	}
	for _, m := range modes {
		t.senders[m] = &cehttp.Sender{
			Target: b.settings.target.url.String(), Mode: m, Header: header, Timeout: b.settings.timeout,
			Retry: cehttp.Retry{Attempts: 1}, Logger: b.logger, // the source waits and asks again
			Observer: cehttp.SendObserver{SendObserver: b.telemetry.sending},
		}
	}
	return t
}

func (t *httpTarget) send(ctx context.Context, e *cloudevents.Event, mode cloudevents.Mode) error {
	return t.senders[mode].Send(ctx, e)
}

func (t *httpTarget) close() {}

// httpSource receives events by POST.
type httpSource struct {
	bridge *bridge
	secret secret
}

func newHTTPSource(b *bridge, s secret) *httpSource { return &httpSource{b, s} }

func (s *httpSource) run(ctx context.Context) error {
	delivery := s.bridge.delivery()
	receiver := &cehttp.Receiver{Handler: delivery.Handler, Logger: s.bridge.logger, Observer: cehttp.Observer{Observer: delivery.Observer}}
	traced := s.bridge.telemetry.fromRequest(receiver)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.Handle("/"+s.bridge.settings.source.path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.refused(w, r) {
			return
		}
		ctx, cancel := context.WithTimeout(withMode(r.Context(), cehttp.ModeOf(r.Header)), s.bridge.settings.timeout)
		defer cancel()
		traced.ServeHTTP(w, r.WithContext(ctx))
	}))
	return cehttp.ListenAndServe(ctx, s.bridge.settings.source.host, mux)
}

// refused answers a request without the secret of the source.
func (s *httpSource) refused(w http.ResponseWriter, r *http.Request) bool {
	if s.admits(r) {
		return false
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	http.Error(w, "unauthorized", http.StatusUnauthorized)
	return true
}

// admits reports whether a request has the secret of the source, if there is one.
func (s *httpSource) admits(r *http.Request) bool {
	same := func(got, want string) bool { return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1 }
	if s.secret.token != "" {
		return same(r.Header.Get("Authorization"), "Bearer "+s.secret.token)
	}
	if s.secret.user != "" {
		user, password, _ := r.BasicAuth()
		return same(user, s.secret.user) && same(password, s.secret.password)
	}
	return true
}
