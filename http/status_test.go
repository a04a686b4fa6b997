package cehttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestStatusCode(t *testing.T) {
	var (
		invalid = validation.NewError("id", "", "spec.md#id", validation.ErrMissing)
		limit   = &cloudevents.LimitError{What: "attributes", Limit: 1}
		syntax  = &cloudevents.SyntaxError{Offset: 3, Err: errors.New("unexpected byte")}
	)
	cases := []struct {
		name string
		err  error
		want int
	}{
		{"nil", nil, 200},

		{"not a CloudEvent", cloudevents.ErrNotCloudEvent, 415},
		{"content mode", cloudevents.ErrContentMode, 415},
		{"content encoding", cehttp.ErrContentEncoding, 415},
		{"unknown format", format.ErrUnknown, 415},
		{"Go type that does not fit", cloudevents.ErrDataContentType, 415},

		{"body over a limit", &http.MaxBytesError{Limit: 1}, 413},
		{"attributes over a limit", limit, 413},
		{"limit within a document", &cloudevents.SyntaxError{Offset: 1, Err: limit}, 413},
		{"limit within a batch", &cloudevents.BatchError{Index: 1, Err: &cloudevents.SyntaxError{Err: limit}}, 413},

		{"invalid", invalid, 400},
		{"malformed", syntax, 400},
		{"invalid within a document", &cloudevents.SyntaxError{Offset: 1, Err: invalid}, 400},
		{"invalid within a batch", &cloudevents.BatchError{Index: 0, Err: invalid}, 400},
		{"several that are invalid", errors.Join(invalid, invalid), 400},
		{"data is not JSON", dataAs[int]("application/json", "{"), 400},
		{"data is other JSON", dataAs[int]("application/json", `"a"`), 400},
		{"no data", dataAs[int]("application/json", ""), 400},

		{"data is no JSON type", dataAs[int]("text/plain", "5"), 415},

		{"wrapped once", fmt.Errorf("handler: %w", invalid), 400},
		{"wrapped twice", fmt.Errorf("a: %w", fmt.Errorf("b: %w", cloudevents.ErrNotCloudEvent)), 415},
		{"joined with a foreign error", errors.Join(io.EOF, invalid), 400},
		{"joined: the media type wins over the limit", errors.Join(limit, format.ErrUnknown), 415},
		{"joined: the limit wins over the syntax", errors.Join(syntax, limit), 413},

		{"foreign", errors.New("database is down"), 500},
		{"end of file that is not of a body", io.EOF, 500},
		{"context canceled, not about a body", context.Canceled, 500},
		{"deadline, not about a body", context.DeadlineExceeded, 500},
		{"deadline of another connection", os.ErrDeadlineExceeded, 500},
		{"Go type that cannot be marshaled", marshalError(), 500},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := cehttp.StatusCode(c.err); got != c.want {
				t.Errorf("StatusCode(%v) = %d, want %d", c.err, got, c.want)
			}
		})
	}
}

// Data that does not fit a Go type is the sender's mistake, whichever
// UnmarshalJSON or UnmarshalText found it.
func TestStatusCodeDataAs(t *testing.T) {
	cases := []struct {
		name string
		err  error
	}{
		{"text that is no time", dataAs[time.Time]("application/json", `"yesterday"`)},
		{"number that is no time", dataAs[time.Time]("application/json", `5`)},
		{"text that is no base64", dataAs[struct{ B []byte }]("application/json", `{"B":"!"}`)},
		{"text that its own method refuses", dataAs[picky]("application/json", `"a"`)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := cehttp.StatusCode(c.err); got != http.StatusBadRequest {
				t.Errorf("StatusCode(%v) = %d, want 400", c.err, got)
			}
		})
	}
}

type picky struct{}

func (picky) UnmarshalText([]byte) error { return errors.New("refused") }

// dataAs returns the error of DataAs; "" is no data.
func dataAs[T any](contentType, data string) error {
	e := withData(contentType, data)
	if data == "" {
		e.Data = nil
	}
	_, err := cloudevents.DataAs[T](&e)
	return err
}

func marshalError() error {
	_, err := json.Marshal(math.NaN())
	return err
}

// The status of what the decoders themselves refuse.
func TestStatusCodeOfMessages(t *testing.T) {
	cases := []struct {
		name   string
		header http.Header
		body   string
		want   int
	}{
		{"foreign", http.Header{"Content-Type": {"text/plain"}}, "", 415},
		{"batch", typed(batchType), "[]", 415},
		{"format that nobody handles", typed("application/cloudevents+xml"), "", 415},
		{"charset", typed(structuredType + "; charset=utf-16"), "", 415},
		{"compressed", binaryHeader("Content-Encoding", "gzip"), "", 415},
		{"empty document", typed(structuredType), "", 400},
		{"one attribute missing", typed(structuredType), `{"specversion":"1.0","id":"1","source":"/s"}`, 400},
		{"several attributes missing", typed(structuredType), `{}`, 400},
		{"unclosed quote", binaryHeader("Ce-Subject", `"a`), "", 400},
		{"several bad headers", binaryHeader("Ce-Subject", `"a`, "Ce-Time", "now"), "", 400},
		{"Content-Type twice", binaryHeader("Content-Type", "a/b", "Content-Type", "a/c"), "", 400},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := cehttp.ToCloudEvent(request(c.header, c.body), nil)
			if got := cehttp.StatusCode(err); got != c.want {
				t.Errorf("status of %v is %d, want %d", err, got, c.want)
			}
		})
	}
}
