package cehttp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

const secret = "password of the database"

// statusError is an error of another package with a status of its own.
type statusError int

func (e statusError) Error() string   { return secret }
func (e statusError) StatusCode() int { return int(e) }

func TestReceiverAnswersWhatTheHandlerSays(t *testing.T) {
	err := errors.New(secret)
	invalid := cloudevents.Event{ID: "1"}
	for _, c := range []struct {
		name       string
		reply      *cloudevents.Event
		err        error
		status     int
		typ        string
		retryable  bool
		retryAfter string
		text       string
	}{
		{"nothing to say", nil, nil, 204, "", false, "", ""},
		{"an error without a status", nil, err, 500, "internal_server_error", true, "", "Internal Server Error"},
		{"an error and a reply", &invalid, err, 500, "internal_server_error", true, "", "Internal Server Error"},
		{"a reply that is no event", &invalid, nil, 500, "invalid_reply", true, "", "Internal Server Error"},
		{"Permanent", nil, dispatch.Permanent(err), 422, "unprocessable_entity", false, "", "Unprocessable Entity"},
		{"Retryable", nil, dispatch.Retryable(err, 1500*time.Millisecond), 503, "service_unavailable", true, "2", "Service Unavailable"},
		{"Retryable at no time", nil, dispatch.Retryable(err, 0), 503, "service_unavailable", true, "1", "Service Unavailable"},
		{"Retryable at a negative time", nil, dispatch.Retryable(err, -time.Hour), 503, "service_unavailable", true, "1", "Service Unavailable"},
		{"Permanent around Retryable", nil, dispatch.Permanent(dispatch.Retryable(err, 1)), 422, "unprocessable_entity", false, "", "Unprocessable Entity"},
		{"Permanent keeps a status", nil, dispatch.Permanent(statusError(404)), 404, "not_found", false, "", "Not Found"},
		{"Permanent keeps no status that is repeated", nil, dispatch.Permanent(statusError(429)), 422, "unprocessable_entity", false, "", "Unprocessable Entity"},
		{"Permanent keeps no status that is none", nil, dispatch.Permanent(statusError(302)), 422, "unprocessable_entity", false, "", "Unprocessable Entity"},
		{"Permanent keeps what a HandlerError says", nil, dispatch.Permanent(&dispatch.Error{Status: 409, Type: "old", Message: "there is a newer one", Retryable: true}), 409, "old", false, "", "there is a newer one"},
		{"a rate is exceeded, at no time", nil, &dispatch.Error{Status: 429}, 429, "too_many_requests", true, "1", "Too Many Requests"},
		{"a rate is exceeded", nil, &dispatch.Error{Status: 429, RetryAfter: time.Minute}, 429, "too_many_requests", true, "60", "Too Many Requests"},
		{"retired", nil, &dispatch.Error{Status: 410, Message: "gone since March"}, 410, "gone", false, "", "gone since March"},
		{"a status that may pass", nil, statusError(504), 504, "gateway_timeout", true, "", "Gateway Timeout"},
		{"a status that will not pass", nil, statusError(501), 501, "not_implemented", false, "", "Not Implemented"},
		{"a status without a text", nil, statusError(499), 499, "error", false, "", "status 499"},
		{"a redirect", nil, &dispatch.Error{Status: 307}, 500, "internal_server_error", true, "", "Internal Server Error"},
		{"a success that is an error", nil, &dispatch.Error{Status: 200}, 500, "internal_server_error", true, "", "Internal Server Error"},
		{"an interim status", nil, statusError(103), 500, "internal_server_error", true, "", "Internal Server Error"},
		{"no status at all", nil, &dispatch.Error{Status: 1000}, 500, "internal_server_error", true, "", "Internal Server Error"},
		{"a wrapped HandlerError", nil, errors.Join(err, &dispatch.Error{Status: 403}), 403, "forbidden", false, "", "Forbidden"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := post(silent(answering(c.reply, c.err)), binaryHeader(), "")
			if w.Code != c.status || w.Header().Get("Retry-After") != c.retryAfter {
				t.Errorf("status %d, Retry-After %q; want %d, %q", w.Code, w.Header().Get("Retry-After"), c.status, c.retryAfter)
			}
			if c.status == 204 {
				if w.Body.Len() > 0 {
					t.Errorf("body %q", w.Body)
				}
				return
			}
			if p := decoded[cehttp.Problem](t, w); p.Type != c.typ || p.Retryable != c.retryable || p.Message != c.text {
				t.Errorf("body is %+v, want type %q, retryable %v, error %q", p, c.typ, c.retryable, c.text)
			}
			if strings.Contains(w.Body.String(), secret) {
				t.Error("the sender was told an internal error")
			}
			shown := silent(answering(c.reply, c.err))
			shown.ShowErrors = true
			p := decoded[cehttp.Problem](t, post(shown, binaryHeader(), ""))
			if c.err != nil && p.Message != c.err.Error() && c.err.Error() != "" || !strings.Contains(p.Message, "reply") && c.err == nil {
				t.Errorf("ShowErrors: error %q, want %v", p.Message, c.err)
			}
		})
	}
}

