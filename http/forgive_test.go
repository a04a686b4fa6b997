package cehttp_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// forgiving returns a decoder, and where its receipts go.
func forgiving() (*cehttp.Decoder, *[]cloudevents.Receipt) {
	rs := new([]cloudevents.Receipt)
	return &cehttp.Decoder{Forgive: func(r cloudevents.Receipt) { *rs = append(*rs, r) }}, rs
}

func changed(h http.Header, key, value string) http.Header {
	h = h.Clone()
	h[key] = []string{value}
	return h
}

func TestForgivenHeaders(t *testing.T) {
	for _, c := range []struct {
		name, key, value string
		want             func(e *cloudevents.Event) // sets what is not as in minimal
	}{
		{"dataschema is relative", "Ce-Dataschema", "#", nil},
		{"dataschema is empty", "Ce-Dataschema", "", nil},
		{"dataschema is legal before it is decoded", "Ce-Dataschema", "https://example.com/a%20b", func(e *cloudevents.Event) { e.DataSchema = "https://example.com/a%20b" }},
		{"source is legal before it is decoded", "Ce-Source", "https://example.com/a%20b", func(e *cloudevents.Event) { e.Source = "https://example.com/a%20b" }},
		{"source with UTF-8 that was escaped once", "Ce-Source", "/z%C3%BCrich", func(e *cloudevents.Event) { e.Source = "/z%C3%BCrich" }},
		{"source with Latin-1 that was escaped once", "Ce-Source", "/z%FCrich", func(e *cloudevents.Event) { e.Source = "/z%FCrich" }},
		{"subject is empty", "Ce-Subject", "", nil},
		{"subject has a line feed", "Ce-Subject", "a%0Ab", nil},
		{"subject is not UTF-8", "Ce-Subject", "\xFF", nil},
		{"subject has an unclosed quote", "Ce-Subject", `"a`, nil},
		{"time is a number", "Ce-Time", "1732800000.123456789", nil},
		{"time has a zone name", "Ce-Time", "2023-01-25T19:07:06.370582GMT", nil},
		{"a name with an underscore", "Ce-Event_id", "b5", nil},
		{"a name with a hyphen", "Ce-X-Github-Event", "pull_request", nil},
		{"no name", "Ce-", "x", nil},
		{"the name data", "Ce-Data", "x", nil},
		{"an extension with a line feed", "Ce-Knativeerrordata", "%3Chtml%3E%0D%0A", nil},
		{"a patch level", "Ce-Specversion", "1.0.2", nil},
		{"Content-Type ends in a semicolon", "Content-Type", "application/json;", func(e *cloudevents.Event) { e.DataContentType = "application/json" }},
		{"Content-Type ends in a semicolon and a space", "Content-Type", "text/plain; charset=utf-8; ", func(e *cloudevents.Event) { e.DataContentType = "text/plain; charset=utf-8" }},
		{"Content-Type is no media type", "Content-Type", "json", nil},
		{"Content-Type is empty", "Content-Type", "", nil},
		{"several media types", "Content-Type", "application/json, application/json", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := changed(binaryHeader(), c.key, c.value)
			_, strict := cehttp.DecodeMessage(h, []byte("{}"), nil)
			if strict == nil {
				t.Fatal("there is nothing to forgive")
			}
			want := withData("", "{}")
			if c.want != nil {
				c.want(&want)
			}
			d, rs := forgiving()
			check := func(got cloudevents.Event, err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
				wantEvent(t, got, want)
				if len(*rs) != 1 {
					t.Fatalf("%d receipts", len(*rs))
				}
				r := (*rs)[0]
				*rs = nil
				// The error of the message has its cause in front, if that is known.
				if r.Index != -1 || !strings.HasSuffix(strict.Error(), r.Err.Error()) {
					t.Errorf("receipt %d %v\nwant -1 %v", r.Index, r.Err, strict)
				}
				var got2, want2 *validation.Error
				if !errors.As(r.Err, &got2) || !errors.As(strict, &want2) || got2.Attribute != want2.Attribute || got2.Section != want2.Section || got2.Err.Error() != want2.Err.Error() {
					t.Errorf("receipt %v\nwant %v", got2, want2)
				}
				wantEvent(t, *r.Event, want)
			}
			check(d.DecodeMessage(h, []byte("{}")))
			check(d.ToCloudEvent(request(h, "{}")))
			check(d.ResponseToCloudEvent(response(h, "{}")))
			d.Format = format.JSON{} // says nothing about headers
			check(d.DecodeMessage(h, []byte("{}")))
		})
	}
}

