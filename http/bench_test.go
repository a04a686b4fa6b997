package cehttp_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// bench runs f for as long as it takes.
func bench(b *testing.B, name string, bytes int, f func() error) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(bytes))
		for b.Loop() {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

const batchSize = 100

func batchJSON() string {
	return "[" + strings.Repeat(typicalJSON+",", batchSize-1) + typicalJSON + "]"
}

func BenchmarkDecode(b *testing.B) {
	document, batch := []byte(typicalJSON), []byte(batchJSON())
	plain, structured, batched := typical(), typed(structuredType), typed(batchType)
	escaped := typical()
	escaped["Ce-Subject"] = []string{"Euro%20%E2%82%AC%20%F0%9F%98%80"}

	bench(b, "DecodeMessage/binary", len(document), func() error {
		_, err := cehttp.DecodeMessage(plain, document, nil)
		return err
	})
	bench(b, "DecodeMessage/binary with escapes", len(document), func() error {
		_, err := cehttp.DecodeMessage(escaped, document, nil)
		return err
	})
	bench(b, "DecodeMessage/structured", len(document), func() error {
		_, err := cehttp.DecodeMessage(structured, document, nil)
		return err
	})
	bench(b, "DecodeMessageBatch/100", len(batch), func() error {
		_, err := cehttp.DecodeMessageBatch(batched, batch, nil)
		return err
	})
	bench(b, "FromHeader", 0, func() error {
		_, err := cehttp.FromHeader(plain)
		return err
	})

	body := bytes.NewReader(nil)
	read := func(h http.Header) *http.Request {
		return &http.Request{Header: h, Body: readFunc(body.Read)}
	}
	for _, c := range []struct {
		name   string
		r      *http.Request
		length int64
	}{
		{"ToCloudEvent/binary announced", read(plain), int64(len(document))},
		{"ToCloudEvent/binary chunked", read(plain), -1},
		{"ToCloudEvent/structured announced", read(structured), int64(len(document))},
	} {
		c.r.ContentLength = c.length
		bench(b, c.name, len(document), func() error {
			body.Reset(document)
			_, err := cehttp.ToCloudEvent(c.r, nil)
			return err
		})
	}
	r := read(batched)
	r.ContentLength = int64(len(batch))
	bench(b, "ToCloudEventBatch/100", len(batch), func() error {
		body.Reset(batch)
		_, err := cehttp.ToCloudEventBatch(r, nil)
		return err
	})
}

func BenchmarkEncode(b *testing.B) {
	plain, escaped := typicalEvent(), sample()
	es := make([]cloudevents.Event, batchSize)
	for i := range es {
		es[i] = plain
	}
	h := http.Header{}
	bench(b, "SetHeader/same map", 0, func() error { return cehttp.SetHeader(h, &plain) })
	bench(b, "SetHeader/fresh map", 0, func() error { return cehttp.SetHeader(http.Header{}, &plain) })
	bench(b, "SetHeader/escapes", 0, func() error { return cehttp.SetHeader(h, &escaped) })
	for _, m := range modes[:2] {
		bench(b, "EncodeMessage/"+m.String(), len(plain.Data), func() error {
			_, err := cehttp.EncodeMessage(h, &plain, m, nil)
			return err
		})
		bench(b, "ToHTTPRequest/"+m.String(), len(plain.Data), func() error {
			_, err := cehttp.ToHTTPRequest(b.Context(), "http://example.com/", &plain, m, nil)
			return err
		})
		r := &http.Request{Header: http.Header{}}
		bench(b, "CopyToHTTPRequest/"+m.String(), len(plain.Data), func() error {
			return cehttp.CopyToHTTPRequest(r, &plain, m, nil)
		})
		w := discard{http.Header{}}
		bench(b, "WriteHTTPResponse/"+m.String(), len(plain.Data), func() error {
			return cehttp.WriteHTTPResponse(w, http.StatusOK, &plain, m, nil)
		})
	}
	bench(b, "EncodeMessageBatch/100", batchSize*len(plain.Data), func() error {
		_, err := cehttp.EncodeMessageBatch(h, es, nil)
		return err
	})
}

// discard is a response that nobody reads.
type discard struct{ h http.Header }

func (w discard) Header() http.Header       { return w.h }
func (discard) WriteHeader(int)             {}
func (discard) Write(b []byte) (int, error) { return len(b), nil }

func BenchmarkDetect(b *testing.B) {
	for name, h := range map[string]http.Header{
		"binary": typical(), "structured": typed(structuredType), "batch": typed(batchType),
		"foreign": {"Content-Type": {"text/plain"}, "Accept": {"*/*"}, "User-Agent": {"x"}},
	} {
		bench(b, name, 0, func() error {
			if cehttp.IsCloudEvent(h) && cehttp.IsCloudEventBatch(h) {
				b.Error("both")
			}
			return nil
		})
	}
}
