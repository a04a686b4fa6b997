package cehttp_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func TestSenderTimeout(t *testing.T) {
	hang := transport(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	const s = time.Second
	tests := []struct {
		reason                    string
		sender, client, deadline  time.Duration
		elapsed                   time.Duration
		attempts                  int
		isContext, hasTimeoutText bool
	}{
		{"the default", 0, 0, 0, 93 * s, 3, false, true},
		{"of the sender", 5 * s, 0, 0, 18 * s, 3, false, true},
		{"of the client", 0, 5 * s, 0, 18 * s, 3, false, true},
		{"the shorter of both", 7 * s, 5 * s, 0, 18 * s, 3, false, true},
		{"the sender's if shorter", 4 * s, 5 * s, 0, 15 * s, 3, false, true},
		{"of the context, for all attempts", 0, 0, 100 * s, 100 * s, 1, true, false},
		{"of sender and context", 30 * s, 0, 50 * s, 50 * s, 2, true, false},
		{"none but the context", -1, 0, 200 * s, 200 * s, 1, true, false},
	}
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				sender := hushed(cehttp.Sender{
					Target: "http://example.com", Timeout: test.sender, Retry: cehttp.Retry{NoJitter: true},
					Client: &http.Client{Transport: hang, Timeout: test.client},
				})
				begin, e := time.Now(), minimal()
				err := sender.Send(ctx, &e)
				failed := sendError(t, err)
				if !errors.Is(err, context.DeadlineExceeded) || failed.Attempts != test.attempts || !failed.Retryable() {
					t.Errorf("%+v", failed)
				}
				var slow net.Error
				if test.hasTimeoutText && (!errors.As(failed.Err, &slow) || !slow.Timeout()) {
					t.Errorf("%v is not a timeout of the network", failed.Err)
				}
				if test.isContext != (ctx.Err() != nil) || test.hasTimeoutText != strings.Contains(err.Error(), "within") {
					t.Error(err)
				}
				if d := time.Since(begin); d != test.elapsed {
					t.Errorf("it took %s, want %s", d, test.elapsed)
				}
			})
		})
	}
}

// A body without an end does not matter if only the status is needed.
func TestSenderLeavesBody(t *testing.T) {
	for status, attempts := range map[int]int{200: 1, 404: 1, 500: 3} {
		synctest.Test(t, func(t *testing.T) {
			requests := 0
			sender := hushed(cehttp.Sender{
				Target: "http://example.com", Retry: cehttp.Retry{Wait: -1},
				Client: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
					requests++
					return &http.Response{StatusCode: status, Header: http.Header{}, ContentLength: -1,
						Body: readFunc(func([]byte) (int, error) {
							<-r.Context().Done()
							return 0, r.Context().Err()
						})}, nil
				})},
			})
			begin, e := time.Now(), minimal()
			err := sender.Send(t.Context(), &e)
			if (err == nil) != (status == 200) || requests != attempts {
				t.Errorf("status %d: %v after %d requests", status, err, requests)
			}
			if d := time.Since(begin); d != time.Duration(attempts)*2*time.Second {
				t.Errorf("status %d took %s", status, d)
			}
		})
	}
}
