package cehttp_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// decodeOne and decodeBatch are the functions that decode, by name.
var decodeOne = map[string]func(h http.Header, body string) error{
	"ToCloudEvent": func(h http.Header, body string) error {
		_, err := cehttp.ToCloudEvent(request(h, body), nil)
		return err
	},
	"ResponseToCloudEvent": func(h http.Header, body string) error {
		_, err := cehttp.ResponseToCloudEvent(response(h, body), nil)
		return err
	},
	"DecodeMessage": func(h http.Header, body string) error {
		_, err := cehttp.DecodeMessage(h, []byte(body), nil)
		return err
	},
}

var decodeBatch = map[string]func(h http.Header, body string) error{
	"ToCloudEventBatch": func(h http.Header, body string) error {
		_, err := cehttp.ToCloudEventBatch(request(h, body), nil)
		return err
	},
	"ResponseToCloudEventBatch": func(h http.Header, body string) error {
		_, err := cehttp.ResponseToCloudEventBatch(response(h, body), nil)
		return err
	},
	"DecodeMessageBatch": func(h http.Header, body string) error {
		_, err := cehttp.DecodeMessageBatch(h, []byte(body), nil)
		return err
	},
}

func fromHeader(h http.Header, _ string) error {
	_, err := cehttp.FromHeader(h)
	return err
}

func TestWrongMode(t *testing.T) {
	both := binaryHeader("Content-Type", batchType)
	foreign := http.Header{"Content-Type": {"application/json"}}
	cases := []struct {
		name                     string
		header                   http.Header
		body                     string
		one, batch, fromHeader   error // nil: decodes
		isCloudEvent, isOneBatch bool
	}{
		{"batch", typed(batchType), "[]", cloudevents.ErrContentMode, nil, cloudevents.ErrContentMode, false, true},
		{"batch with ce- headers", both, "[]", cloudevents.ErrContentMode, nil, cloudevents.ErrContentMode, false, true},
		{"structured", typed(structuredType), minimalJSON, nil, cloudevents.ErrContentMode, cloudevents.ErrContentMode, true, false},
		{"binary", binaryHeader(), "", nil, cloudevents.ErrContentMode, nil, true, false},
		{"foreign", foreign, "{}", cloudevents.ErrNotCloudEvent, cloudevents.ErrNotCloudEvent, cloudevents.ErrNotCloudEvent, false, false},
		{"nothing at all", nil, "", cloudevents.ErrNotCloudEvent, cloudevents.ErrNotCloudEvent, cloudevents.ErrNotCloudEvent, false, false},
		{"ce- headers without a value", http.Header{"Ce-Specversion": {}, "Ce-Id": nil}, "",
			cloudevents.ErrNotCloudEvent, cloudevents.ErrNotCloudEvent, cloudevents.ErrNotCloudEvent, false, false},
	}
	for _, c := range cases {
		for name, decode := range decodeOne {
			t.Run(c.name+"/"+name, func(t *testing.T) { wantError(t, decode(c.header, c.body), c.one) })
		}
		for name, decode := range decodeBatch {
			t.Run(c.name+"/"+name, func(t *testing.T) { wantError(t, decode(c.header, c.body), c.batch) })
		}
		t.Run(c.name+"/FromHeader", func(t *testing.T) { wantError(t, fromHeader(c.header, ""), c.fromHeader) })
		t.Run(c.name+"/Is", func(t *testing.T) {
			if one, batch := cehttp.IsCloudEvent(c.header), cehttp.IsCloudEventBatch(c.header); one != c.isCloudEvent || batch != c.isOneBatch {
				t.Errorf("IsCloudEvent %t, IsCloudEventBatch %t", one, batch)
			}
		})
	}
}

