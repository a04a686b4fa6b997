package cehttp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A failure is one record with the same content, whether Log is in the chain or not.
func TestReceiverLogs(t *testing.T) {
	for typ, want := range map[string]string{
		"204":   "",
		"500":   "level=ERROR msg=\"event handler failed\" outcome=retry status=500 error=no ",
		"422":   "level=INFO msg=\"event handler failed\" outcome=refused status=422 error=never ",
		"429":   "level=WARN msg=\"event handler failed\" outcome=retry status=429 error=\"status 429\" ",
		"503":   "level=WARN msg=\"event handler failed\" outcome=retry status=503 error=later ",
		"panic": "level=ERROR msg=\"event handler failed\" outcome=retry status=500 error=\"panic: no\" ",
	} {
		for _, mode := range []string{structuredType, batchType} {
			body := batchOf(typ)
			if mode == structuredType {
				body = strings.Trim(body, "[]")
			}
			for _, chain := range []string{"alone", "Log"} {
				var log logged
				rc := &cehttp.Receiver{Handler: byType, Logger: log.logger()}
				if chain == "Log" {
					rc.Handler = dispatch.Log(log.logger())(byType)
				}
				post(rc, typed(mode), body)
				var failures []string
				for line := range strings.Lines(log.String()) {
					if !strings.Contains(line, "msg=\"event handled\"") {
						failures = append(failures, line[strings.Index(line, "level="):])
					}
				}
				switch {
				case want == "" && len(failures) > 0,
					want != "" && (len(failures) != 1 || !strings.HasPrefix(failures[0], want) ||
						!strings.Contains(failures[0], " event.id="+typ+" event.source=/s event.type="+typ)):
					t.Errorf("%s, %s: logged %q, want %q", typ, chain, failures, want)
				}
			}
		}
	}
}

// Log sees a reply that cannot be sent as a success.
func TestReceiverLogsInvalidReplies(t *testing.T) {
	for _, chain := range []dispatch.Middleware{func(h dispatch.Handler) dispatch.Handler { return h }, dispatch.Log(silent(nil).Logger)} {
		var log logged
		post(&cehttp.Receiver{Handler: chain(byType), Logger: log.logger()}, typed(batchType), batchOf("invalid"))
		if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "level=ERROR msg=\"event handler failed\" outcome=retry status=500 error=\"reply of the handler: ") {
			t.Errorf("logged %s", got)
		}
	}
}

func TestReceiverLogsIllegalStatus(t *testing.T) {
	var log logged
	post(&cehttp.Receiver{Handler: answering(nil, &dispatch.Error{Status: 302}), Logger: log.logger()}, binaryHeader(), "")
	if !strings.Contains(log.String(), "illegal_status=302") {
		t.Errorf("logged %s", log.String())
	}
}

func TestReceiverLogsRefusedRequests(t *testing.T) {
	var log logged
	post(&cehttp.Receiver{Logger: log.logger()}, typed("text/plain"), "")
	if !strings.Contains(log.String(), "level=INFO msg=\"request refused\" status=415") {
		t.Errorf("logged %s", log.String())
	}
}

// The sender learns when a Background accepts events again.
func TestReceiverOfBackground(t *testing.T) {
	b := &dispatch.Background{Handler: answering(nil, nil), RetryAfter: 90 * time.Second}
	if _, err := b.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := post(silent(b.HandleEvent), binaryHeader(), "")
	if p := decoded[cehttp.Problem](t, w); w.Code != 503 || w.Header().Get("Retry-After") != "90" || p.Type != "shutting_down" || p.Message == "" {
		t.Errorf("%d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
}

// What a Mux, Typed and middleware return is what a sender needs.
func TestReceiverOfMux(t *testing.T) {
	var mux dispatch.Mux
	if err := mux.Handle(
		dispatch.Consume("t", func(_ context.Context, e *cloudevents.Event, n int) error { return nil }),
		dispatch.Route{Type: "refused", Handler: answering(nil, dispatch.Permanent(errors.New("no")))},
	); err != nil {
		t.Fatal(err)
	}
	rc := silent(dispatch.Chain(mux.HandleEvent, new(dispatch.Deduplicate).Wrap, dispatch.Timeout(time.Minute), dispatch.ConcurrencyLimit(1)))
	for _, c := range []struct {
		reason, eventType, contentType, data string
		status                               int
		problem                              string
	}{
		{"handled", "t", "application/json", "1", 204, ""},
		{"malformed data", "t", "application/json", "{", 400, "invalid_data"},
		{"data of another type", "t", "text/plain", "1", 415, "unsupported_data"},
		{"no data", "t", "", "", 400, "missing_data"},
		{"unknown type", "u", "", "", 422, "unknown_type"},
		{"refused", "refused", "", "", 422, "unprocessable_entity"},
	} {
		h := binaryHeader()
		h["Ce-Type"], h["Ce-Id"] = []string{c.eventType}, []string{c.reason}
		if c.contentType != "" {
			h["Content-Type"] = []string{c.contentType}
		}
		w := post(rc, h, c.data)
		if w.Code != c.status {
			t.Errorf("%s: %d %s", c.reason, w.Code, w.Body)
		} else if c.problem != "" && decoded[cehttp.Problem](t, w).Type != c.problem {
			t.Errorf("%s: %s", c.reason, w.Body)
		}
	}
}

// A duplicate explains itself: in a header of the answer, in the result of a batch, in the
// log and to the Observer. The status is that of the first time.
func TestReceiverTellsOfDuplicates(t *testing.T) {
	for _, c := range []struct {
		typ    string
		status int    // of a duplicate
		other  string // another event
	}{
		{"204", 204, "200"},
		{"200", 204, "202"},
		{"202", 202, "200"},
	} {
		var d dispatch.Deduplicate
		var log logged
		var seen int
		rc := &cehttp.Receiver{Handler: d.Wrap(byType), Logger: log.logger()}
		rc.Observer.Handled = func(_ context.Context, o dispatch.Outcome) {
			if o.Duplicate {
				seen++
			}
		}
		single := strings.Trim(batchOf(c.typ), "[]")
		if w := post(rc, typed(structuredType), single); w.Header()["Duplicate-Events"] != nil {
			t.Errorf("%s: the first is a duplicate", c.typ)
		}
		w := post(rc, typed(structuredType), single)
		if got := w.Header().Get("Duplicate-Events"); w.Code != c.status || got != "1" {
			t.Errorf("%s: %d, Duplicate-Events %q", c.typ, w.Code, got)
		}
		w = post(rc, typed(batchType), batchOf(c.typ, c.other, c.typ))
		if got := w.Header().Get("Duplicate-Events"); got != "2" {
			t.Errorf("%s: batch: Duplicate-Events %q", c.typ, got)
		}
		for _, r := range decoded[cehttp.BatchAnswer](t, w).Results {
			if r.Duplicate != (r.Index != 1) || r.Duplicate && r.Status != c.status {
				t.Errorf("%s: %+v", c.typ, r)
			}
		}
		if n := strings.Count(log.String(), "msg=\"duplicate event\""); n != 3 || seen != 3 {
			t.Errorf("%s: %d are logged, %d observed", c.typ, n, seen)
		}
	}
}
