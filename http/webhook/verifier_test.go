package cehttp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
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
		{"signed", good(minimalJSON), strings.NewReader(minimalJSON), 0, 204, ""},
		{"at the limit", good(minimalJSON), strings.NewReader(minimalJSON), int64(len(minimalJSON)), 204, ""},
		{"not signed", typed(structuredType), strings.NewReader(minimalJSON), 0, 403, "invalid_signature"},
		{"not signed, and not read", typed(structuredType), readFunc(func([]byte) (int, error) { t.Error("it was read"); return 0, io.EOF }), 0, 403, "invalid_signature"},
		{"another body", good(minimalJSON), strings.NewReader(minimalJSON + " "), 0, 403, "invalid_signature"},
		{"over the limit", good(minimalJSON), strings.NewReader(minimalJSON), 10, 413, "too_large"},
		{"without an end", good(minimalJSON), readFunc(func(b []byte) (int, error) { return len(b), nil }), 1 << 20, 413, "too_large"},
		{"cut off", good(minimalJSON), readFunc(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }), 0, 400, "unreadable_body"},
		{"too slow", good(minimalJSON), readFunc(func([]byte) (int, error) { return 0, context.DeadlineExceeded }), 0, 408, "request_timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got *cloudevents.Event
			v := &cehttp.Verifier{Secrets: known, MaxBytes: c.max, Logger: mute, Next: silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				got = e
				return nil, nil
			})}
			r := httptest.NewRequest("POST", "/", c.body)
			r.Header = c.header
			w := record(v, r)
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
			wantEvent(t, *got, minimal())
		})
	}
	if w := post(&cehttp.Verifier{Secrets: known}, good("x"), "x"); w.Code != 404 {
		t.Errorf("without Next: %d", w.Code)
	}
}

func TestVerifierHandsOnTheSameBytes(t *testing.T) {
	known := secrets(t, firstSecret)
	body := []byte("\xef\xbb\xbf {\"a\" : 1e400,\r\n\x00\xff ")
	v := &cehttp.Verifier{Secrets: known, Next: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Equal(got, body) || r.ContentLength != int64(len(body)) || r.TransferEncoding != nil {
			t.Errorf("%q, %v, %d", got, err, r.ContentLength)
		}
	})}
	r := httptest.NewRequest("POST", "/", struct{ io.Reader }{bytes.NewReader(body)})
	r.TransferEncoding = []string{"chunked"}
	if err := cehttp.Sign(r.Header, "", time.Now(), body, known...); err != nil {
		t.Fatal(err)
	}
	if w := record(v, r); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestVerifierRemembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := secrets(t, firstSecret)
		var calls, answer atomic.Int32
		answer.Store(204)
		v := &cehttp.Verifier{Secrets: known, Remember: 2, Logger: mute, Next: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
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
				if w := post(v, h, "x"); w.Code != status {
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
			post(v, d, "x")
			close(done)
		}()
		synctest.Wait()
		w := post(v, d, "x")
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

// A body that comes slowly does not outlast the memory.
func TestVerifierRemembersDuringTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := secrets(t, firstSecret)
		calls := 0
		v := &cehttp.Verifier{Secrets: known, Remember: 2, Logger: mute, Next: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls++ })}
		h := signedHeader(t, "a", "x", known...)
		if w := post(v, h, "x"); w.Code != 200 {
			t.Fatal(w.Code)
		}
		time.Sleep(5*time.Minute - time.Second)
		r := httptest.NewRequest(http.MethodPost, "/", &slowReader{strings.NewReader("x"), 2 * time.Second})
		r.Header = h
		wantProblem(t, record(v, r), 403, "invalid_signature")
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
		{"structured", typed(structuredType), 0},
		{"binary", binaryHeader("Content-Type", "application/json"), 12},
	} {
		known := secrets(t, firstSecret, secondSecret)
		body := []byte(minimalJSON)
		if err := cehttp.Sign(c.header, "", time.Now(), body, known...); err != nil {
			t.Fatal(err)
		}
		v := &cehttp.Verifier{Secrets: known}
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
	known, err := cehttp.ParseSecret(firstSecret)
	if err != nil {
		f.Fatal(err)
	}
	now := time.Now()
	h := typed(structuredType)
	if err := cehttp.Sign(h, "msg_1", now, []byte("x"), known); err != nil {
		f.Fatal(err)
	}
	genuine := h.Get("webhook-signature")
	f.Add("msg_1", h.Get("webhook-timestamp"), genuine, []byte("x"))
	f.Add("msg_1", h.Get("webhook-timestamp"), genuine+" v1,x v1a,", []byte("x"))
	f.Add("a.b", "-1", "v1", []byte{})
	f.Fuzz(func(t *testing.T, id, timestamp, list string, body []byte) {
		h := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {list}}
		v := &cehttp.Verifier{Secrets: []cehttp.Secret{known}, Tolerance: -1}
		err := v.Verify(h, body)
		if err == nil {
			// It has to be what Sign makes.
			n, convErr := strconv.ParseInt(timestamp, 10, 64)
			again := http.Header{}
			if convErr != nil || cehttp.Sign(again, id, time.Unix(n, 0), body, known) != nil || !strings.Contains(" "+list+" ", " "+again.Get("webhook-signature")+" ") {
				t.Fatalf("verified %q %q %q", id, timestamp, list)
			}
		} else if !errors.Is(err, cehttp.ErrSignature) {
			t.Fatal(err)
		}
		_ = fmt.Sprint(err)
	})
}
