package suite

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
)

// A receiver whose answers have a longer header than is read does not count as one that answers.
func TestConformanceAnswerHeader(t *testing.T) {
	for _, c := range []struct {
		reason string
		size   int
		status int
	}{
		{"a header within the limit", stream.MaxHead / 2, cli.ExitOK},
		{"a longer one", 2 * stream.MaxHead, cli.ExitError},
	} {
		t.Run(c.reason, func(t *testing.T) {
			receive := rightReceiver(nil)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Long", strings.Repeat("x", c.size))
				receive(w, r)
			}))
			defer server.Close()
			status, out, errs := ceConformance(t, "--http", server.URL, "--run", "^http/decode/binary-request$")
			if status != c.status || status == cli.ExitError && (!strings.Contains(errs, "does not answer") || len(errs) > 1000) {
				t.Errorf("status %d: %.300s%.300s", status, out, errs)
			}
		})
	}
}
