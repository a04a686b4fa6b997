package cehttp_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// The offset of a Problem is that of the wrong byte in the body, in every mode, whether
// the decoder has found it, or Typed, or DataAs in a handler.
func TestProblemOffset(t *testing.T) {
	type order struct {
		Item  string `json:"item"`
		Count int    `json:"count"`
	}
	typedData := dispatch.Typed(func(context.Context, *cloudevents.Event, order) (*cloudevents.Event, error) { return nil, nil })
	byHand := func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		_, err := cloudevents.DataAs[order](e)
		e.Data = nil // the event is the handler's
		return nil, err
	}
	const begin = `{"specversion":"1.0","id":"1","source":"/s","type":"t",`
	binary := binaryHeader("Content-Type", "application/json")
	for _, c := range []struct {
		name   string
		header http.Header
		body   string // up to the wrong byte, if it has one
		rest   string // "-" is no offset
		status int
	}{
		{"binary, malformed", binary, `{"item":`, `x}`, 400},
		{"binary, cut off", binary, `{"item":`, ``, 400},
		{"binary, wrong kind", binary, `{"item":"a","count":`, `"2"}`, 400},
		{"structured, wrong kind", typed(structuredType), begin + `"data":{"item":"a","count":`, `"2"},"x":"1"}`, 400},
		{"structured, with spaces", typed(structuredType), " \n" + begin + "\n\"data\" : \t\r\n {\n\"item\" : ", `17 } }`, 400},
		{"structured, data first", typed(structuredType), `{"data":{"item":"a","count":`, `[1]},` + begin[1:len(begin)-1] + `}`, 400},
		{"structured, a string", typed(structuredType), begin + `"data":`, `"item"}`, 400},
		{"structured, another member looks alike", typed(structuredType), begin + `"x":"\"data\":[1]","data":`, `[1]}`, 400},
		{"structured, base64", typed(structuredType), begin + `"datacontenttype":"application/json","data_base64":"eyJpdGVtIjoxfQ=="}`, "-", 400},
		{"structured, escaped name", typed(structuredType), begin + `"d\u0061ta":`, `[1]}`, 400},
		{"structured, malformed document", typed(structuredType), begin + `"data":{"item":`, `x}}`, 400},
		{"structured, an attribute", typed(structuredType), begin + `"subject":`, `7}`, 400},
		{"batch", typed(batchType), "[" + begin + `"time":"`, `now"}]`, 400},
		{"not JSON", typed(structuredType), begin + `"datacontenttype":"text/plain","data":"a"}`, "-", 415},
		{"no data", typed(structuredType), begin[:len(begin)-1] + "}", "-", 400},
		{"text with a data", binaryHeader("Content-Type", "text/plain"), "a", "-", 415},
	} {
		for handler, h := range map[string]dispatch.Handler{"Typed": typedData, "DataAs": byHand} {
			t.Run(c.name+"/"+handler, func(t *testing.T) {
				body := c.body + strings.TrimPrefix(c.rest, "-")
				w := post(silent(h), c.header, body)
				p := decoded[cehttp.Problem](t, w)
				if w.Code != c.status {
					t.Errorf("status %d: %s", w.Code, w.Body)
				}
				switch {
				case (p.Offset == nil) != (c.rest == "-"):
					t.Errorf("an offset? %s", w.Body)
				case p.Offset != nil && *p.Offset != len(c.body):
					t.Errorf("offset %d, want %d: %s", *p.Offset, len(c.body), w.Body)
				}
			})
		}
	}
}

// A position in another document than the body is not shown.
func TestProblemHasNoForeignOffset(t *testing.T) {
	other := withData("application/json", strings.Repeat(" ", 1000)+"x")
	_, longer := cloudevents.DataAs[int](&other)
	_, nested := cehttp.DecodeMessage(typed(structuredType), []byte(`{"id":1}`), nil)
	for name, err := range map[string]error{"data of another event": longer, "another document": nested} {
		h := answering(nil, &dispatch.Error{Status: 400, Message: "no", Err: err})
		w := post(silent(h), binaryHeader("Content-Type", "application/json"), `{"a":1}`)
		if p := decoded[cehttp.Problem](t, w); p.Offset != nil {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
}
