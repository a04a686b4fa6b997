package cehttp_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

// zipped returns text as gzip.
func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.Bytes()
}

// replaced returns h with another value.
func replaced(h http.Header, key, value string) http.Header {
	h.Set(key, value)
	return h
}

// A forgiving Receiver logs what it has forgiven, tells its Observer, and the handler.
func TestReceiverForgives(t *testing.T) {
	cases := []struct {
		name   string
		header http.Header
		body   string
		rule   error // nil: there is nothing to forgive
		status int
	}{
		{"valid", binaryHeader(), "", nil, 204},
		{"time in binary mode", binaryHeader("Ce-Time", "noon"), "", validation.ErrSyntax, 204},
		{"name in binary mode", binaryHeader("Ce-A-B", "x"), "", validation.ErrName, 204},
		{"Content-Type with a semicolon", binaryHeader("Content-Type", "application/json;"), "{}", validation.ErrSyntax, 204},
		{"source that is escaped once too little", replaced(binaryHeader(), "Ce-Source", "https://example.com/a%20b"), "", validation.ErrSyntax, 204},
		{"structured mode", typed(structuredType), `{"specversion":"1.0","id":"1","source":"/s","type":"t","dataschema":"#"}`, validation.ErrSyntax, 204},
		{"required attribute", typed(structuredType), `{"specversion":"1.0","id":"","source":"/s","type":"t"}`, nil, 400},
		{"duplicate", typed(structuredType), `{"specversion":"1.0","id":"1","source":"/s","type":"t","a":"1","a":"1"}`, nil, 400},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var l logged
			var asked, told error
			rc := &cehttp.Receiver{
				Forgiving: true, Logger: l.logger(),
				Observer: cehttp.Observer{Forgiven: func(_ context.Context, r cloudevents.Receipt) { told = r.Err }},
				Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
					asked = dispatch.Forgiven(ctx)
					return nil, e.Validate()
				},
			}
			w := post(rc, c.header, c.body)
			if w.Code != c.status {
				t.Errorf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
			if !errors.Is(asked, c.rule) || !errors.Is(told, c.rule) || (c.rule == nil) != (asked == nil && told == nil) {
				t.Errorf("handler %v, Observer %v; want %v", asked, told, c.rule)
			}
			if strings.Contains(l.String(), "event forgiven") != (c.rule != nil) {
				t.Errorf("log: %s", l.String())
			}
			rc.Forgiving = false
			if strict := post(rc, c.header, c.body); (strict.Code == 204) != (c.rule == nil && c.status == 204) {
				t.Errorf("strict: status %d", strict.Code)
			}
		})
	}
}

// An event that was forgiven something is one record of the log, whatever its handler says: a
// warning of its own, or an attribute of the record about the failure, at the level Warn at least.
func TestReceiverForgivesInOneRecord(t *testing.T) {
	failures := map[string]struct {
		err   error
		level string
		more  string // in the record
	}{
		"handled":  {nil, "WARN", `msg="event forgiven"`},
		"deferred": {&dispatch.Deferred{}, "WARN", `msg="event forgiven"`},
		"refused":  {dispatch.Permanent(errors.New("no")), "WARN", `msg="event handler failed"`},
		"failed":   {errors.New("no"), "ERROR", `msg="event handler failed"`},
		"invalid":  {nil, "ERROR", `msg="event handler failed"`},
	}
	bad := `{"specversion":"1.0","id":"1","source":"/s","type":"t","dataschema":"#"}`
	for name, c := range failures {
		for mode, body := range map[string]string{structuredType: bad, batchType: "[" + bad + "]"} {
			for _, chained := range []bool{false, true} {
				var l logged
				rc := &cehttp.Receiver{Forgiving: true, Logger: l.logger(), Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
					if name == "invalid" {
						return new(cloudevents.Event), nil
					}
					return nil, c.err
				}}
				if chained && c.err != nil && name != "deferred" {
					rc.Handler = dispatch.Log(l.logger())(rc.Handler)
				}
				post(rc, typed(mode), body)
				text := l.String()
				if strings.Count(text, "\n") != 1 || !strings.Contains(text, "a URI begins with a scheme") || !strings.Contains(text, "level="+c.level) || !strings.Contains(text, c.more) {
					t.Errorf("%s, %s: %s", name, mode, text)
				}
			}
		}
	}
}

