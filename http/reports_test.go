package cehttp_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// The tests of this file are messages and behaviors from public reports about CloudEvents
// over HTTP. The numbers are those of a list of such reports.

// keeping returns a receiver that keeps the last event.
func keeping(kept *cloudevents.Event) *cehttp.Receiver {
	return silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		*kept = *e
		return nil, nil
	})
}

// JSON without a Content-Type before a typed handler.
func TestR30NoContentType(t *testing.T) {
	type data struct{ A int }
	for _, setting := range []string{"", "application/json"} {
		got := 0
		r := dispatch.Consume("t", func(_ context.Context, _ *cloudevents.Event, d data) error {
			got = d.A
			return nil
		})
		r.DataContentType = setting
		var mux dispatch.Mux
		if err := mux.Handle(r); err != nil {
			t.Fatal(err)
		}
		w := post(silent(mux.HandleEvent), binaryHeader(), `{"a":1}`)
		if setting != "" {
			if w.Code != 204 || got != 1 {
				t.Errorf("%d, %d: %s", w.Code, got, w.Body)
			}
			continue
		}
		p := decoded[cehttp.Problem](t, w)
		if w.Code != 415 || p.Type != "unsupported_data" || !strings.HasPrefix(p.Message, "Content-Type is missing") ||
			!strings.Contains(p.Message, "DataContentType of the dispatch.Route") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

// A compressed body that nothing announces.
func TestR35Gzip(t *testing.T) {
	h := dispatch.Typed(func(context.Context, *cloudevents.Event, struct{}) (*cloudevents.Event, error) { return nil, nil })
	w := post(silent(h), binaryHeader("Content-Type", "application/json"), "\x1f\x8b\x08\x00")
	if p := decoded[cehttp.Problem](t, w); w.Code != 400 || !strings.Contains(p.Message, "1f 8b") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestReportsOfRequestsThatAreTaken(t *testing.T) {
	firestore := http.Header{
		"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Type": {"t"},
		"Ce-Source":  {"//firestore.googleapis.com/projects/p/databases/(default)"},
		"Ce-Subject": {"documents/users/gh X"}, "Ce-Database": {"(default)"}, "Ce-Document": {"users/gh X"},
		"Content-Type": {"application/protobuf"},
	}
	document := `{"specversion":"1.0","id":"3","source":"/other","type":"other"}`
	for _, c := range []struct {
		name         string
		header       http.Header
		body         string
		id, ext, val string
	}{
		{"R31 text without Content-Type", binaryHeader(), "hello world", "1", "", ""},
		{"R32 the body is an event too", binaryHeader(), document, "1", "", ""},
		{"R40 Firestore", firestore, "\x0a\x00\xff", "1", "document", "users/gh X"},
		{"R46 two traceparents", binaryHeader("Traceparent", "00-bbbb", "Ce-Traceparent", "00-aaaa"), "x", "1", "traceparent", "00-aaaa"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e cloudevents.Event
			if w := post(keeping(&e), c.header, c.body); w.Code != 204 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if e.ID != c.id || string(e.Data) != c.body {
				t.Errorf("event %s", &e)
			}
			if c.ext != "" {
				if v, ok := e.Get(c.ext); !ok || v.String() != c.val {
					t.Errorf("%s is %s", c.ext, v)
				}
			}
		})
	}
	t.Run("R39 an ID with == and a relative source", func(t *testing.T) {
		var e cloudevents.Event
		w := post(keeping(&e), typed(structuredType), `{"specversion":"1.0","id":"YEW9iQHNHu2S3sv2ubtlkQ==","source":"tfe/bp/em","type":"t"}`)
		if w.Code != 204 || e.ID != "YEW9iQHNHu2S3sv2ubtlkQ==" || e.Source != "tfe/bp/em" {
			t.Errorf("%d %s", w.Code, &e)
		}
	})
}

// A length that another handler has set is not that of the answer.
func TestR56StaleContentLength(t *testing.T) {
	reply := withData("text/plain", "shipped")
	stale := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Length"] = []string{"311"}
			next.ServeHTTP(w, r)
		})
	}
	write := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := cehttp.WriteHTTPResponse(w, 200, &reply, cloudevents.BinaryMode, nil); err != nil {
			t.Error(err)
		}
	})
	for name, h := range map[string]http.Handler{
		"WriteHTTPResponse": write,
		"reply":             silent(answering(&reply, nil)),
		"done":              silent(answering(nil, nil)),
		"deferred":          silent(answering(nil, &dispatch.Deferred{})),
		"refused":           silent(answering(nil, dispatch.Permanent(errors.New("no")))),
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(stale(h))
			defer s.Close()
			r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header = binaryHeader()
			res, err := s.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if length := res.Header.Get("Content-Length"); err != nil || length == "311" || res.ContentLength != int64(len(body)) {
				t.Errorf("%d, Content-Length %q, %d bytes, %v", res.StatusCode, length, len(body), err)
			}
		})
	}
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Content-Length", "311")
	if err := cehttp.CopyToHTTPRequest(r, &reply, cloudevents.BinaryMode, nil); err != nil || r.ContentLength != 7 || r.Header.Get("Content-Length") == "311" {
		t.Errorf("%d, %v, %v", r.ContentLength, r.Header, err)
	}
}

