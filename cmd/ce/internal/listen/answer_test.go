package listen

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
)

// An answer of the target whose header is longer than is read is not passed back, and the sender
// is told to try again.
func TestForwardAnswerHeader(t *testing.T) {
	for _, c := range []struct {
		reason string
		size   int
		status int
	}{
		{"a header within the limit", stream.MaxHead / 2, http.StatusNoContent},
		{"a longer one", 2 * stream.MaxHead, http.StatusBadGateway},
	} {
		t.Run(c.reason, func(t *testing.T) {
			target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Long", strings.Repeat("x", c.size))
				w.WriteHeader(http.StatusNoContent)
			}))
			defer target.Close()
			l, _, _ := newListener(t, func(l *listener) { l.forward = target.URL })
			answer := post(t, l, arriving[0].raw)
			if got := len(answer.Header.Get("X-Long")); answer.StatusCode != c.status || (got == c.size) != (c.status == http.StatusNoContent) {
				t.Errorf("status %d, a header of %d bytes", answer.StatusCode, got)
			}
		})
	}
}
