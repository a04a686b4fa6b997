package main

import (
	"context"
	"net/http"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cews "github.com/seed763dd41b/cloudevents/websocket"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// wsTarget sends events on a connection, in the JSON format.
type wsTarget struct{ sender *cecoderws.Sender }

func newWSTarget(b *bridge, s secret) *wsTarget {
	options := &websocket.DialOptions{HTTPHeader: http.Header{}}
	if s.token != "" {
		options.HTTPHeader.Set("Authorization", "Bearer "+s.token)
	} else if s.user != "" {
		r := http.Request{Header: options.HTTPHeader}
		r.SetBasicAuth(s.user, s.password)
	}
	return &wsTarget{&cecoderws.Sender{
		URL: b.settings.target.url.String(), DialOptions: options, Attempts: 1, Timeout: b.settings.timeout, Logger: b.logger,
		Observer: b.telemetry.sending,
	}}
}

func (t *wsTarget) send(ctx context.Context, e *cloudevents.Event, _ cloudevents.Mode) error {
	return t.sender.Send(ctx, e)
}

func (t *wsTarget) close() { _ = t.sender.Close() }

// wsSource accepts connections.
type wsSource struct {
	bridge *bridge
	door   *httpSource
}

func newWSSource(b *bridge, s secret) *wsSource { return &wsSource{b, newHTTPSource(b, s)} }

func (s *wsSource) run(ctx context.Context) error {
	delivery := s.bridge.delivery()
	delivery.Handler = func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		return s.bridge.pass(withMode(ctx, cloudevents.StructuredMode), e)
	}
	receiver := &cecoderws.Receiver{
		Delivery: delivery, Invalid: policies[s.bridge.settings.invalid], Skipped: func(context.Context, *cews.Message, error) {},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.Handle("/"+s.bridge.settings.source.path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.door.refused(w, r) {
			return
		}
		receiver.ServeHTTP(w, r)
	}))
	err := cehttp.ListenAndServe(ctx, s.bridge.settings.source.host, mux)
	within, cancel := context.WithTimeout(context.Background(), s.bridge.settings.grace)
	defer cancel()
	if left := receiver.Shutdown(within); err == nil {
		err = left
	}
	return err
}
