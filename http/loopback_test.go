package cehttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

var protocols = []struct {
	name  string
	major int
}{
	{"HTTP/1.1", 1},
	{"HTTP/2", 2},
}

// serve starts a server that speaks one major version of HTTP with its client.
func serve(t *testing.T, major int, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != major {
			t.Errorf("request by %s, want major version %d", r.Proto, major)
		}
		handler(w, r)
	}))
	if major == 2 {
		s.EnableHTTP2 = true
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// echo responds with the events of the request in the same mode. The test fails unless the
// request has the mode in its path, and an exact length.
func echo(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var err error
		if r.ContentLength < 0 {
			t.Errorf("request without Content-Length")
		}
		switch m := r.URL.Path[1:]; m {
		case "batch":
			var es []cloudevents.Event
			if !cehttp.IsCloudEventBatch(r.Header) {
				t.Errorf("IsCloudEventBatch is false for %v", r.Header)
			}
			if es, err = cehttp.ToCloudEventBatch(r, nil); err == nil {
				err = cehttp.WriteHTTPResponseBatch(w, http.StatusOK, es, nil)
			}
		case "binary", "structured":
			var e cloudevents.Event
			mode := cloudevents.BinaryMode
			if m == "structured" {
				mode = cloudevents.StructuredMode
			}
			if !cehttp.IsCloudEvent(r.Header) {
				t.Errorf("IsCloudEvent is false for %v", r.Header)
			}
			if isStructured := r.Header.Get("Content-Type") == structuredType; isStructured != (m == "structured") {
				t.Errorf("Content-Type %q in %s mode", r.Header.Get("Content-Type"), m)
			}
			if e, err = cehttp.ToCloudEvent(r, nil); err == nil {
				err = cehttp.WriteHTTPResponse(w, http.StatusAccepted, &e, mode, nil)
			}
		}
		if err != nil {
			t.Errorf("server: %v", err)
			w.WriteHeader(cehttp.StatusCode(err))
		}
	}
}

func TestLoopbackOne(t *testing.T) {
	events := map[string]cloudevents.Event{
		"every attribute":           sample(),
		"required attributes only":  minimal(),
		"data without content type": withData("", "\x00\xff<html>"),
		"text":                      withData("text/plain; charset=utf-8", "grüße\n"),
		"64 KiB and some":           withData("application/octet-stream", string(make([]byte, 1<<16+1))),
	}
	for _, p := range protocols {
		s := serve(t, p.major, echo(t))
		for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
			for name, e := range events {
				t.Run(fmt.Sprintf("%s/%s/%s", p.name, m, name), func(t *testing.T) {
					r, err := cehttp.ToHTTPRequest(t.Context(), s.URL+"/"+m.String(), &e, m, nil)
					if err != nil {
						t.Fatal(err)
					}
					resp, err := s.Client().Do(r)
					if err != nil {
						t.Fatal(err)
					}
					defer resp.Body.Close()
					if resp.StatusCode != http.StatusAccepted || resp.ContentLength < 0 {
						t.Errorf("status %d, length %d", resp.StatusCode, resp.ContentLength)
					}
					if !cehttp.IsCloudEvent(resp.Header) {
						t.Errorf("IsCloudEvent is false for %v", resp.Header)
					}
					got, err := cehttp.ResponseToCloudEvent(resp, nil)
					if err != nil {
						t.Fatal(err)
					}
					wantEvent(t, got, e)
				})
			}
		}
	}
}

func TestLoopbackBatch(t *testing.T) {
	batches := map[string][]cloudevents.Event{
		"none": {},
		"one":  {sample()},
		"three of different data": {
			minimal(), withData("", "\x00"), withData("text/plain", "a"),
		},
	}
	for _, p := range protocols {
		s := serve(t, p.major, echo(t))
		for name, es := range batches {
			t.Run(p.name+"/"+name, func(t *testing.T) {
				r, err := cehttp.ToHTTPRequestBatch(t.Context(), s.URL+"/batch", es, nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := s.Client().Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if !cehttp.IsCloudEventBatch(resp.Header) || resp.ContentLength < 0 {
					t.Errorf("header %v, length %d", resp.Header, resp.ContentLength)
				}
				got, err := cehttp.ResponseToCloudEventBatch(resp, nil)
				if err != nil {
					t.Fatal(err)
				}
				wantEvents(t, got, es...)
			})
		}
	}
}

// A response without an event is not decoded as one.
func TestLoopbackNoEvent(t *testing.T) {
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			s := serve(t, p.major, func(w http.ResponseWriter, r *http.Request) {
				_, err := cehttp.ToCloudEvent(r, nil)
				http.Error(w, "no event", cehttp.StatusCode(err))
			})
			resp, err := s.Client().Post(s.URL, "text/plain", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusUnsupportedMediaType {
				t.Errorf("status %d, want 415", resp.StatusCode)
			}
			_, err = cehttp.ResponseToCloudEvent(resp, nil)
			wantError(t, err, cloudevents.ErrNotCloudEvent)
		})
	}
}
