package cehttp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// named is JSON under another media type.
type named struct {
	format.JSON
	mediaType string
}

func (n named) MediaType() string { return n.mediaType }

func (n named) Accepts(contentType string) bool { return contentType == n.mediaType }

func (n named) DecodeStructuredModeMessage(body []byte, _ string, exts ...spec.Attribute) (cloudevents.Event, error) {
	return n.JSON.DecodeStructuredModeMessage(body, "", exts...)
}

// The reply to a structured request is in the format that Accept prefers.
func TestReplyNegotiation(t *testing.T) {
	const (
		json = "application/cloudevents+json"
		own  = "application/cloudevents+own"
		doc  = `{"specversion":"1.0","id":"1","source":"/","type":"t"}`
	)
	for _, c := range []struct{ reason, accept, want string }{
		{"no Accept", "", own},
		{"anything, as curl asks for", "*/*", own},
		{"any application", "application/*", own},
		{"anything at all rather than the other", json + ";q=0.5, */*", own},
		{"one of them", own, own},
		{"one more than the other", json + ";q=0.5, " + own, own},
		{"one rather than anything", json + ", */*;q=0.5", json},
		{"that of the request of those alike", json + ", " + own, own},
		{"one excluded", json + ";q=0, */*", own},
		{"none of them", "text/html", own},
		{"all excluded", "*/*;q=0", own},
	} {
		rc := &cehttp.Receiver{
			Decoder: cehttp.Decoder{Format: format.Set{format.JSON{}, named{mediaType: own}}},
			Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) { return e, nil },
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(doc))
		r.Header.Set("Content-Type", own)
		if c.accept != "" {
			r.Header.Set("Accept", c.accept)
		}
		w := httptest.NewRecorder()
		if rc.ServeHTTP(w, r); w.Code != http.StatusOK || w.Header().Get("Content-Type") != c.want {
			t.Errorf("%s: %d %s, want %s: %s", c.reason, w.Code, w.Header().Get("Content-Type"), c.want, w.Body)
		}
	}
}