// The body of a message in the wrong mode is still there for the right function.
func TestWrongModeLeavesTheBody(t *testing.T) {
	r := request(typed(batchType), "["+minimalJSON+"]")
	_, err := cehttp.ToCloudEvent(r, nil)
	wantError(t, err, cloudevents.ErrContentMode)
	es, err := cehttp.ToCloudEventBatch(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantEvents(t, es, minimal())

	r = request(typed(structuredType), minimalJSON)
	_, err = cehttp.ToCloudEventBatch(r, nil)
	wantError(t, err, cloudevents.ErrContentMode)
	e, err := cehttp.ToCloudEvent(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantEvent(t, e, minimal())
}

// encoders are the functions that encode one event.
var encoders = map[string]func(e *cloudevents.Event, m cloudevents.Mode) error{
	"EncodeMessage": func(e *cloudevents.Event, m cloudevents.Mode) error {
		_, err := cehttp.EncodeMessage(http.Header{}, e, m, nil)
		return err
	},
	"ToHTTPRequest": func(e *cloudevents.Event, m cloudevents.Mode) error {
		_, err := cehttp.ToHTTPRequest(context.Background(), "http://example.com", e, m, nil)
		return err
	},
	"CopyToHTTPRequest": func(e *cloudevents.Event, m cloudevents.Mode) error {
		return cehttp.CopyToHTTPRequest(&http.Request{}, e, m, nil)
	},
	"WriteHTTPResponse": func(e *cloudevents.Event, m cloudevents.Mode) error {
		return cehttp.WriteHTTPResponse(httptest.NewRecorder(), http.StatusOK, e, m, nil)
	},
}

func TestEncodeModeThatIsNone(t *testing.T) {
	for name, encode := range encoders {
		for _, m := range []cloudevents.Mode{cloudevents.BatchMode, cloudevents.Mode(9)} {
			t.Run(name+"/"+m.String(), func(t *testing.T) {
				e := minimal()
				wantError(t, encode(&e, m), cloudevents.ErrContentMode)
			})
		}
	}
}

// Data that is an event itself can be sent in structured mode only.
func TestNestedCloudEvent(t *testing.T) {
	for _, contentType := range []string{
		structuredType, batchType, "application/cloudevents", "Application/CloudEvents+JSON",
		"application/cloudevents+json; charset=utf-8", "application/cloudevents-batch+avro",
	} {
		e := withData(contentType, "{}")
		for name, encode := range encoders {
			t.Run(name+"/"+contentType, func(t *testing.T) { wantError(t, encode(&e, cloudevents.BinaryMode), cloudevents.ErrContentMode) })
		}
		t.Run("SetHeader/"+contentType, func(t *testing.T) { wantError(t, cehttp.SetHeader(http.Header{}, &e), cloudevents.ErrContentMode) })
		t.Run("structured/"+contentType, func(t *testing.T) {
			h := http.Header{}
			body, err := cehttp.EncodeMessage(h, &e, cloudevents.StructuredMode, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := cehttp.DecodeMessage(h, body, nil)
			if err != nil {
				t.Fatal(err)
			}
			wantEvent(t, got, e)
		})
	}
}

// Two values, or two spellings of the key, are refused in every mode, whichever
// value comes first.
func TestTwoContentTypes(t *testing.T) {
	for _, first := range []string{"text/plain", structuredType, batchType} {
		second := "text/html"
		headers := map[string]http.Header{
			"two values":                   binaryHeader("Content-Type", first, "Content-Type", second),
			"the same twice":               binaryHeader("Content-Type", first, "Content-Type", first),
			"two values of another key":    binaryHeader("content-type", first, "content-type", second),
			"two spellings":                binaryHeader("Content-Type", first, "content-type", second),
			"two spellings, none is usual": binaryHeader("CONTENT-TYPE", first, "content-type", second),
		}
		decoders := decodeOne
		body := minimalJSON
		if first == batchType {
			decoders, body = decodeBatch, "[]"
		}
		for how, h := range headers {
			for name, decode := range decoders {
				t.Run(first+"/"+how+"/"+name, func(t *testing.T) {
					for range 30 { // the order of a map is random
						err := decode(h, body)
						var invalid *validation.Error
						if !errors.As(err, &invalid) || !errors.Is(err, validation.ErrDuplicate) || invalid.Attribute != spec.DataContentType {
							t.Fatalf("error is %v, want a duplicate datacontenttype", err)
						}
					}
				})
			}
		}
	}
	t.Run("FromHeader", func(t *testing.T) {
		wantError(t, fromHeader(binaryHeader("Content-Type", "text/plain", "Content-Type", structuredType), ""), validation.ErrDuplicate)
	})
}

func TestContentEncoding(t *testing.T) {
	cases := []struct {
		name   string
		key    string
		values []string
		want   error
	}{
		{"none", "Content-Encoding", nil, nil},
		{"empty", "Content-Encoding", []string{""}, nil},
		{"identity", "Content-Encoding", []string{" Identity\t"}, nil},
		{"gzip", "Content-Encoding", []string{"gzip"}, cehttp.ErrContentEncoding},
		{"key in lower case", "content-encoding", []string{"gzip"}, cehttp.ErrContentEncoding},
		{"identity, then gzip", "Content-Encoding", []string{"identity", "gzip"}, cehttp.ErrContentEncoding},
	}
	for _, c := range cases {
		for name, decode := range decodeOne {
			t.Run(c.name+"/binary/"+name, func(t *testing.T) {
				h := binaryHeader()
				h[c.key] = c.values
				wantError(t, decode(h, ""), c.want)
			})
			t.Run(c.name+"/structured/"+name, func(t *testing.T) {
				wantError(t, decode(http.Header{"Content-Type": {structuredType}, c.key: c.values}, minimalJSON), c.want)
			})
		}
		for name, decode := range decodeBatch {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				wantError(t, decode(http.Header{"Content-Type": {batchType}, c.key: c.values}, "[]"), c.want)
			})
		}
	}
}
