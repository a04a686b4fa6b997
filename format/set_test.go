package format_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

const eventLines = "7\n/lines\nt\ndata"

func TestSetDecodes(t *testing.T) {
	both := format.Set{format.JSON{}, lines{}}
	tests := []struct {
		name        string
		set         format.Set
		contentType string
		body        string
		id          string // "": ErrUnknown
	}{
		{"the first member", both, "application/cloudevents+json", eventJSON, "1"},
		{"the second member", both, "application/cloudevents+lines", eventLines, "7"},
		{"with a parameter", both, "application/cloudevents+lines; charset=utf-8", eventLines, "7"},
		{"in upper case", both, "APPLICATION/CLOUDEVENTS+LINES", eventLines, "7"},
		{"the other order", format.Set{lines{}, format.JSON{}}, "application/cloudevents+json", eventJSON, "1"},
		{"no content type is the first member", both, "", eventJSON, "1"},
		{"no content type is the first member, whichever", format.Set{lines{}, format.JSON{}}, "", eventLines, "7"},
		{"no member", both, "application/cloudevents+xml", eventJSON, ""},
		{"no format", both, "application/cloudevents", eventJSON, ""},
		{"a batch", both, "application/cloudevents-batch+json", batchJSON, ""},
		{"a charset that the member cannot read", both, "application/cloudevents+json; charset=utf-16", eventJSON, ""},
		{"an empty set", format.Set{}, "application/cloudevents+json", eventJSON, ""},
		{"an empty set without content type", format.Set{}, "", eventJSON, ""},
		{"a nil set", nil, "application/cloudevents+json", eventJSON, ""},
		{"a set within a set, for its first member", format.Set{lines{}, format.Set{format.JSON{}}}, "application/cloudevents+json", eventJSON, "1"},
		{"a set within a set, for its second member", format.Set{format.Set{lines{}, format.JSON{}}}, "application/cloudevents+json", eventJSON, "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := tt.set.DecodeStructuredModeMessage([]byte(tt.body), tt.contentType, spec.Attribute{Name: "declared"})
			if (tt.id == "") != errors.Is(err, format.ErrUnknown) || e.ID != tt.id {
				t.Errorf("id is %q, want %q (%v)", e.ID, tt.id, err)
			}
			if e.ID == "7" && e.Subject != "declared" {
				t.Error("declared extensions do not reach the member")
			}
		})
	}
}

