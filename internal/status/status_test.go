package status_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/status"
)

func TestStatus(t *testing.T) {
	for s, want := range map[int]struct{ isError, repeated bool }{
		0: {}, 200: {}, 302: {}, 399: {},
		400: {true, false}, 404: {true, false}, 408: {true, true}, 425: {true, true}, 429: {true, true}, 499: {true, false},
		500: {true, true}, 501: {true, false}, 502: {true, true}, 505: {true, false}, 599: {true, true},
		600: {false, true},
	} {
		if status.IsError(s) != want.isError || status.Repeated(s) != want.repeated {
			t.Errorf("%d: %v, %v", s, status.IsError(s), status.Repeated(s))
		}
	}
}