func TestForgivenMessages(t *testing.T) {
	const good, mended = minimalJSON, `{"specversion":"1.0","id":"1","source":"/s","type":"t","dataschema":"#"}`
	d, rs := forgiving()
	e, err := d.DecodeMessage(typed(structuredType+";"), []byte(mended))
	if err != nil || len(*rs) != 1 || (*rs)[0].Index != -1 {
		t.Errorf("structured: %v, receipts %v", err, *rs)
	}
	wantEvent(t, e, minimal())
	*rs = nil
	es, err := d.ToCloudEventBatch(request(typed(batchType), "["+mended+","+good+`,{"id":"1"}]`))
	if err != nil || len(es) != 2 || len(*rs) != 2 || (*rs)[0].Index != 0 || (*rs)[0].Event != &es[0] || (*rs)[1].Index != 2 || (*rs)[1].Event != nil {
		t.Errorf("batch: %v, %d events, receipts %v", err, len(es), *rs)
	}
	*rs = nil
	// A format has a switch of its own.
	d.Format = format.JSON{}
	if _, err := d.DecodeMessage(typed(structuredType), []byte(mended)); err == nil || len(*rs) != 0 {
		t.Errorf("a strict format: %v, receipts %v", err, *rs)
	}
	d.Format = format.JSON{Forgive: d.Forgive}
	if _, err := d.DecodeMessage(typed(structuredType), []byte(mended)); err != nil || len(*rs) != 1 {
		t.Errorf("a format that forgives: %v, receipts %v", err, *rs)
	}
}

func TestNeverForgivenHeaders(t *testing.T) {
	for _, c := range []struct {
		name   string
		header http.Header
		body   string
	}{
		{"no id", http.Header{"Ce-Source": {"/s"}, "Ce-Specversion": {"1.0"}, "Ce-Type": {"t"}}, ""},
		{"an empty id", changed(binaryHeader(), "Ce-Id", ""), ""},
		{"an id that is not UTF-8", changed(binaryHeader(), "Ce-Id", "%FF"), ""},
		{"a source that is legal in no way", changed(binaryHeader(), "Ce-Source", "a b"), ""},
		{"a source in quotes with an escape", changed(binaryHeader(), "Ce-Source", `"a%20b"`), ""},
		{"another version", changed(binaryHeader(), "Ce-Specversion", "2.0"), ""},
		{"an extension twice", http.Header{"Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Specversion": {"1.0"}, "Ce-Type": {"t"}, "Ce-X": {"a", "b"}}, ""},
		{"an extension in two spellings", changed(binaryHeader("Ce-X", "a"), "ce-x", "a"), ""},
		{"two Content-Types", binaryHeader("Content-Type", "text/plain", "Content-Type", "text/plain"), "x"},
		{"a ce-datacontenttype that is another", binaryHeader("Content-Type", "text/plain", "Ce-Datacontenttype", "text/html"), "x"},
		{"a Content-Encoding", binaryHeader("Content-Encoding", "gzip"), "x"},
		{"an unknown datacontentencoding", http.Header{"Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Specversion": {"0.3"}, "Ce-Type": {"t"}, "Ce-Datacontentencoding": {"8bit"}}, "x"},
		{"a body that is no base64", http.Header{"Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Specversion": {"0.3"}, "Ce-Type": {"t"}, "Ce-Subject": {""}, "Ce-Datacontentencoding": {"base64"}}, "x"},
		{"no event", typed("application/json"), "{}"},
		{"a structured message without an event", typed(structuredType), "[]"},
		{"a format that nobody has", typed("application/cloudevents+yaml"), "{}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, strict := cehttp.DecodeMessage(c.header, []byte(c.body), nil)
			d, rs := forgiving()
			e, err := d.DecodeMessage(c.header, []byte(c.body))
			if strict == nil || err == nil || len(*rs) != 0 || cehttp.StatusCode(err) != cehttp.StatusCode(strict) {
				t.Fatalf("strict: %v\nforgiving: %v, %d receipts", strict, err, len(*rs))
			}
			wantEvent(t, e, cloudevents.Event{})
		})
	}
	d, rs := forgiving()
	d.MaxBytes = 3
	if _, err := d.ToCloudEvent(request(binaryHeader("Ce-Subject", ""), "four")); err == nil || len(*rs) != 0 {
		t.Errorf("too large: %v, receipts %v", err, *rs)
	}
	d.MaxAttributes = 4
	var limit *cloudevents.LimitError
	if _, err := d.DecodeMessage(binaryHeader("Ce-Subject", ""), nil); !errors.As(err, &limit) || len(*rs) != 0 {
		t.Errorf("too many attributes: %v, receipts %v", err, *rs)
	}
}

