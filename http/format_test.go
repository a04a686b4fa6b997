package cehttp_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// barFormat is a second format: "id|source|type|data" is an event, and lines of
// that are a batch. In binary mode the body is the data in brackets, so that a
// test sees which format was asked.
type barFormat struct{}

var (
	_ format.Formatter = barFormat{}
	_ format.Batch     = barFormat{}
)

const (
	barType      = "application/cloudevents+bar"
	barBatchType = "application/cloudevents-batch+bar"
)

var errBar = errors.New("not four fields between bars")

func (barFormat) MediaType() string      { return barType }
func (barFormat) BatchMediaType() string { return barBatchType }

func (barFormat) DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (cloudevents.Event, error) {
	if contentType != "" && contentType != barType {
		return cloudevents.Event{}, format.ErrUnknown
	}
	fields := strings.Split(string(body), "|")
	if len(fields) != 4 {
		return cloudevents.Event{}, errBar
	}
	return cloudevents.Event{ID: fields[0], Source: fields[1], Type: fields[2], Data: []byte(fields[3])}, nil
}

func (barFormat) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return fmt.Appendf(dst, "%s|%s|%s|%s", e.ID, e.Source, e.Type, e.Data), nil
}

func (f barFormat) DecodeBatchModeMessage(body []byte, contentType string, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	es := []cloudevents.Event{}
	for line := range bytes.Lines(body) {
		e, err := f.DecodeStructuredModeMessage(bytes.TrimSuffix(line, []byte("\n")), "")
		if err != nil {
			return nil, &cloudevents.BatchError{Index: len(es), Err: err}
		}
		es = append(es, e)
	}
	return es, nil
}

func (f barFormat) EncodeBatchModeMessage(dst []byte, es []cloudevents.Event) ([]byte, error) {
	for i := range es {
		dst, _ = f.EncodeStructuredModeMessage(dst, &es[i])
		dst = append(dst, '\n')
	}
	return dst, nil
}

func (barFormat) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	data, ok := bytes.CutPrefix(body, []byte("["))
	if !ok {
		return errBar
	}
	e.Data = bytes.TrimSuffix(data, []byte("]"))
	return nil
}

func (barFormat) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return fmt.Appendf(nil, "[%s]", e.Data), nil
}

// singleFormat is barFormat without batches.
type singleFormat struct{ format.Formatter }

func TestDecoderFormat(t *testing.T) {
	const bar, bars = "1|/s|t|data", "1|/s|t|data\n1|/s|t|data\n"
	event := withData("", "data")
	cases := []struct {
		name        string
		format      format.Formatter
		contentType string
		body        string
		want        error
	}{
		{"nil is JSON", nil, structuredType, `{"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":"ZGF0YQ=="}`, nil},
		{"nil is nothing else", nil, barType, bar, format.ErrUnknown},
		{"the only one", barFormat{}, barType, bar, nil},
		{"the only one, of another type", barFormat{}, structuredType, "{}", format.ErrUnknown},
		{"second of a set", format.Set{format.JSON{}, barFormat{}}, barType, bar, nil},
		{"first of a set", format.Set{barFormat{}, format.JSON{}}, barType, bar, nil},
		{"none of a set", format.Set{format.JSON{}, barFormat{}}, "application/cloudevents+xml", bar, format.ErrUnknown},
		{"empty set", format.Set{}, structuredType, "{}", format.ErrUnknown},
		{"error of the format", barFormat{}, barType, "1|2|3", errBar},
	}
	for _, c := range cases {
		t.Run("structured/"+c.name, func(t *testing.T) {
			d := cehttp.Decoder{Format: c.format}
			got, err := d.ToCloudEvent(request(typed(c.contentType), c.body))
			wantError(t, err, c.want)
			if c.want == nil {
				wantEvent(t, got, event)
			}
		})
	}
	batches := []struct {
		name        string
		d           cehttp.Decoder
		contentType string
		body        string
		want        error
	}{
		{"nil is JSON", cehttp.Decoder{}, batchType, "[]", nil},
		{"Format that is a Batch", cehttp.Decoder{Format: barFormat{}}, barBatchType, bars, nil},
		{"Format that is no Batch, then JSON", cehttp.Decoder{Format: singleFormat{barFormat{}}}, batchType, "[]", nil},
		{"Batch wins over Format", cehttp.Decoder{Format: format.JSON{}, Batch: barFormat{}}, barBatchType, bars, nil},
		{"Batch alone", cehttp.Decoder{Batch: barFormat{}}, barBatchType, bars, nil},
		{"set, second of it", cehttp.Decoder{Format: format.Set{format.JSON{}, barFormat{}}}, barBatchType, bars, nil},
		{"set, past one that is no Batch", cehttp.Decoder{Format: format.Set{singleFormat{barFormat{}}, barFormat{}}}, barBatchType, bars, nil},
		{"set without a Batch", cehttp.Decoder{Format: format.Set{singleFormat{barFormat{}}}}, barBatchType, bars, format.ErrUnknown},
		{"error of the format", cehttp.Decoder{Format: barFormat{}}, barBatchType, "1|/s|t|\n2", errBar},
	}
	for _, c := range batches {
		t.Run("batch/"+c.name, func(t *testing.T) {
			got, err := c.d.ToCloudEventBatch(request(typed(c.contentType), c.body))
			wantError(t, err, c.want)
			switch {
			case c.want != nil:
			case c.body == bars:
				wantEvents(t, got, event, event)
			default:
				wantEvents(t, got)
			}
		})
	}
	t.Run("batch/error has the index", func(t *testing.T) {
		d := cehttp.Decoder{Format: barFormat{}}
		_, err := d.ToCloudEventBatch(request(typed(barBatchType), "1|/s|t|\n2"))
		var b *cloudevents.BatchError
		if !errors.As(err, &b) || b.Index != 1 {
			t.Errorf("error is %v, want *BatchError with index 1", err)
		}
	})
}

