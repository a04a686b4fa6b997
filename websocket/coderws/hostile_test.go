package cecoderws_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"

	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// A server that redirects a handshake does not see it again, and nobody else does: the URL and the
// headers may have secrets. A client that follows redirects by a rule of its own goes on to.
func TestRedirect(t *testing.T) {
	var elsewhere, loops atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	var away string
	redirecting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if loops.Add(1) > 20 {
			return
		}
		http.Redirect(w, r, away, http.StatusTemporaryRedirect)
	}))
	defer redirecting.Close()
	own := &http.Client{CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) > 3 {
			return errors.New("too many")
		}
		return nil
	}}
	for _, c := range []struct {
		name                 string
		to                   string
		client               *http.Client
		wantHere, wantThere  int64
		status               int
		retryable, hasStatus bool
	}{
		{"to another host", other.URL, nil, 1, 0, 307, false, true},
		{"to another host, a client without a rule", other.URL, new(http.Client), 1, 0, 307, false, true},
		{"to itself", redirecting.URL, nil, 1, 0, 307, false, true},
		{"the rule of the program", other.URL, own, 1, 1, 200, false, true},
		{"the rule of the program ends it", redirecting.URL, own, 4, 0, 0, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			away = c.to
			loops.Store(0)
			elsewhere.Store(0)
			_, err := cecoderws.Dial(within(t), redirecting.URL, nil, &websocket.DialOptions{HTTPClient: c.client, HTTPHeader: http.Header{"X-Api-Key": {"hush"}}})
			var refused *cecoderws.HandshakeError
			if errors.As(err, &refused) != c.hasStatus || c.hasStatus && refused.Status != c.status {
				t.Errorf("error: %v", err)
			}
			if here, there := loops.Load(), elsewhere.Load(); here != c.wantHere || there != c.wantThere {
				t.Errorf("%d requests here and %d there, want %d and %d", here, there, c.wantHere, c.wantThere)
			}
			if failed := (&cecoderws.SendError{Err: err}); failed.Retryable() != c.retryable {
				t.Errorf("retryable: %v", failed.Retryable())
			}
		})
	}
}

// An error about a handshake does not have all that the server says.
func TestLongHandshake(t *testing.T) {
	for name, value := range map[string]string{
		"Sec-Websocket-Protocol": strings.Repeat("x", 1<<16), "Sec-Websocket-Accept": strings.Repeat("\x01", 1<<16), "Upgrade": strings.Repeat("é", 1<<15),
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Connection"], w.Header()["Upgrade"] = []string{"Upgrade"}, []string{"websocket"}
			w.Header()[name] = []string{value}
			w.WriteHeader(http.StatusSwitchingProtocols)
		}))
		_, err := cecoderws.Dial(within(t), s.URL, nil, nil)
		s.Close()
		if err == nil || len(err.Error()) > 600 {
			t.Errorf("%s: the error has %d bytes: %.600v", name, len(err.Error()), err)
		}
		sender := cecoderws.Sender{URL: s.URL, Attempts: 1}
		e := event(1)
		if err := sender.Send(within(t), &e); err == nil || len(err.Error()) > 800 {
			t.Errorf("%s: the error of Send has %d bytes", name, len(err.Error()))
		}
	}
}