// Forgive costs nothing for messages that are valid.
func TestForgiveAllocs(t *testing.T) {
	h := binaryHeader("Ce-Region", "eu", "Ce-Shard", "7", "Content-Type", "application/json")
	body := []byte(`{"a":1}`)
	d, rs := forgiving()
	strict := testing.AllocsPerRun(100, func() { _, _ = cehttp.DecodeMessage(h, body, nil) })
	alloctest.Succeeding(t, strict, func() error {
		_, err := d.DecodeMessage(h, body)
		return err
	})
	if len(*rs) != 0 {
		t.Errorf("receipts %v", *rs)
	}
}

// FuzzForgiveMessage compares a decoder that forgives with one that does not.
func FuzzForgiveMessage(f *testing.F) {
	for _, c := range fixtures(f, "http/decode/") {
		var lines strings.Builder
		for key, values := range c.Message.Header {
			for _, v := range values {
				lines.WriteString(key + ":" + v + "\n")
			}
		}
		f.Add(lines.String(), c.Message.Body)
	}
	f.Fuzz(func(t *testing.T, lines string, body []byte) {
		h := http.Header{}
		for line := range strings.SplitSeq(lines, "\n") {
			key, value, _ := strings.Cut(line, ":")
			h[key] = append(h[key], value)
		}
		want, strict := cehttp.DecodeMessage(h, bytes.Clone(body), nil)
		d, rs := forgiving()
		got, err := d.DecodeMessage(h, bytes.Clone(body))
		switch {
		case strict == nil && (err != nil || len(*rs) != 0):
			t.Fatalf("without a fault: %v, receipts %v", err, *rs)
		case strict == nil:
			wantEvent(t, got, want)
		case err == nil && len(*rs) != 1, err != nil && len(*rs) != 0:
			t.Fatalf("error is %v, receipts %v", err, *rs)
		}
		if err == nil {
			if err := got.Validate(); err != nil {
				t.Fatalf("an invalid event: %v", err)
			}
		} else if cehttp.StatusCode(err)/100 != 4 {
			t.Errorf("status of %v is %d", err, cehttp.StatusCode(err))
		}
		*rs = nil
		es, err := d.DecodeMessageBatch(h, body)
		for i := range es {
			if err := es[i].Validate(); err != nil {
				t.Fatalf("an invalid event in a batch: %v", err)
			}
		}
		if err != nil && (len(*rs) != 0 || es != nil) {
			t.Fatalf("receipts %v beside %v", *rs, err)
		}
	})
}

// What a Receiver does not know of yet is said by FromHeader, which is strict.
func TestFromHeaderIsStrict(t *testing.T) {
	if _, err := cehttp.FromHeader(binaryHeader("Ce-Dataschema", "#")); !errors.Is(err, validation.ErrSyntax) {
		t.Error(err)
	}
	var invalid *validation.Error
	if _, err := cehttp.FromHeader(binaryHeader("Ce-Time", "noon")); !errors.As(err, &invalid) || invalid.Section != "spec.md#time" || invalid.Attribute != spec.Time {
		t.Error(err)
	}
}
