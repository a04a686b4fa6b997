package format_test

import (
	"errors"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestJSONContentType(t *testing.T) {
	tests := []struct {
		name   string
		suffix string // behind "application/cloudevents" or "…-batch"
		ok     bool
	}{
		{"as it is registered", "+json", true},
		{"upper case", "+JSON", true},
		{"UTF-8", "+json; charset=utf-8", true},
		{"UTF-8 in upper case", "+json;charset=UTF-8", true},
		{"the parameter name in upper case", "+json; CHARSET=utf-8", true},
		{"UTF-8 in quotes", `+json; charset="utf-8"`, true},
		{"spaces around the semicolon", "+json ; charset=utf-8 ", true},
		{"US-ASCII is part of UTF-8", "+json; charset=us-ascii", true},
		{"another parameter", "+json; v=1", true},
		{"another parameter before the charset", `+json; v="a;charset=x"; charset=utf-8`, true},
		{"a semicolon at the end", "+json;", true},
		{"UTF-16", "+json; charset=utf-16", false},
		{"Latin 1", "+json; charset=iso-8859-1", false},
		{"Latin 1 behind another parameter", `+json; v="a;b"; charset=latin1`, false},
		{"Latin 1 in quotes and upper case", `+json; Charset="ISO-8859-1"`, false},
		{"no format", "", false},
		{"another format", "+xml", false},
		{"a format that begins like JSON", "+jsonx", false},
		{"a format that ends like JSON", "+x+json", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := format.JSON{}.DecodeStructuredModeMessage([]byte(eventJSON), "application/cloudevents"+tt.suffix)
			es, batchErr := format.JSON{}.DecodeBatchModeMessage([]byte(batchJSON), "Application/CloudEvents-Batch"+tt.suffix)
			if !tt.ok {
				if !errors.Is(err, format.ErrUnknown) || !errors.Is(batchErr, format.ErrUnknown) {
					t.Errorf("errors are %v and %v, want ErrUnknown", err, batchErr)
				}
				if d := cmp.Diff(cloudevents.Event{}, e); d != "" || es != nil {
					t.Errorf("events beside an error: %v, %v", e, es)
				}
				return
			}
			if d := cmp.Diff(event(), e); d != "" || err != nil {
				t.Errorf("%v\n%s", err, d)
			}
			if d := cmp.Diff([]cloudevents.Event{event()}, es); d != "" || batchErr != nil {
				t.Errorf("batch: %v\n%s", batchErr, d)
			}
		})
	}
}

func TestJSONOtherMediaType(t *testing.T) {
	for _, contentType := range []string{
		"application/json", "text/plain", ";", "application/cloudevents+json, application/json", "application/cloudevents-batchx+json",
	} {
		if _, err := (format.JSON{}).DecodeStructuredModeMessage([]byte(eventJSON), contentType); !errors.Is(err, format.ErrUnknown) {
			t.Errorf("%q: error is %v, want ErrUnknown", contentType, err)
		}
		if _, err := (format.JSON{}).DecodeBatchModeMessage([]byte(batchJSON), contentType); !errors.Is(err, format.ErrUnknown) {
			t.Errorf("%q: batch error is %v, want ErrUnknown", contentType, err)
		}
	}
	// A batch is not an event, and an event is not a batch.
	if _, err := (format.JSON{}).DecodeStructuredModeMessage([]byte(eventJSON), spec.BatchMediaTypeJSON); !errors.Is(err, format.ErrUnknown) {
		t.Errorf("a batch as an event: %v", err)
	}
	if _, err := (format.JSON{}).DecodeBatchModeMessage([]byte(batchJSON), spec.MediaTypeJSON); !errors.Is(err, format.ErrUnknown) {
		t.Errorf("an event as a batch: %v", err)
	}
	// A hostile content type does not fill the log.
	_, err := format.JSON{}.DecodeStructuredModeMessage(nil, strings.Repeat("x", 10_000))
	if err == nil || len(err.Error()) > 200 {
		t.Errorf("error has %d bytes", len(err.Error()))
	}
}