// The data of a binary-mode message is the format's business too.
func TestBinaryDataGoesThroughTheFormat(t *testing.T) {
	e := withData("", "data")
	r, err := cehttp.ToHTTPRequest(t.Context(), "http://example.com", &e, cloudevents.BinaryMode, barFormat{})
	if err != nil {
		t.Fatal(err)
	}
	if got := readGetBody(t, r); got != "[data]" || r.ContentLength != 6 {
		t.Errorf("body %q, length %d", got, r.ContentLength)
	}
	got, err := cehttp.ToCloudEvent(r, barFormat{})
	if err != nil {
		t.Fatal(err)
	}
	wantEvent(t, got, e)

	_, err = cehttp.ToCloudEvent(request(binaryHeader(), "data"), barFormat{})
	wantError(t, err, errBar)
}

func TestEncodeFormat(t *testing.T) {
	e := withData("", "data")
	for name, f := range map[string]format.Formatter{
		"one": barFormat{}, "first of a set": format.Set{barFormat{}, format.JSON{}},
	} {
		t.Run("structured/"+name, func(t *testing.T) {
			r, err := cehttp.ToHTTPRequest(t.Context(), "http://example.com", &e, cloudevents.StructuredMode, f)
			if err != nil {
				t.Fatal(err)
			}
			if body, ct := readGetBody(t, r), r.Header.Get("Content-Type"); body != "1|/s|t|data" || ct != barType {
				t.Errorf("body %q of type %q", body, ct)
			}
		})
	}
	for name, f := range map[string]format.Batch{
		"one": barFormat{}, "first Batch of a set": format.Set{singleFormat{format.JSON{}}, barFormat{}},
	} {
		t.Run("batch/"+name, func(t *testing.T) {
			r, err := cehttp.ToHTTPRequestBatch(t.Context(), "http://example.com", []cloudevents.Event{e}, f)
			if err != nil {
				t.Fatal(err)
			}
			if body, ct := readGetBody(t, r), r.Header.Get("Content-Type"); body != "1|/s|t|data\n" || ct != barBatchType {
				t.Errorf("body %q of type %q", body, ct)
			}
		})
	}
	t.Run("empty set", func(t *testing.T) {
		for _, m := range modes[:2] {
			_, err := cehttp.ToHTTPRequest(t.Context(), "http://example.com", &e, m, format.Set{})
			wantError(t, err, format.ErrUnknown)
		}
		_, err := cehttp.ToHTTPRequestBatch(t.Context(), "http://example.com", nil, format.Set{})
		wantError(t, err, format.ErrUnknown)
	})
}