// A forgiving Receiver handles the valid events of a batch, and answers each by its index.
func TestReceiverForgivesInBatches(t *testing.T) {
	good := func(id string) string {
		return `{"specversion":"1.0","id":"` + id + `","source":"/s","type":"t"}`
	}
	bad := `{"specversion":"1.0","id":"","source":"/s","type":"t"}`
	cases := []struct {
		name, body string
		handled    string
		statuses   []int
	}{
		{"bad first", bad + "," + good("1"), "1", []int{400, 204}},
		{"bad last", good("0") + "," + bad + "," + bad, "0", []int{204, 400, 400}},
		{"bad in the middle", good("0") + "," + bad + "," + good("2"), "02", []int{204, 400, 204}},
		{"all bad", bad + "," + bad, "", []int{400, 400}},
		{"forgiven", `{"specversion":"1.0","id":"0","source":"/s","type":"t","dataschema":"#"},` + bad, "0", []int{204, 400}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			handled := ""
			rc := silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				handled += e.ID
				return nil, nil
			})
			rc.Forgiving = true
			w := post(rc, typed(batchType), "["+c.body+"]")
			var got cehttp.BatchAnswer
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err, w.Body)
			}
			if handled != c.handled || len(got.Results) != len(c.statuses) {
				t.Fatalf("handled %q, %d results: %s", handled, len(got.Results), w.Body)
			}
			for i, r := range got.Results {
				if r.Index != i || r.Status != c.statuses[i] || (r.Status == 400) != (r.Attribute == "id") {
					t.Errorf("result %d: %+v, want status %d", i, r, c.statuses[i])
				}
			}
			if rc.Forgiving = false; post(rc, typed(batchType), "["+c.body+"]").Code != 400 {
				t.Error("the strict Receiver took it")
			}
		})
	}
}

func TestDecompress(t *testing.T) {
	d := cehttp.Decoder{MaxBytes: 1000, Decompress: map[string]func(io.Reader) (io.ReadCloser, error){"gzip": cehttp.Gzip}}
	event := `{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"x"}`
	cut := zipped(event)
	broken := bytes.Clone(cut)
	broken[len(broken)-6]++ // the checksum
	cases := []struct {
		name     string
		encoding []string
		body     []byte
		status   int
	}{
		{"gzip", []string{"gzip"}, zipped(event), 200},
		{"in any case", []string{"GZip"}, zipped(event), 200},
		{"identity", []string{"identity"}, []byte(event), 200},
		{"twice", []string{"gzip", "gzip"}, zipped(event), 415},
		{"another", []string{"br"}, []byte(event), 415},
		{"not gzip", []string{"gzip"}, []byte(event), 400},
		{"cut", []string{"gzip"}, cut[:len(cut)-9], 400},
		{"wrong checksum", []string{"gzip"}, broken, 400},
		{"nothing", []string{"gzip"}, nil, 400},
		{"a bomb", []string{"gzip"}, zipped(strings.Repeat(" ", 50<<20) + event), 413},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for name, decode := range map[string]func(h http.Header) error{
				"request": func(h http.Header) error {
					r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(c.body))
					r.Header = h
					_, err := d.ToCloudEvent(r)
					return err
				},
				"message": func(h http.Header) error {
					_, err := d.DecodeMessage(h, c.body)
					return err
				},
			} {
				err := decode(http.Header{"Content-Type": {structuredType}, "Content-Encoding": c.encoding})
				if got := cehttp.StatusCode(err); got != c.status {
					t.Errorf("%s: status %d, want %d: %v", name, got, c.status, err)
				}
			}
		})
	}
}

// A structured body that begins like gzip, without the header, says so.
func TestGzipWithoutHeader(t *testing.T) {
	_, err := cehttp.DecodeMessage(typed(structuredType), zipped("{}"), nil)
	if err == nil || !strings.Contains(err.Error(), "gzip") || cehttp.StatusCode(err) != 400 {
		t.Errorf("error %v", err)
	}
}

func TestJSONEvents(t *testing.T) {
	event := `{"specversion":"1.0","id":"1","source":"/s","type":"t"}`
	cases := []struct {
		name, contentType, body string
		ok                      bool
	}{
		{"JSON", "application/json", event, true},
		{"JSON with a charset", "application/json; charset=utf-8", event, true},
		{"what curl -d says", "application/x-www-form-urlencoded", event, true},
		{"nothing", "", event, true},
		{"text", "text/plain", event, false},
		{"no event", "application/json", `{"data":"x"}`, false},
		{"an array", "application/json", "[" + event + "]", false},
		{"an invalid event", "application/json", `{"specversion":"1.0"}`, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{}
			if c.contentType != "" {
				h.Set("Content-Type", c.contentType)
			}
			d := cehttp.Decoder{JSONEvents: true}
			e, err := d.DecodeMessage(h, []byte(c.body))
			if (err == nil) != c.ok || c.ok && e.ID != "1" {
				t.Errorf("event %q, error %v", e.ID, err)
			}
			if !strings.Contains(c.body, "specversion") && !errors.Is(err, cloudevents.ErrNotCloudEvent) {
				t.Errorf("error %v, want ErrNotCloudEvent", err)
			}
			if _, err := cehttp.DecodeMessage(h, []byte(c.body), nil); !errors.Is(err, cloudevents.ErrNotCloudEvent) {
				t.Errorf("without the setting: %v", err)
			}
		})
	}
	rc := silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) { return e, nil })
	rc.Decoder.JSONEvents = true
	w := post(rc, typed("application/json"), event)
	if w.Code != 200 || w.Header().Get("Content-Type") != structuredType {
		t.Errorf("Receiver: %d %v", w.Code, w.Header())
	}
}