// A refused request is a line of a log of level Info, the default, and no stranger can make
// it long or make two of it.
func TestR57RefusedRequestsAreLogged(t *testing.T) {
	long := strings.Repeat("x\n", 50_000)
	for _, c := range []struct {
		name, method string
		header       http.Header
		body         string
		status       string
	}{
		{"no CloudEvent", "POST", typed("application/json"), "{}", "415"},
		{"invalid", "POST", http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}}, "", "400"},
		{"malformed", "POST", typed(structuredType), "{", "400"},
		{"malformed batch", "POST", typed(batchType), "[1]", "400"},
		{"GET", "GET", nil, "", "405"},
		{"long Content-Type", "POST", typed("text/" + long), "", "4"},
		{"long attribute", "POST", binaryHeader("Ce-Time", long), "", "400"},
		{"long name", "POST", binaryHeader("Ce-X_"+strings.Repeat("x", 50_000), "1"), "", "400"},
		{"long member", "POST", typed(structuredType), `{"` + strings.Repeat("_", 50_000) + `":1}`, "400"},
		{"many violations", "POST", typed(structuredType), `{` + strings.Repeat(`"_":1,`, 100) + `"id":1}`, "400"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			rc := &cehttp.Receiver{Handler: answering(nil, nil), Logger: slog.New(slog.NewTextHandler(&log, nil))}
			r := httptest.NewRequest(c.method, "/", strings.NewReader(c.body))
			r.Header = c.header
			record(rc, r)
			got := log.String()
			if strings.Count(got, "\n") != 1 || !strings.Contains(got, "level=INFO") || !strings.Contains(got, `msg="request refused" status=`+c.status) {
				t.Errorf("logged %.300s", got)
			}
			if len(got) > 2<<10 {
				t.Errorf("%d bytes", len(got))
			}
		})
	}
}

func TestR58TooLarge(t *testing.T) {
	w := post(silent(answering(nil, nil)), binaryHeader(), strings.Repeat("x", 17_000_000))
	if p := decoded[cehttp.Problem](t, w); w.Code != 413 || p.Type != "too_large" || !strings.Contains(p.Message, "16777216 bytes") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// HTTP/2 has the names of headers in lower case.
func TestR60HTTP2(t *testing.T) {
	var e cloudevents.Event
	var major int
	rc := keeping(&e)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		major = r.ProtoMajor
		rc.ServeHTTP(w, r)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = binaryHeader("Ce-Entitytype", "TENANT")
	res, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if v, _ := e.Get("entitytype"); res.StatusCode != 204 || major != 2 || v.String() != "TENANT" {
		t.Errorf("%d over HTTP/%d, %s", res.StatusCode, major, &e)
	}
}

// Some senders look with HEAD or OPTIONS whether an address is there.
func TestR61HEAD(t *testing.T) {
	rc := silent(answering(nil, nil))
	put := silent(answering(nil, nil))
	put.AllowPUT = true
	for _, c := range []struct {
		name  string
		h     http.Handler
		allow string
	}{
		{"Receiver", rc, "POST"},
		{"Receiver with AllowPUT", put, "POST, PUT"},
		{"Routes", &cehttp.Routes{Receiver: rc}, "POST"},
	} {
		for _, method := range []string{"HEAD", "OPTIONS"} {
			w := record(c.h, httptest.NewRequest(method, "/", nil))
			if w.Code != 204 || w.Header().Get("Allow") != c.allow || w.Body.Len() > 0 {
				t.Errorf("%s %s: %d, Allow %q", method, c.name, w.Code, w.Header().Get("Allow"))
			}
			if w.Header().Get("WebHook-Allowed-Origin") != "" || w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s %s gives a consent", method, c.name)
			}
		}
	}
	log := new(logged)
	counted := 0
	seen := silent(answering(nil, nil))
	seen.Logger = log.logger()
	seen.Observer.Failed = func(context.Context, dispatch.Outcome) { counted++ }
	record(seen, httptest.NewRequest("HEAD", "/", nil))
	if counted != 0 || log.String() != "" {
		t.Errorf("%d failures, logged %s", counted, log.String())
	}
}

