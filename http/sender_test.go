package cehttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Each attempt has a fresh copy of the same header and body, whatever the transport did
// with the attempt before. Header, Client and event stay as they are.
func TestSenderReplays(t *testing.T) {
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		e := sample()
		want, err := cehttp.ToHTTPRequest(t.Context(), "https://example.com/in?access_token=t", &e, mode, nil)
		if err != nil {
			t.Fatal(err)
		}
		want.Header["X-Tenant"] = []string{"7", "8"}
		wantBody, _ := io.ReadAll(want.Body)

		header := http.Header{
			"X-Tenant": {"7", "8"}, "Ce-Id": {"another"}, "ce-other": {"x"}, "Content-Type": {"text/html"},
			"Content-Encoding": {"gzip"},
		}
		headerBefore := headerText(header)
		jar, _ := cookiejar.New(nil)
		requests := 0
		client := http.Client{Timeout: time.Hour, Jar: jar, Transport: transport(func(r *http.Request) (*http.Response, error) {
			requests++
			if _, ok := r.Context().Deadline(); !ok {
				t.Error("an attempt has no deadline")
			}
			if r.Method != http.MethodPost || r.URL.String() != want.URL.String() || r.Host != want.Host || r.ContentLength != want.ContentLength {
				t.Errorf("%s %s %s %d", r.Method, r.URL, r.Host, r.ContentLength)
			}
			if got := headerText(r.Header); got != headerText(want.Header) {
				t.Errorf("%s mode, request %d: header\n%s", mode, requests, got)
			}
			first, err := io.ReadAll(r.Body)
			if err != nil || string(first) != string(wantBody) {
				t.Errorf("%s mode, request %d: body %q, %v", mode, requests, first, err)
			}
			again, err := r.GetBody()
			if err != nil {
				t.Fatal(err)
			}
			if second, err := io.ReadAll(again); err != nil || string(second) != string(wantBody) {
				t.Errorf("%s mode, request %d: GetBody %q, %v", mode, requests, second, err)
			}
			r.Header.Set("X-Tenant", "9")
			r.Header.Set("Ce-Id", "9")
			r.Header.Set("X-More", "9")
			r.URL.Path = "/elsewhere"
			return step{status: 503}.response()
		})}
		sender := hushed(cehttp.Sender{
			Target: "https://example.com/in?access_token=t", Mode: mode, Client: &client, Header: header,
			Retry: cehttp.Retry{Attempts: 4, Wait: -1},
		})
		if err := sender.Send(t.Context(), &e); err == nil || requests != 4 {
			t.Errorf("%v after %d requests", err, requests)
		}
		wantEvent(t, e, sample())
		if got := headerText(header); got != headerBefore {
			t.Errorf("the header is now\n%s", got)
		}
		if client.Timeout != time.Hour || client.CheckRedirect != nil || client.Jar != jar {
			t.Errorf("the client is now %+v", client)
		}
	}
}

// A transport may read a body after the call has ended, if the response came early. It
// does not see what the caller then writes into the slice.
func TestSenderReturnsData(t *testing.T) {
	for _, size := range []int{4, 8 << 10, 1 << 20} {
		testSenderReturnsData(t, size)
	}
}

func testSenderReturnsData(t *testing.T, size int) {
	var kept []io.ReadCloser
	sender := hushed(cehttp.Sender{Target: "http://example.com", Client: &http.Client{
		Transport: transport(func(r *http.Request) (*http.Response, error) {
			again, err := r.GetBody()
			kept = append(kept, r.Body, again)
			if err != nil {
				return nil, err
			}
			return step{status: 200}.response()
		}),
	}})
	e := withData("text/plain", strings.Repeat("data", size/4))
	if err := sender.Send(t.Context(), &e); err != nil {
		t.Fatal(err)
	}
	copy(e.Data, "DATA")
	for _, body := range kept {
		if b, err := io.ReadAll(body); strings.Contains(string(b), "DATA") {
			t.Errorf("read %d bytes, some of them new, %v", len(b), err)
		}
	}
}