func TestReceiverRefuses(t *testing.T) {
	called := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		t.Error("the handler was called")
		return nil, nil
	}
	at := func(i int) *int { return &i }
	for _, c := range []struct {
		name       string
		method     string
		header     http.Header
		body       string
		status     int
		want       cehttp.Problem // without Message and Violations
		violations int
		allow      string
	}{
		{"GET", "GET", binaryHeader(), "", 405, cehttp.Problem{Type: "method_not_allowed"}, 0, "POST"},
		{"DELETE", "DELETE", binaryHeader(), "", 405, cehttp.Problem{Type: "method_not_allowed"}, 0, "POST"},
		{"PUT that is not allowed", "PUT", binaryHeader(), "", 405, cehttp.Problem{Type: "method_not_allowed"}, 0, "POST"},
		{"no event", "POST", typed("application/json"), "{}", 415, cehttp.Problem{Type: "not_a_cloudevent", Section: "http-protocol-binding.md#3-http-message-mapping"}, 0, ""},
		{"unknown format", "POST", typed("application/cloudevents+xml"), "<event/>", 415, cehttp.Problem{Type: "unknown_format"}, 0, ""},
		{"unknown batch format", "POST", typed("application/cloudevents-batch+xml"), "<event/>", 415, cehttp.Problem{Type: "unknown_format"}, 0, ""},
		{"coded body", "POST", binaryHeader("Content-Encoding", "gzip"), "x", 415, cehttp.Problem{Type: "unsupported_content_encoding"}, 0, ""},
		{"one violation", "POST", http.Header{"Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Specversion": {"1.0"}}, "", 400,
			cehttp.Problem{Type: "invalid_event", Attribute: "type", Section: "spec.md#type"}, 1, ""},
		{"several violations", "POST", http.Header{"Ce-Id": {""}, "Ce-Source": {"a b"}, "Ce-Specversion": {"1.0"}}, "", 400,
			cehttp.Problem{Type: "invalid_event", Attribute: "id", Section: "spec.md#id"}, 3, ""},
		{"violation with an offset", "POST", typed(structuredType), `{"specversion":"1.0","id":1,"source":"/s","type":"t"}`, 400,
			cehttp.Problem{Type: "invalid_event", Attribute: "id", Section: "json-format.md#22-type-system-mapping", Offset: at(26)}, 1, ""},
		{"malformed", "POST", typed(structuredType), `{"specversion":`, 400, cehttp.Problem{Type: "malformed", Offset: at(15)}, 0, ""},
		{"violation in a batch", "POST", typed(batchType), `[` + minimalJSON + `,{"specversion":"1.0","id":"","source":"/s","type":"t"}]`, 400,
			cehttp.Problem{Type: "invalid_event", Attribute: "id", Section: "spec.md#id", Offset: at(84), Index: at(1)}, 1, ""},
		{"two content types", "POST", http.Header{"Content-Type": {structuredType, structuredType}}, minimalJSON, 400,
			cehttp.Problem{Type: "invalid_event", Attribute: "datacontenttype", Section: "spec.md#context-attributes"}, 1, ""},
		{"too large", "POST", binaryHeader(), strings.Repeat("x", 101), 413, cehttp.Problem{Type: "too_large"}, 0, ""},
		{"too many events", "POST", typed(batchType), "[" + minimalJSON + "," + minimalJSON + "]", 413, cehttp.Problem{Type: "too_large", Offset: at(57)}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			rc := silent(called)
			if c.status == 413 {
				rc.Decoder.MaxBytes, rc.MaxEvents = 115, 1
				if c.name == "too large" {
					rc.Decoder.MaxBytes = 100
				}
			}
			r := httptest.NewRequest(c.method, "/", strings.NewReader(c.body))
			r.Header = c.header
			w := record(rc, r)
			if w.Code != c.status || w.Header().Get("Allow") != c.allow {
				t.Fatalf("status %d, Allow %q, want %d, %q: %s", w.Code, w.Header().Get("Allow"), c.status, c.allow, w.Body)
			}
			got := decoded[cehttp.Problem](t, w)
			if got.Message == "" || len(got.Violations) != c.violations {
				t.Errorf("error %q, %d violations, want %d: %s", got.Message, len(got.Violations), c.violations, w.Body)
			}
			if strings.HasPrefix(got.Message, "cehttp: ") {
				t.Errorf("error %q", got.Message)
			}
			if got.Type != c.want.Type || got.Retryable || got.Attribute != c.want.Attribute || got.Section != c.want.Section {
				t.Errorf("got %s\nwant %+v", w.Body, c.want)
			}
			if !sameInt(got.Offset, c.want.Offset) || !sameInt(got.Index, c.want.Index) {
				t.Errorf("offset or index: got %s", w.Body)
			}
		})
	}
}

