package send_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/send"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
)

// An answer whose header is longer than is read does not count as an acceptance.
func TestAnswerHeader(t *testing.T) {
	for _, c := range []struct {
		reason string
		size   int
		sent   bool
	}{
		{"a header within the limit", stream.MaxHead / 2, true},
		{"a longer one", 2 * stream.MaxHead, false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Long", strings.Repeat("x", c.size))
				w.WriteHeader(http.StatusNoContent)
			}))
			defer receiver.Close()
			out, _, status := cetest.Run(t, send.Command(), "", "--attempts", "1", receiver.URL)
			if (status == cli.ExitOK) != c.sent || !c.sent && !strings.Contains(out, "header of the answer is longer") {
				t.Errorf("status %d: %.300s", status, out)
			}
		})
	}
}
