package cehttp_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

// A relayed event is the event, from each mode to each other.
func TestRelay(t *testing.T) {
	modes := []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode}
	for name, change := range map[string]func(*cloudevents.Event){
		"JSON":    func(e *cloudevents.Event) { e.DataContentType, e.Data = "application/json", []byte(`{"a":"é\n"}`) },
		"text":    func(e *cloudevents.Event) { e.DataContentType, e.Data = "text/plain", []byte("a\n\"b\"") },
		"binary":  func(e *cloudevents.Event) { e.DataContentType, e.Data = "image/png", []byte("\x89PNG") },
		"no data": func(e *cloudevents.Event) {},
	} {
		for _, from := range modes {
			for _, to := range modes {
				t.Run(name+" from "+from.String()+" to "+to.String(), func(t *testing.T) {
					e := cloudevents.Event{ID: "1", Source: "/s", Type: "t", Subject: "sübject"}
					change(&e)
					in, err := cehttp.ToHTTPRequest(t.Context(), "http://example.com", &e, from, nil)
					if err != nil {
						t.Fatal(err)
					}
					sealed, err := cehttp.ToSealed(in)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(e, sealed.Event()); diff != "" {
						t.Errorf("sealed (-want +got):\n%s", diff)
					}
					for range 2 { // fan-out
						out, err := cehttp.SealedToHTTPRequest(t.Context(), "http://example.com/next", &sealed, to)
						if err != nil {
							t.Fatal(err)
						}
						want, err := cehttp.ToHTTPRequest(t.Context(), "http://example.com/next", &e, to, nil)
						if err != nil {
							t.Fatal(err)
						}
						if diff := cmp.Diff(want.Header, out.Header); diff != "" {
							t.Errorf("header (-want +got):\n%s", diff)
						}
						if out.ContentLength != want.ContentLength || (out.GetBody == nil) != (want.GetBody == nil) || out.Method != want.Method || out.URL.String() != want.URL.String() {
							t.Errorf("request is %+v, want %+v", out, want)
						}
						wantBody, _ := io.ReadAll(want.Body)
						if body, err := io.ReadAll(out.Body); err != nil || !bytes.Equal(body, wantBody) {
							t.Errorf("body is %q, %v; want %q", body, err, wantBody)
						}
					}
				})
			}
		}
	}
}

func TestRelayRefuses(t *testing.T) {
	request := func(contentType, body string, attributes ...string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader([]byte(body)))
		r.Header.Set("Content-Type", contentType)
		for i := 0; i < len(attributes); i += 2 {
			r.Header.Set(attributes[i], attributes[i+1])
		}
		return r
	}
	binary := []string{"ce-specversion", "1.0", "ce-id", "1", "ce-source", "/", "ce-type", "t"}
	for _, tt := range []struct {
		name   string
		in     *http.Request
		is     error
		status int
	}{
		{"JSON in binary mode that is none", request("application/json", "{", binary...), validation.ErrData, 400},
		{"two values in binary mode", request("application/json", "1 2", binary...), validation.ErrData, 400},
		{"no event", request("application/json", "{}"), cloudevents.ErrNotCloudEvent, 415},
		{"a batch", request("application/cloudevents-batch+json", "[]"), cloudevents.ErrContentMode, 415},
		{"compressed", request("application/cloudevents+json", "{}", "Content-Encoding", "gzip"), cehttp.ErrContentEncoding, 415},
		{"malformed", request("application/cloudevents+json", "{"), nil, 400},
		{"another charset", request("application/cloudevents+json; charset=utf-16", "{}"), nil, 415},
		{"invalid", request("application/cloudevents+json", `{"specversion":"1.0","source":"/","type":"t"}`), validation.ErrMissing, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := cehttp.ToSealed(tt.in)
			if err == nil || tt.is != nil && !errors.Is(err, tt.is) || cehttp.StatusCode(err) != tt.status {
				t.Errorf("error is %v with status %d, want %v with %d", err, cehttp.StatusCode(err), tt.is, tt.status)
			}
		})
	}
	sealed, err := cehttp.ToSealed(request("image/png", "x", binary...))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*cloudevents.Sealed) cloudevents.Mode{
		"batch mode": func(*cloudevents.Sealed) cloudevents.Mode { return cloudevents.BatchMode },
		"no id":      func(s *cloudevents.Sealed) cloudevents.Mode { s.Attributes.ID = ""; return cloudevents.BinaryMode },
		"no type": func(s *cloudevents.Sealed) cloudevents.Mode {
			s.Attributes.Type = ""
			return cloudevents.StructuredMode
		},
	} {
		s := sealed
		m := change(&s)
		if _, err := cehttp.SealedToHTTPRequest(t.Context(), "http://example.com", &s, m); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := cehttp.SealedToHTTPRequest(t.Context(), ":", &sealed, cloudevents.BinaryMode); err == nil {
		t.Error("no error about the URL")
	}
}