func sameInt(a, b *int) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

func TestReceiverTakesPUTIfAllowed(t *testing.T) {
	rc := silent(answering(nil, nil))
	rc.AllowPUT = true
	for method, want := range map[string]int{"PUT": 204, "POST": 204, "PATCH": 405} {
		r := httptest.NewRequest(method, "/", nil)
		r.Header = binaryHeader()
		w := record(rc, r)
		if w.Code != want || want == 405 && w.Header().Get("Allow") != "POST, PUT" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

// A body that cannot be read may be sent again. After a timeout, which is 408, the
// connection is closed. A body over the limit of the server is final.
func TestReceiverBodyErrors(t *testing.T) {
	for _, c := range []struct {
		name      string
		err       error
		status    int
		typ       string
		retryable bool
	}{
		{"cut off", io.ErrUnexpectedEOF, 400, "unreadable_body", true},
		{"too slow", context.DeadlineExceeded, 408, "request_timeout", true},
		{"over the limit of a MaxBytesReader", &http.MaxBytesError{Limit: 1}, 413, "too_large", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", readFunc(func([]byte) (int, error) { return 0, c.err }))
			r.Header = binaryHeader()
			w := record(silent(nil), r)
			if p := decoded[cehttp.Problem](t, w); w.Code != c.status || p.Type != c.typ || p.Retryable != c.retryable {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if c.status == 408 && w.Header().Get("Connection") != "close" {
				t.Error("the connection stays open")
			}
		})
	}
}

func TestReceiverRepliesInTheModeOfTheRequest(t *testing.T) {
	reply := sample()
	rc := silent(answering(&reply, nil))
	for _, c := range []struct {
		name   string
		header http.Header
		body   string
		want   string
	}{
		{"binary", binaryHeader(), "", "application/json"},
		{"structured", typed(structuredType), minimalJSON, structuredType},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := post(rc, c.header, c.body)
			if w.Code != 200 || w.Header().Get("Content-Type") != c.want {
				t.Fatalf("%d, %v", w.Code, w.Header())
			}
			e, err := cehttp.ResponseToCloudEvent(w.Result(), nil)
			if err != nil {
				t.Fatal(err)
			}
			wantEvent(t, e, reply)
		})
	}
}

