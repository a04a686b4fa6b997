package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// A target whose answer has a longer header than is read has not taken the event, as its status
// is not known.
func TestAnswerHeader(t *testing.T) {
	for _, c := range []struct {
		reason string
		size   int
		taken  bool
	}{
		{"a header within the limit", maxAnswerHeader / 2, true},
		{"a longer one", 2 * maxAnswerHeader, false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Long", strings.Repeat("x", c.size))
				w.WriteHeader(http.StatusNoContent)
			}))
			defer target.Close()
			door := "http://" + freeport.Address(t) + "/"
			p := start(t, door, target.URL)
			e := cloudevents.New("/s", "t")
			sender := cehttp.Sender{Target: door, Retry: cehttp.Retry{Attempts: 1}}
			if err := sender.Send(t.Context(), &e); (err == nil) != c.taken {
				t.Errorf("taken is %t, error %v", err == nil, err)
			}
			p.stop()
		})
	}
}