func TestSenderRequest(t *testing.T) {
	reply := minimal()
	reply.ID, reply.DataContentType, reply.Data = "reply", "text/plain", []byte("hello")
	answer := func(status int, m cloudevents.Mode) step {
		h := http.Header{}
		body, err := cehttp.EncodeMessage(h, &reply, m, nil)
		if err != nil {
			t.Fatal(err)
		}
		return step{status: status, header: h, body: string(body)}
	}
	cutOff := step{status: 200, header: http.Header{"Content-Type": {structuredType}, "Content-Encoding": {"x"}}}
	tests := []struct {
		reason string
		steps  []step
		reply  bool
		err    error
		status int
	}{
		{"binary", []step{answer(200, cloudevents.BinaryMode)}, true, nil, 0},
		{"structured", []step{answer(200, cloudevents.StructuredMode)}, true, nil, 0},
		{"201", []step{answer(201, cloudevents.BinaryMode)}, true, nil, 0},
		{"202 with an event", []step{answer(202, cloudevents.BinaryMode)}, true, nil, 0},
		{"after a retry", []step{{status: 503}, answer(200, cloudevents.BinaryMode)}, true, nil, 0},
		{"204", []step{{status: 204}}, false, nil, 0},
		{"202", []step{{status: 202, body: `{"status":"accepted"}`, header: typed("application/json")}}, false, nil, 0},
		{"200 and a page", []step{{status: 200, body: "<html>", header: typed("text/html")}}, false, nil, 0},
		{"200 and nothing", []step{{status: 200}}, false, nil, 0},
		{"an event that is not valid", []step{{status: 200, header: http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Type": {"t"}}}}, false, validation.ErrMissing, 200},
		{"a batch", []step{{status: 200, header: typed(batchType), body: "[]"}}, false, cloudevents.ErrContentMode, 200},
		{"a coded body", []step{cutOff}, false, cehttp.ErrContentEncoding, 200},
		{"an event with an error is no reply", []step{answer(400, cloudevents.BinaryMode)}, false, nil, 400},
	}
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			sender, _ := steps(test.steps...)
			sender.Retry.Wait = -1
			e := sample()
			got, err := sender.Request(t.Context(), &e)
			switch {
			case test.status != 0:
				failed := sendError(t, err)
				if failed.Status != test.status || failed.Retryable() || test.err != nil && !errors.Is(err, test.err) {
					t.Errorf("%+v", failed)
				}
			case err != nil:
				t.Error(err)
			}
			if test.reply != (got != nil) {
				t.Errorf("reply %v", got)
			}
			if got != nil {
				wantEvent(t, *got, reply)
			}
		})
	}
}

func TestSenderRefusesToSend(t *testing.T) {
	invalid, nested := minimal(), withData("application/cloudevents-batchx", "{}")
	invalid.Source = ""
	good := minimal()
	tests := []struct {
		reason string
		e      cloudevents.Event
		mode   cloudevents.Mode
		target string
		want   error
	}{
		{"an event that is not valid", invalid, cloudevents.BinaryMode, "http://example.com", validation.ErrMissing},
		{"data that others may take for an event", nested, cloudevents.BinaryMode, "http://example.com", cloudevents.ErrContentMode},
		{"batch mode", good, cloudevents.BatchMode, "http://example.com", cloudevents.ErrContentMode},
		{"no target", good, cloudevents.BinaryMode, "", cehttp.ErrTarget},
		{"a path", good, cloudevents.BinaryMode, "/in", cehttp.ErrTarget},
		{"no host", good, cloudevents.BinaryMode, "http:///in", cehttp.ErrTarget},
		{"another scheme", good, cloudevents.BinaryMode, "ftp://example.com", cehttp.ErrTarget},
		{"a port with letters", good, cloudevents.BinaryMode, "http://user:secret@example.com:secret/", cehttp.ErrTarget},
		{"a space in the query", good, cloudevents.BinaryMode, "http://example.com/?secret=a HTTP/1.1", cehttp.ErrTarget},
		{"a line break", good, cloudevents.BinaryMode, "http://example.com/secret\n", cehttp.ErrTarget},
	}
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			sender, requests := steps(step{status: 204})
			sender.Target, sender.Mode = test.target, test.mode
			err := sender.Send(t.Context(), &test.e)
			wantError(t, err, test.want)
			if *requests != 0 || strings.Contains(fmt.Sprint(err), "secret") {
				t.Errorf("%d requests, %v", *requests, err)
			}
		})
	}
}