// Knative and Dapr take a body for something else, so that only clients that ask for it get
// one.
func TestReceiverDefers(t *testing.T) {
	long := strings.Repeat("x", 1<<10)
	for _, c := range []struct {
		name, accept, id string
		body             string
		header           []string
	}{
		{"no Accept", "", "work-7", "", []string{"work-7"}},
		{"no Accept and no ID", "", "", "", nil},
		{"JSON", "application/json", "work-7", `{"status":"accepted","id":"work-7"}`, []string{"work-7"}},
		{"JSON without an ID", "application/json", "", `{"status":"accepted"}`, nil},
		{"curl", "*/*", "work-7", `{"status":"accepted","id":"work-7"}`, []string{"work-7"}},
		{"application", "application/*;q=0.1", "work-7", `{"status":"accepted","id":"work-7"}`, []string{"work-7"}},
		{"anything but JSON", "*/*, application/json;q=0", "work-7", "", []string{"work-7"}},
		{"events", "application/cloudevents+json", "work-7", "", []string{"work-7"}},
		{"HTML", "text/html", "work-7", "", []string{"work-7"}},
		{"ID with a line break", "", "a\r\nSet-Cookie: b", "", []string{"a%0D%0ASet-Cookie:%20b"}},
		{"ID that is not ASCII", "", "Zürich 1%", "", []string{"Z%C3%BCrich%201%25"}},
		{"the longest ID", "", long, "", []string{long}},
		{"too long an ID", "", long + "x", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := binaryHeader()
			if c.accept != "" {
				h.Set("Accept", c.accept)
			}
			w := post(silent(answering(nil, &dispatch.Deferred{ID: c.id})), h, "")
			if w.Code != 202 || strings.TrimSpace(w.Body.String()) != c.body || w.Header().Get("Content-Length") != strconv.Itoa(len(c.body)) {
				t.Errorf("%d, Content-Length %q, %q, want 202 %q", w.Code, w.Header().Get("Content-Length"), w.Body, c.body)
			}
			if got := w.Header()[cehttp.HeaderDeferredID]; !slices.Equal(got, c.header) {
				t.Errorf("%s %q, want %q", cehttp.HeaderDeferredID, got, c.header)
			}
			if c.body == "" && w.Header().Get("Content-Type") != "" {
				t.Errorf("Content-Type %q", w.Header().Get("Content-Type"))
			}
		})
	}
}

// The handler gets the event that was sent, and may keep and change it.
func TestReceiverHandsOverTheEvent(t *testing.T) {
	var kept []*cloudevents.Event
	rc := silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		kept = append(kept, e)
		return nil, nil
	})
	rc.Decoder.Format = format.Set{format.JSON{}}
	post(rc, typed(structuredType), minimalJSON)
	post(rc, typed(batchType), "["+minimalJSON+","+minimalJSON+"]")
	post(rc, binaryHeader(), "")
	if len(kept) != 4 {
		t.Fatalf("%d events", len(kept))
	}
	for _, e := range kept {
		wantEvent(t, *e, minimal())
		*e = cloudevents.Event{}
	}
}

// The answer has the position of data that a handler refuses, and no text but Message.
func TestReceiverLocatesWhatTheHandlerRefuses(t *testing.T) {
	rc := silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		_, err := cloudevents.DataAs[[]int](e)
		return nil, &dispatch.Error{Status: cehttp.StatusCode(err), Message: "not numbers", Err: err}
	})
	for body, want := range map[string]cehttp.Problem{
		`[1,"2"]`: {Message: "not numbers", Type: "bad_request", Attribute: "data", Section: "spec.md#event-data"},
	} {
		w := post(rc, binaryHeader("Content-Type", "application/json"), body)
		if p := decoded[cehttp.Problem](t, w); w.Code != 400 || p.Message != want.Message || p.Type != want.Type || p.Attribute != want.Attribute || p.Section != want.Section || p.Violations != nil {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if w := post(rc, binaryHeader("Content-Type", "text/plain"), "1"); w.Code != 415 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// The text of an error that is not the sender's fault is not for the sender.
func TestProblemOfShowsNoInternalError(t *testing.T) {
	p := cehttp.ProblemOf(errors.New(secret))
	if p.Message != "Internal Server Error" || !p.Retryable || p.Type != "internal_server_error" {
		t.Errorf("%+v", p)
	}
}
