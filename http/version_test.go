package cehttp_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func sampleV03() cloudevents.Event {
	e := sample()
	e.SpecVersion, e.DataSchema = spec.V03, "../schema#v1"
	return e
}

// An event of version 0.3 survives requests and responses in every mode.
func TestV03RoundTrip(t *testing.T) {
	bytes := sampleV03()
	bytes.DataContentType, bytes.Data = "application/octet-stream", []byte{0xFF, 0, '"', '%'}
	for name, e := range map[string]cloudevents.Event{"JSON": sampleV03(), "bytes": bytes} {
		for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
			r, err := cehttp.ToHTTPRequest(t.Context(), "http://example.com/", &e, mode, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Header.Get("Ce-Specversion"); mode == cloudevents.BinaryMode && (got != "0.3" || r.Header.Get("Ce-Schemaurl") != "../schema#v1" || r.Header.Get("Ce-Dataschema") != "") {
				t.Errorf("header is %v", r.Header)
			}
			if r.Header.Get("Ce-Datacontentencoding") != "" {
				t.Error("ce-datacontentencoding was set")
			}
			got, err := cehttp.ToCloudEvent(r, nil)
			if err != nil {
				t.Fatalf("%s in %s mode: %v", name, mode, err)
			}
			wantEvent(t, got, e)
		}
		r, err := cehttp.ToHTTPRequestBatch(t.Context(), "http://example.com/", []cloudevents.Event{e, e}, nil)
		if err != nil {
			t.Fatal(err)
		}
		es, err := cehttp.ToCloudEventBatch(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantEvents(t, es, e, e)
		h := http.Header{}
		if err := cehttp.SetHeader(h, &e); err != nil {
			t.Fatal(err)
		}
		got, err := cehttp.FromHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		e.Data = nil
		wantEvent(t, got, e)
	}
}

// Headers of an event of the other version are removed with all others.
func TestV03ReplacesHeaders(t *testing.T) {
	h := http.Header{}
	one, old := sample(), sampleV03()
	for _, e := range []*cloudevents.Event{&one, &old, &one} {
		if err := cehttp.SetHeader(h, e); err != nil {
			t.Fatal(err)
		}
		got, err := cehttp.FromHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		want := *e
		want.Data = nil
		wantEvent(t, got, want)
	}
}

// FromHeader leaves the body to the caller, and so cannot decode it.
func TestFromHeaderRefusesAnEncodedBody(t *testing.T) {
	h := binaryHeader("Ce-Datacontentencoding", "base64")
	if e, err := cehttp.FromHeader(h); err != nil || len(e.Extensions) != 1 {
		t.Errorf("in 1.0 it is an extension: %v, %v", e, err)
	}
	h.Set("Ce-Specversion", "0.3")
	if _, err := cehttp.FromHeader(h); !errors.Is(err, cehttp.ErrContentEncoding) {
		t.Errorf("error is %v", err)
	}
	e, err := cehttp.DecodeMessage(h, []byte("AQID"), nil)
	if err != nil || string(e.Data) != "\x01\x02\x03" {
		t.Errorf("%q, %v", e.Data, err)
	}
}

// A custom format gets the decoded bytes of a binary message.
func TestV03EncodingBeforeFormat(t *testing.T) {
	h := binaryHeader("Ce-Datacontentencoding", "BASE64", "Content-Type", "application/json")
	h.Set("Ce-Specversion", "0.3")
	d := cehttp.Decoder{Format: format.JSON{}}
	e, err := d.ToCloudEvent(request(h, "eyJhIjoxfQ=="))
	if err != nil || string(e.Data) != `{"a":1}` {
		t.Errorf("%q, %v", e.Data, err)
	}
}

func TestV1OnlyMessages(t *testing.T) {
	const document = `{"specversion":"0.3","id":"1","source":"/s","type":"t"}`
	header := binaryHeader()
	header.Set("Ce-Specversion", "0.3")
	for name, d := range map[string]cehttp.Decoder{"nil format": {V1Only: true}, "format": {V1Only: true, Format: format.JSON{V1Only: true}}} {
		for how, decode := range map[string]func() error{
			"binary":              func() error { _, err := d.DecodeMessage(header, nil); return err },
			"structured":          func() error { _, err := d.DecodeMessage(typed(structuredType), []byte(document)); return err },
			"batch":               func() error { _, err := d.DecodeMessageBatch(typed(batchType), []byte("["+document+"]")); return err },
			"binary request":      func() error { _, err := d.ToCloudEvent(request(header, "")); return err },
			"structured request":  func() error { _, err := d.ToCloudEvent(request(typed(structuredType), document)); return err },
			"batch request":       func() error { _, err := d.ToCloudEventBatch(request(typed(batchType), "["+document+"]")); return err },
			"binary response":     func() error { _, err := d.ResponseToCloudEvent(response(header, "")); return err },
			"structured response": func() error { _, err := d.ResponseToCloudEvent(response(typed(structuredType), document)); return err },
		} {
			if err := decode(); !errors.Is(err, validation.ErrVersion) || cehttp.StatusCode(err) != http.StatusBadRequest {
				t.Errorf("%s, %s: %v", name, how, err)
			}
		}
		if _, err := d.DecodeMessage(binaryHeader(), nil); err != nil {
			t.Errorf("%s, 1.0: %v", name, err)
		}
	}
	// A Format says itself what it takes.
	d := cehttp.Decoder{V1Only: true, Format: format.JSON{}}
	if _, err := d.DecodeMessage(typed(structuredType), []byte(document)); err != nil {
		t.Error(err)
	}
}