func TestJSONLimits(t *testing.T) {
	deep := `{"specversion":"1.0","id":"1","source":"/s","type":"t","data":[[1]]}`
	wide := `{"specversion":"1.0","id":"1","source":"/s","type":"t","a":1}`
	for name, tt := range map[string]struct {
		format format.JSON
		body   string
		ok     bool
	}{
		"depth":                  {format.JSON{MaxDepth: 2}, deep, true},
		"too deep":               {format.JSON{MaxDepth: 1}, deep, false},
		"attributes":             {format.JSON{MaxAttributes: 5}, wide, true},
		"too many attributes":    {format.JSON{MaxAttributes: 4}, wide, false},
		"the zero value":         {format.JSON{}, strings.Replace(deep, "[[1]]", strings.Repeat("[", 1025)+strings.Repeat("]", 1025), 1), false},
		"no limit":               {format.JSON{MaxDepth: -1}, strings.Replace(deep, "[[1]]", strings.Repeat("[", 1025)+strings.Repeat("]", 1025), 1), true},
		"one event":              {format.JSON{MaxEvents: 1}, "[" + wide + "]", true},
		"too many events":        {format.JSON{MaxEvents: 1}, "[" + wide + "," + wide + "]", false},
		"too deep in a batch":    {format.JSON{MaxDepth: 1}, "[" + deep + "]", false},
		"attributes in a batch":  {format.JSON{MaxAttributes: 4}, "[" + wide + "]", false},
		"no limit on attributes": {format.JSON{MaxAttributes: -1}, wide, true},
	} {
		var err error
		if tt.body[0] == '[' {
			_, err = tt.format.DecodeBatchModeMessage([]byte(tt.body), "")
		} else {
			_, err = tt.format.DecodeStructuredModeMessage([]byte(tt.body), "")
		}
		var limit *cloudevents.LimitError
		if (err == nil) != tt.ok || err != nil && !errors.As(err, &limit) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

// The depth of data in binary mode is that of a document: what is taken in one mode can be
// sent on in another.
func TestJSONBinaryDepth(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, tt := range map[string]struct {
		limit       int
		contentType string
		body        string
		ok          bool
	}{
		"at the limit":                     {3, "application/json", nested(3), true},
		"beyond the limit":                 {3, "application/json", nested(4), false},
		"beyond it under +json":            {3, "application/x+JSON; v=1", " " + nested(4), false},
		"beyond it, and never closed":      {3, "application/json", "[[[[", false},
		"not JSON behind":                  {3, "application/json", nested(3) + "[[[[", true},
		"empty":                            {3, "application/json", "", true},
		"not JSON":                         {3, "text/plain", nested(4), true},
		"without a content type":           {3, "", nested(4), true},
		"below the default":                {1023, "application/json", nested(1024), false},
		"the default, as in base64":        {1024, "application/json", nested(1025), true},
		"more than the default":            {2000, "application/json", nested(2001), true},
		"the zero value does not look":     {0, "application/json", nested(1025), true},
		"without a limit it does not, too": {-1, "application/json", nested(1025), true},
	} {
		e := event()
		e.DataContentType = tt.contentType
		err := format.JSON{MaxDepth: tt.limit}.DecodeBinaryModeEventData([]byte(tt.body), &e)
		var limit *cloudevents.LimitError
		switch {
		case tt.ok && (err != nil || string(e.Data) != tt.body):
			t.Errorf("%s: %v", name, err)
		case !tt.ok && (!errors.As(err, &limit) || limit.Limit != tt.limit || limit.What != "levels of nesting" || e.Data != nil):
			t.Errorf("%s: error is %v, data is %.10q", name, err, e.Data)
		}
	}
}

func TestJSONExtensions(t *testing.T) {
	body := `{"specversion":"1.0","id":"1","source":"/s","type":"t","rate":"5"}`
	rate := spec.Attribute{Name: "rate", Type: spec.Integer}
	e, err := format.JSON{}.DecodeStructuredModeMessage([]byte(body), "", rate)
	if err != nil || e.Extensions[0].Value != cloudevents.IntegerValue(5) {
		t.Errorf("%v, %v", e, err)
	}
	es, err := format.JSON{}.DecodeBatchModeMessage([]byte("["+body+"]"), "", rate)
	if err != nil || es[0].Extensions[0].Value != cloudevents.IntegerValue(5) {
		t.Errorf("%v, %v", es, err)
	}
	var syntax *cloudevents.SyntaxError
	_, err = format.JSON{}.DecodeStructuredModeMessage([]byte(strings.Replace(body, "5", "x", 1)), "", rate)
	if !errors.Is(err, validation.ErrSyntax) || !errors.As(err, &syntax) || syntax.Offset != strings.Index(body, "5") {
		t.Errorf("error is %v, want one with an offset that wraps ErrSyntax", err)
	}
}

func TestJSONEncode(t *testing.T) {
	good, bad := event(), cloudevents.Event{}
	want, err := cloudevents.AppendJSON([]byte("x"), &good)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := (format.JSON{}).EncodeStructuredModeMessage([]byte("x"), &good); err != nil || string(b) != string(want) {
		t.Errorf("%s, %v; want %s", b, err, want)
	}
	if b, err := (format.JSON{}).EncodeBatchModeMessage([]byte("x"), []cloudevents.Event{good}); err != nil || string(b) != "x["+string(want[1:])+"]" {
		t.Errorf("batch: %s, %v", b, err)
	}
	if b, err := (format.JSON{}).EncodeStructuredModeMessage([]byte("x"), &bad); !errors.Is(err, validation.ErrMissing) || string(b) != "x" {
		t.Errorf("%s, %v; want ErrMissing and dst as it was", b, err)
	}
	if b, err := (format.JSON{}).EncodeBatchModeMessage([]byte("x"), []cloudevents.Event{good, bad}); !errors.Is(err, validation.ErrMissing) || string(b) != "x" {
		t.Errorf("batch: %s, %v; want ErrMissing and dst as it was", b, err)
	}
	if b, err := (format.JSON{}).EncodeBatchModeMessage(nil, nil); err != nil || string(b) != "[]" {
		t.Errorf("nil: %s, %v; want []", b, err)
	}
}

func TestJSONBinaryData(t *testing.T) {
	for name, tt := range map[string]struct{ body, want []byte }{
		"bytes as they are": {[]byte("{}")[:1], []byte("{")},
		"nil is absent":     {nil, nil},
		"empty is absent":   {[]byte{}, nil},
	} {
		e := event()
		if err := (format.JSON{}).DecodeBinaryModeEventData(tt.body, &e); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(tt.want, e.Data); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
		if len(tt.body) > 0 && unsafe.SliceData(e.Data) != &tt.body[0] {
			t.Errorf("%s: data was copied", name)
		}
		if cap(e.Data) != len(e.Data) {
			t.Errorf("%s: append would write behind the body", name)
		}
		b, err := format.JSON{}.EncodeBinaryModeEventData(&e)
		if d := cmp.Diff(tt.want, b); d != "" || err != nil {
			t.Errorf("%s: encoded again: %v\n%s", name, err, d)
		}
	}
}
