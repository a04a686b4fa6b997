package webhook_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

func TestVerifierAnswers(t *testing.T) {
	known := secrets(t, firstSecret)
	good := func(body string) http.Header { return signedHeader(t, "", body, known...) }
	for _, c := range []struct {
		name   string
		header http.Header
		body   io.Reader
		max    int64
		status int
		typ    string
	}{
		{"signed", good(cehttptest.MinimalJSON), strings.NewReader(cehttptest.MinimalJSON), 0, 204, ""},
		{"at the limit", good(cehttptest.MinimalJSON), strings.NewReader(cehttptest.MinimalJSON), int64(len(cehttptest.MinimalJSON)), 204, ""},
		{"not signed", cehttptest.Typed(cehttptest.StructuredType), strings.NewReader(cehttptest.MinimalJSON), 0, 403, "invalid_signature"},
		{"not signed, and not read", cehttptest.Typed(cehttptest.StructuredType), unread{t}, 0, 403, "invalid_signature"},
		{"another body", good(cehttptest.MinimalJSON), strings.NewReader(cehttptest.MinimalJSON + " "), 0, 403, "invalid_signature"},
		{"over the limit", good(cehttptest.MinimalJSON), strings.NewReader(cehttptest.MinimalJSON), 10, 413, "too_large"},
		{"without an end", good(cehttptest.MinimalJSON), rand.Reader, 1 << 20, 413, "too_large"},
		{"cut off", good(cehttptest.MinimalJSON), iotest.ErrReader(io.ErrUnexpectedEOF), 0, 400, "unreadable_body"},
		{"too slow", good(cehttptest.MinimalJSON), iotest.ErrReader(context.DeadlineExceeded), 0, 408, "request_timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got *cloudevents.Event
			v := &webhook.Verifier{Secrets: known, MaxBytes: c.max, Logger: mute, Next: receiver(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				got = e
				return nil, nil
			})}
			r := httptest.NewRequest("POST", "/", c.body)
			r.Header = c.header
			w := cehttptest.Record(v, r)
			if c.status != 204 {
				wantProblem(t, w, c.status, c.typ)
				if got != nil {
					t.Error("it was handed on")
				}
				if c.status == 408 && w.Header().Get("Connection") != "close" {
					t.Error("the connection stays open")
				}
				return
			}
			if w.Code != 204 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			cehttptest.WantEvent(t, *got, cehttptest.Minimal())
		})
	}
	if w := cehttptest.Post(&webhook.Verifier{Secrets: known}, good("x"), "x"); w.Code != 404 {
		t.Errorf("without Next: %d", w.Code)
	}
}

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (b unread) Read([]byte) (int, error) {
	b.t.Error("it was read")
	return 0, io.EOF
}

func TestVerifierHandsOnTheSameBytes(t *testing.T) {
	known := secrets(t, firstSecret)
	body := []byte("\xef\xbb\xbf {\"a\" : 1e400,\r\n\x00\xff ")
	v := &webhook.Verifier{Secrets: known, Next: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Equal(got, body) || r.ContentLength != int64(len(body)) || r.TransferEncoding != nil {
			t.Errorf("%q, %v, %d", got, err, r.ContentLength)
		}
	})}
	r := httptest.NewRequest("POST", "/", struct{ io.Reader }{bytes.NewReader(body)})
	r.TransferEncoding = []string{"chunked"}
	if err := webhook.Sign(r.Header, "", time.Now(), body, known...); err != nil {
		t.Fatal(err)
	}
	if w := cehttptest.Record(v, r); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestVerifierRemembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := secrets(t, firstSecret)
		var calls, answer atomic.Int32
		answer.Store(204)
		v := &webhook.Verifier{Secrets: known, Remember: 2, Logger: mute, Next: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			calls.Add(1)
			time.Sleep(time.Second)
			if answer.Load() == 0 {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(int(answer.Load()))
		})}
		step := func(name string, h http.Header, status int, called int32) {
			t.Helper()
			calls.Store(0)
			func() {
				defer func() { _ = recover() }()
				if w := cehttptest.Post(v, h, "x"); w.Code != status {
					t.Errorf("%s: %d, want %d", name, w.Code, status)
				}
			}()
			if n := calls.Load(); n != called {
				t.Errorf("%s: %d calls", name, n)
			}
		}
		a := signedHeader(t, "a", "x", known...)
		answer.Store(503)
		step("failed", a, 503, 1)
		answer.Store(0)
		step("aborted", a, 200, 1)
		answer.Store(204)
		step("sent again", a, 204, 1)
		step("replayed", a, 204, 0)
		step("the same message, later", signedHeader(t, "a", "x", known...), 204, 0)
		step("another", signedHeader(t, "b", "x", known...), 204, 1)
		step("the first once more", a, 204, 0)
		step("a third, for which there is no room", signedHeader(t, "c", "x", known...), 204, 1)
		step("the first, which was forgotten", a, 204, 1)
		time.Sleep(5*time.Minute + 10*time.Second)
		step("too old", a, 403, 0)

		d := signedHeader(t, "d", "x", known...)
		done := make(chan bool)
		go func() {
			cehttptest.Post(v, d, "x")
			close(done)
		}()
		synctest.Wait()
		w := cehttptest.Post(v, d, "x")
		wantProblem(t, w, 503, "service_unavailable")
		if w.Header().Get("Retry-After") != "1" {
			t.Error("no Retry-After")
		}
		<-done
		step("handled meanwhile", d, 204, 0)
		time.Sleep(6 * time.Minute)
		step("the id again, when it was forgotten", signedHeader(t, "d", "x", known...), 204, 1)
	})
}

