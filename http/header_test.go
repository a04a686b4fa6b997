package cehttp_test

import (
	"bufio"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestSetHeaderNil(t *testing.T) {
	e := minimal()
	const want = "header is nil"
	if err := cehttp.SetHeader(nil, &e); err == nil || err.Error() != want {
		t.Errorf("SetHeader: error is %v, want %s", err, want)
	}
	if _, err := cehttp.EncodeMessage(nil, &e, cloudevents.BinaryMode, nil); err == nil || err.Error() != want {
		t.Errorf("EncodeMessage: error is %v, want %s", err, want)
	}
	if _, err := cehttp.EncodeMessageBatch(nil, nil, nil); err == nil || err.Error() != want {
		t.Errorf("EncodeMessageBatch: error is %v, want %s", err, want)
	}
}

func TestSetHeaderReplaces(t *testing.T) {
	h := staleHeader()
	e := minimal()
	for range 2 {
		if err := cehttp.SetHeader(h, &e); err != nil {
			t.Fatal(err)
		}
		want := copied[cloudevents.BinaryMode] + kept + "Content-Encoding: gzip\nContent-Length: 99999\n"
		if got := headerText(h); got != sortLines(want) {
			t.Errorf("header\n%swant\n%s", got, sortLines(want))
		}
	}
}

func TestSetHeaderErrorChangesNothing(t *testing.T) {
	h := staleHeader()
	for name, set := range map[string]func() error{
		"SetHeader": func() error { return cehttp.SetHeader(h, &cloudevents.Event{}) },
		"EncodeMessage binary": func() error {
			_, err := cehttp.EncodeMessage(h, &cloudevents.Event{}, cloudevents.BinaryMode, nil)
			return err
		},
		"EncodeMessage structured": func() error {
			_, err := cehttp.EncodeMessage(h, &cloudevents.Event{}, cloudevents.StructuredMode, nil)
			return err
		},
		"EncodeMessageBatch": func() error {
			_, err := cehttp.EncodeMessageBatch(h, []cloudevents.Event{{}}, nil)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, set(), validation.ErrMissing)
			if !reflect.DeepEqual(h, staleHeader()) {
				t.Errorf("header is %v", h)
			}
		})
	}
}

// A value can be appended to without writing over the next one, though all are
// cut from one slice.
func TestSetHeaderValuesAreApart(t *testing.T) {
	e := sample()
	h := http.Header{}
	if err := cehttp.SetHeader(h, &e); err != nil {
		t.Fatal(err)
	}
	before := headerText(h)
	for key := range h {
		_ = append(h[key], "more")
	}
	if after := headerText(h); after != before {
		t.Errorf("header was\n%sis\n%s", before, after)
	}
}

// Every key is what http.Header.Get looks for.
func TestSetHeaderKeysAreCanonical(t *testing.T) {
	e := sample()
	e.Extensions = nil
	for _, name := range []string{"a", "z9", "0", "9lives", "abc", "datacontentencoding", strings.Repeat("x", 100)} {
		if err := e.Set(name, cloudevents.StringValue("v")); err != nil {
			t.Fatal(err)
		}
	}
	h := http.Header{}
	if err := cehttp.SetHeader(h, &e); err != nil {
		t.Fatal(err)
	}
	if want := 8 + len(e.Extensions); len(h) != want {
		t.Errorf("%d headers, want %d", len(h), want)
	}
	for key := range h {
		if want := http.CanonicalHeaderKey(key); key != want {
			t.Errorf("key %q, want %q", key, want)
		}
	}
}

// Whatever an attribute holds, it is refused or stays within its header.
func TestHeaderInjection(t *testing.T) {
	fields := map[string]func(e *cloudevents.Event, s string){
		"id":              func(e *cloudevents.Event, s string) { e.ID = s },
		"source":          func(e *cloudevents.Event, s string) { e.Source = s },
		"type":            func(e *cloudevents.Event, s string) { e.Type = s },
		"subject":         func(e *cloudevents.Event, s string) { e.Subject = s },
		"dataschema":      func(e *cloudevents.Event, s string) { e.DataSchema = s },
		"datacontenttype": func(e *cloudevents.Event, s string) { e.DataContentType = s },
		"extension": func(e *cloudevents.Event, s string) {
			e.Extensions = []cloudevents.Extension{{Name: "x", Value: cloudevents.StringValue(s)}}
		},
		"extension of type URI": func(e *cloudevents.Event, s string) {
			e.Extensions = []cloudevents.Extension{{Name: "x", Value: cloudevents.URIValue(s)}}
		},
		"extension name": func(e *cloudevents.Event, s string) {
			e.Extensions = []cloudevents.Extension{{Name: s, Value: cloudevents.StringValue("v")}}
		},
	}
	attacks := []string{
		"a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\r\n\r\nbody", "\r\n", "a\x00b", "a\x0bb", "a\x7fb",
		"a%0d%0aX-Evil: 1", "a%0D%0AX-Evil:%201", `"a` + "\r\n" + `b"`, "a\u0085X-Evil: 1", "a\u2028X-Evil: 1",
		"a嘊嘍X-Evil: 1", "text/plain; a=\"\r\nX-Evil: 1\"", "text/plain\r\nX-Evil: 1", "text/plain; a=\"\\\r\\\nX-Evil: 1\"",
		"https://a/\r\nX-Evil: 1", "\xe5\x98\x8a\xe5\x98\x8d", "a\xff\r\nb", "x\r\nX-Evil", "x: 1\r\nX-Evil", "x ", "x:", "X-Evil",
	}
	accepted := 0
	for field, set := range fields {
		for _, attack := range attacks {
			t.Run(field+"/"+attack, func(t *testing.T) {
				e := withData("text/plain", "data")
				set(&e, attack)
				r, err := cehttp.ToHTTPRequest(t.Context(), "http://example.com", &e, cloudevents.BinaryMode, nil)
				if err != nil {
					return // refused
				}
				accepted++
				for key, values := range r.Header {
					if s := key + values[0]; len(values) != 1 || strings.ContainsAny(s, "\r\n\x00") {
						t.Errorf("header %q: %q", key, values)
					}
				}
				// A receiver sees the headers that were sent, and no other.
				var b strings.Builder
				r.Header.Set("User-Agent", "")
				if err := r.Write(&b); err != nil {
					t.Fatal(err)
				}
				got, err := http.ReadRequest(bufio.NewReader(strings.NewReader(b.String())))
				if err != nil {
					t.Fatal(err)
				}
				sent := headerText(r.Header)
				got.Header.Set("User-Agent", "")
				got.Header.Del("Content-Length")
				if received := headerText(got.Header); received != sent {
					t.Errorf("sent\n%sreceived\n%s", sent, received)
				}
				decoded, err := cehttp.ToCloudEvent(got, nil)
				if err != nil {
					t.Fatal(err)
				}
				for i := range e.Extensions { // a header has no types
					e.Extensions[i].Value = cloudevents.StringValue(e.Extensions[i].Value.String())
				}
				wantEvent(t, decoded, e)
			})
		}
	}
	if accepted < len(attacks)/2 {
		t.Errorf("%d attacks are legal text, which must be escaped", accepted)
	}
}