// The handshake of Azure Event Grid.
func TestR63EventGrid(t *testing.T) {
	h := &webhook.Target{Next: silent(answering(nil, nil)), Origins: []string{"eventgrid.azure.net"}, Rate: 120}
	for _, callback := range []string{"", "https://rp-x.eventgrid.azure.net:553/eventsubscriptions/s/validate?id=1&t=2"} {
		r := httptest.NewRequest("OPTIONS", "/", nil)
		r.Header.Set("WebHook-Request-Origin", "eventgrid.azure.net")
		if callback != "" {
			r.Header.Set("WebHook-Request-Callback", callback)
			r.Header.Set("WebHook-Request-Rate", "120")
		}
		w := record(h, r)
		if w.Code != 200 || w.Header().Get("WebHook-Allowed-Origin") != "eventgrid.azure.net" || w.Header().Get("WebHook-Allowed-Rate") != "120" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	}
}

// What is outside the specification is refused. ExampleReceiver_adapter and the example of
// package dapr for bulk subscriptions show what can stand in front of a handler.
func TestR68R69OutsideTheSpecification(t *testing.T) {
	for name, body := range map[string]string{
		"R68 bulk subscription of Dapr": `{"id":"7","entries":[{"entryId":"a","event":{"specversion":"1.0"}}]}`,
		"R69 a plain webhook":           `{"data":"x"}`,
	} {
		w := post(silent(answering(nil, nil)), typed("application/json"), body)
		if p := decoded[cehttp.Problem](t, w); w.Code != 415 || p.Type != "not_a_cloudevent" || p.Retryable {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

// R29: an event under application/json, or under what curl -d says, is refused with what to send,
// and taken by a Receiver that is told to.
func TestR29EventUnderJSON(t *testing.T) {
	const event = `{"specversion":"1.0","id":"1","source":"/s","type":"t"}`
	for _, contentType := range []string{"application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded", ""} {
		h := typed(contentType)
		if contentType == "" {
			h = http.Header{}
		}
		w := post(silent(answering(nil, nil)), h, event)
		if p := decoded[cehttp.Problem](t, w); w.Code != 415 || !strings.Contains(p.Message, "; that of an event in JSON is application/cloudevents+json") {
			t.Errorf("%q: %d %s", contentType, w.Code, w.Body)
		}
		taking := silent(answering(nil, nil))
		taking.Decoder.JSONEvents = true
		if w := post(taking, h, event); w.Code != 204 {
			t.Errorf("%q: %d %s", contentType, w.Code, w.Body)
		}
		if w := post(taking, h, `{"a":1}`); w.Code != 415 {
			t.Errorf("%q, no event: %d %s", contentType, w.Code, w.Body)
		}
	}
	if w := post(silent(answering(nil, nil)), typed("text/plain"), event); w.Code != 415 || strings.Contains(w.Body.String(), "an event in JSON") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// R34: a body in gzip is refused, or decoded within the limit by a Receiver that is told to.
func TestR34ContentEncoding(t *testing.T) {
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	w.Write([]byte(`{"a":1}`))
	w.Close()
	var got string
	receiver := silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		got = string(e.Data)
		return nil, nil
	})
	h := binaryHeader("Content-Type", "application/json", "Content-Encoding", "gzip")
	if w := post(receiver, h, body.String()); w.Code != 415 || !strings.Contains(w.Body.String(), "Content-Encoding") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	receiver.Decoder.Decompress = map[string]func(io.Reader) (io.ReadCloser, error){"gzip": cehttp.Gzip}
	if w := post(receiver, h, body.String()); w.Code != 204 || got != `{"a":1}` {
		t.Errorf("%d %s, %q", w.Code, w.Body, got)
	}
	receiver.Decoder.MaxBytes = 6
	if w := post(receiver, h, body.String()); w.Code != 413 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