// A body that comes slowly does not outlast the memory of its id.
func TestVerifierRemembersDuringTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := secrets(t, firstSecret)
		calls := 0
		v := &webhook.Verifier{Secrets: known, Remember: 2, Logger: mute, Next: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls++ })}
		h := signedHeader(t, "a", "x", known...)
		if w := cehttptest.Post(v, h, "x"); w.Code != 200 {
			t.Fatal(w.Code)
		}
		time.Sleep(5*time.Minute - time.Second)
		r := httptest.NewRequest(http.MethodPost, "/", &slowReader{strings.NewReader("x"), 2 * time.Second})
		r.Header = h
		wantProblem(t, cehttptest.Record(v, r), 403, "invalid_signature")
		if calls != 1 {
			t.Errorf("%d calls", calls)
		}
	})
}

type slowReader struct {
	io.Reader
	wait time.Duration
}

func (r *slowReader) Read(p []byte) (int, error) {
	time.Sleep(r.wait)
	return r.Reader.Read(p)
}

// Verification allocates nothing, but for the hash of headers in binary mode.
func TestVerifyAllocations(t *testing.T) {
	for _, c := range []struct {
		name   string
		header http.Header
		max    float64
	}{
		{"structured", cehttptest.Typed(cehttptest.StructuredType), 0},
		{"binary", cehttptest.BinaryHeader("Content-Type", "application/json"), 12},
	} {
		known := secrets(t, firstSecret, secondSecret)
		body := []byte(cehttptest.MinimalJSON)
		if err := webhook.Sign(c.header, "", time.Now(), body, known...); err != nil {
			t.Fatal(err)
		}
		v := &webhook.Verifier{Secrets: known}
		got := c.max + 1
		for range 100 { // the race detector empties pools at random
			got = min(got, testing.AllocsPerRun(1, func() {
				if err := v.Verify(c.header, body); err != nil {
					t.Fatal(err)
				}
			}))
		}
		if got > c.max {
			t.Errorf("%s: %v allocations, want at most %v", c.name, got, c.max)
		}
	}
}

// FuzzVerify gives a verifier headers that nobody signed.
func FuzzVerify(f *testing.F) {
	known, err := webhook.ParseSecret(firstSecret)
	if err != nil {
		f.Fatal(err)
	}
	now := time.Now()
	h := cehttptest.Typed(cehttptest.StructuredType)
	if err := webhook.Sign(h, "msg_1", now, []byte("x"), known); err != nil {
		f.Fatal(err)
	}
	genuine := h.Get("webhook-signature")
	f.Add("msg_1", h.Get("webhook-timestamp"), genuine, []byte("x"))
	f.Add("msg_1", h.Get("webhook-timestamp"), genuine+" v1,x v1a,", []byte("x"))
	f.Add("a.b", "-1", "v1", []byte{})
	f.Fuzz(func(t *testing.T, id, timestamp, list string, body []byte) {
		h := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {list}}
		v := &webhook.Verifier{Secrets: []webhook.Secret{known}, Tolerance: -1}
		err := v.Verify(h, body)
		if err == nil {
			// Sign must give the same.
			n, convErr := strconv.ParseInt(timestamp, 10, 64)
			again := http.Header{}
			if convErr != nil || webhook.Sign(again, id, time.Unix(n, 0), body, known) != nil || !strings.Contains(" "+list+" ", " "+again.Get("webhook-signature")+" ") {
				t.Fatalf("verified %q %q %q", id, timestamp, list)
			}
		} else if !errors.Is(err, webhook.ErrSignature) {
			t.Fatal(err)
		}
		_ = fmt.Sprint(err)
	})
}