// Events of all sizes arrive by HTTP/1.1 and HTTP/2. Small bodies are copied, large ones are
// not.
func TestSenderProtocols(t *testing.T) {
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			s := serve(t, p.major, silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				return e, nil
			}).ServeHTTP)
			for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
				for _, size := range []int{0, 1, 3 << 10, 3<<10 + 1, 64<<10 + 1, 1 << 20} {
					sender := hushed(cehttp.Sender{Target: s.URL, Client: s.Client(), Mode: m})
					e := withData("text/plain", strings.Repeat("x", size))
					if size == 0 {
						e.Data = nil
					}
					reply, err := sender.Request(t.Context(), &e)
					if err != nil || reply == nil {
						t.Fatalf("%s mode, %d bytes: %v, %v", m, size, reply, err)
					}
					wantEvent(t, *reply, e)
				}
			}
		})
	}
}

// The Jar of the Client and the user in the Target work as with Client.Do.
func TestSenderAuthorizes(t *testing.T) {
	tests := []struct {
		reason string
		user   string // in the target
		header http.Header
		want   string
	}{
		{"no user", "", nil, ""},
		{"user and password", "us3r:p%40ss@", nil, "Basic dXMzcjpwQHNz"},
		{"a user alone", "us3r@", nil, "Basic dXMzcjo="},
		{"a header overrides the user", "us3r:pass@", http.Header{"Authorization": {"Bearer x"}}, "Bearer x"},
	}
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			var got []string
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = append(got, r.Header.Get("Authorization")+"; "+r.Header.Get("Cookie"))
				http.SetCookie(w, &http.Cookie{Name: "session", Value: "7"})
				if len(got) == 1 {
					w.WriteHeader(http.StatusServiceUnavailable)
				}
			}))
			defer s.Close()
			client := *s.Client()
			client.Jar, _ = cookiejar.New(nil)
			sender := hushed(cehttp.Sender{
				Target: strings.Replace(s.URL, "http://", "http://"+test.user, 1), Client: &client,
				Header: test.header, Retry: cehttp.Retry{Wait: -1},
			})
			e := minimal()
			if err := sender.Send(t.Context(), &e); err != nil {
				t.Fatal(err)
			}
			if want := []string{test.want + "; ", test.want + "; session=7"}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// A retry is one record, which names the event. A failure is returned, and not logged.
func TestSenderLogs(t *testing.T) {
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		t.Run(mode.String(), func(t *testing.T) {
			var log logged
			sender, _ := steps(step{err: io.EOF}, step{status: 400})
			sender.Mode, sender.Logger, sender.Retry.Wait = mode, log.logger(), -1
			e := minimal()
			e.ID = strings.Repeat("€", 100)
			if err := sender.Send(t.Context(), &e); err == nil {
				t.Error("the status 400 is no error")
			}
			if _, err := sender.SendBatch(t.Context(), []cloudevents.Event{{}}); err == nil {
				t.Error("an invalid event is sent")
			}
			records := strings.Split(strings.TrimSpace(log.String()), "\n")
			event := "event.id=" + strings.Repeat("€", 84) + "… event.source=/s event.type=t"
			want := []string{
				`level=INFO msg="event will be sent again" ` + event + ` attempt=1 wait=0s status=0 error=EOF`,
			}
			if len(records) != len(want) {
				t.Fatalf("records are\n%s", log.String())
			}
			for i := range want {
				if !strings.HasSuffix(records[i], want[i]) {
					t.Errorf("record is\n%s, want\n%s", records[i], want[i])
				}
			}
		})
	}
}
