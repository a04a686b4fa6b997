package listen

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// deliver gives a message to a listener and returns the status of its answer.
func deliver(l *listener, h http.Header, body []byte) int {
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header = h
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	return w.Code
}

// A listener takes every format in the modes that it has, names it, and shows the same event.
func TestListenTakesAllFormats(t *testing.T) {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed", DataContentType: "application/json", Data: []byte(`{"n":1}`)}
	for _, f := range all.Formats() {
		name := ", " + stream.FormatName(f) + "  "
		if name == ", json  " {
			name = "  "
		}
		l, out, _ := newListener(t, func(*listener) {})
		h := http.Header{}
		body, err := cehttp.EncodeMessage(h, &e, cloudevents.StructuredMode, f)
		if err != nil {
			t.Fatal(err)
		}
		if status := deliver(l, h, body); status != http.StatusNoContent || !strings.Contains(out.String(), "  structured"+name) || !strings.Contains(out.String(), `"n": 1`) {
			t.Errorf("%s: status %d, %s", f.MediaType(), status, out)
		}

		l, out, _ = newListener(t, func(l *listener) { l.json = true })
		deliver(l, h, body)
		if got, want := out.String(), `{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.placed","datacontenttype":"application/json","data":{"n":1}}`+"\n"; got != want {
			t.Errorf("%s, --json: %s", f.MediaType(), got)
		}

		b, ok := f.(format.Batch)
		if !ok {
			continue
		}
		l, out, _ = newListener(t, func(*listener) {})
		h = http.Header{}
		if body, err = cehttp.EncodeMessageBatch(h, []cloudevents.Event{e, e}, b); err != nil {
			t.Fatal(err)
		}
		if status := deliver(l, h, body); status != http.StatusNoContent || !strings.Contains(out.String(), "  batch"+name) || !strings.Contains(out.String(), "event 2 of 2") {
			t.Errorf("%s: status %d, %s", b.BatchMediaType(), status, out)
		}
	}
}

// A document that is cut off is refused, and the place is named.
func TestListenNamesThePlaceInAllFormats(t *testing.T) {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed"}
	for _, f := range all.Formats() {
		body, err := f.EncodeStructuredModeMessage(nil, &e)
		if err != nil {
			t.Fatal(err)
		}
		l, out, _ := newListener(t, func(*listener) {})
		status := deliver(l, http.Header{"Content-Type": {f.MediaType()}}, body[:len(body)-3])
		if status != http.StatusBadRequest || !strings.Contains(out.String(), "of the body") {
			t.Errorf("%s: status %d, %s", f.MediaType(), status, out)
		}
		if f.MediaType() != "application/cloudevents+json" && strings.Contains(out.String(), "JSON") {
			t.Errorf("%s: advice about JSON: %s", f.MediaType(), out)
		}
	}
}

// A message that was recorded is read by ce check, in every format.
func TestRecordFormats(t *testing.T) {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed", DataContentType: "application/octet-stream", Data: []byte("\x00\n-- event --\n")}
	for _, f := range all.Formats() {
		dir := t.TempDir()
		l, _, _ := newListener(t, func(l *listener) { l.record.dir = dir })
		h := http.Header{}
		body, err := cehttp.EncodeMessage(h, &e, cloudevents.StructuredMode, f)
		if err != nil {
			t.Fatal(err)
		}
		deliver(l, h, body)
		names, _ := files(t, dir)
		if len(names) != 1 {
			t.Errorf("%s: %q", f.MediaType(), names)
			continue
		}
		if out, errs, status := cetest.Run(t, check.Command(), "", filepath.Join(dir, names[0])); status != cli.ExitOK || !strings.Contains(out, "1 event, structured mode") {
			t.Errorf("%s: status %d, %s%s", f.MediaType(), status, out, errs)
		}
	}
}