func TestSetDecodesBatch(t *testing.T) {
	all := format.Set{lines{}, format.JSON{}, paragraphs{}}
	tests := []struct {
		name        string
		set         format.Set
		contentType string
		body        string
		ids         []string // nil: ErrUnknown
	}{
		{"a member behind one without batch", all, "application/cloudevents-batch+json", batchJSON, []string{"1"}},
		{"the last member", all, "application/cloudevents-batch+paragraphs", eventLines + "\n\n" + eventLines, []string{"7", "7"}},
		{"with a parameter, in upper case", all, "Application/CloudEvents-Batch+JSON; charset=utf-8", batchJSON, []string{"1"}},
		{"no content type is the first that is a Batch", all, "", batchJSON, []string{"1"}},
		{"no member", all, "application/cloudevents-batch+lines", eventLines, nil},
		{"an event", all, "application/cloudevents+json", eventJSON, nil},
		{"no member is a Batch", format.Set{lines{}}, "application/cloudevents-batch+json", batchJSON, nil},
		{"no member is a Batch, without content type", format.Set{lines{}}, "", batchJSON, nil},
		{"an empty set", format.Set{}, "application/cloudevents-batch+json", batchJSON, nil},
		{"an empty set within a set is passed over", format.Set{format.Set{}, format.JSON{}}, "", batchJSON, []string{"1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			es, err := tt.set.DecodeBatchModeMessage([]byte(tt.body), tt.contentType, spec.Attribute{Name: "declared"})
			if (tt.ids == nil) != errors.Is(err, format.ErrUnknown) {
				t.Errorf("error is %v", err)
			}
			var ids []string
			for i := range es {
				ids = append(ids, es[i].ID)
				if es[i].ID == "7" && es[i].Subject != "declared" {
					t.Error("declared extensions do not reach the member")
				}
			}
			if d := cmp.Diff(tt.ids, ids); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSetEncodes(t *testing.T) {
	e := event()
	const asLines, asJSON = "x1\n/s\nt\n{\"a\":1}", `x{"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"application/json","data":{"a":1}}`
	tests := []struct {
		name             string
		set              format.Set
		mediaType, event string
		batchMediaType   string
		batch            string
		data             string
	}{
		{"the first member", format.Set{format.JSON{}, lines{}}, "application/cloudevents+json", asJSON,
			"application/cloudevents-batch+json", "x[" + asJSON[1:] + "]", `{"a":1}`},
		{"a batch by the first that can", format.Set{lines{}, format.JSON{}, paragraphs{}}, "application/cloudevents+lines", asLines,
			"application/cloudevents-batch+json", "x[" + asJSON[1:] + "]", `{"A":1}`},
		{"a batch by another format", format.Set{paragraphs{}, format.JSON{}}, "application/cloudevents+lines", asLines,
			"application/cloudevents-batch+paragraphs", asLines, `{"A":1}`},
		{"no member is a Batch", format.Set{lines{}}, "application/cloudevents+lines", asLines, "", "", `{"A":1}`},
		{"an empty set", format.Set{}, "", "", "", "", ""},
		{"a nil set", nil, "", "", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.set.MediaType(); got != tt.mediaType {
				t.Errorf("MediaType = %q, want %q", got, tt.mediaType)
			}
			if got := tt.set.BatchMediaType(); got != tt.batchMediaType {
				t.Errorf("BatchMediaType = %q, want %q", got, tt.batchMediaType)
			}
			check := func(what string, got []byte, err error, want, asItWas string) {
				t.Helper()
				if want == "" {
					if !errors.Is(err, format.ErrUnknown) || string(got) != asItWas {
						t.Errorf("%s: %q, %v; want ErrUnknown and dst as it was", what, got, err)
					}
				} else if err != nil || string(got) != want {
					t.Errorf("%s: %s, %v; want %s", what, got, err, want)
				}
			}
			b, err := tt.set.EncodeStructuredModeMessage([]byte("x"), &e)
			check("event", b, err, tt.event, "x")
			b, err = tt.set.EncodeBatchModeMessage([]byte("x"), []cloudevents.Event{e})
			check("batch", b, err, tt.batch, "x")
			b, err = tt.set.EncodeBinaryModeEventData(&e)
			check("data", b, err, tt.data, "")

			decoded := event()
			err = tt.set.DecodeBinaryModeEventData([]byte(`{"a":1}`), &decoded)
			check("decoded data", decoded.Data, err, tt.data, `{"a":1}`)
		})
	}
}

// Errors of the member that was chosen are not those of the set.
func TestSetPassesErrors(t *testing.T) {
	set := format.Set{lines{}, format.JSON{}}
	var bad cloudevents.Event
	if b, err := set.EncodeStructuredModeMessage([]byte("x"), &bad); !errors.Is(err, validation.ErrMissing) || string(b) != "x" {
		t.Errorf("%q, %v; want ErrMissing and dst as it was", b, err)
	}
	_, err := set.EncodeBatchModeMessage(nil, []cloudevents.Event{event(), bad})
	var batch *cloudevents.BatchError
	if !errors.As(err, &batch) || batch.Index != 1 {
		t.Errorf("error is %v, want one with index 1", err)
	}
	_, err = set.DecodeStructuredModeMessage([]byte("{"), "application/cloudevents+json")
	var syntax *cloudevents.SyntaxError
	if !errors.As(err, &syntax) || syntax.Offset != 1 || errors.Is(err, format.ErrUnknown) {
		t.Errorf("error is %v, want a *SyntaxError at 1", err)
	}
}
