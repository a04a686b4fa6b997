package cehttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// FuzzDecodeMessage decodes arbitrary header lines and bodies, as one event and as
// a batch. What is accepted is valid, and the same after another round.
func FuzzDecodeMessage(f *testing.F) {
	for _, c := range fixtures(f, "http/decode/") {
		var lines strings.Builder
		for key, values := range c.Message.Header {
			for _, v := range values {
				fmt.Fprintf(&lines, "%s:%s\n", key, v)
			}
		}
		f.Add(lines.String(), c.Message.Body)
	}
	for _, c := range fixtures(f, "json/decode/") {
		f.Add("Content-Type:"+structuredType, c.Message.Body)
	}
	for _, c := range fixtures(f, "batch/decode/") {
		f.Add("content-type:"+batchType, c.Message.Body)
	}
	f.Fuzz(func(t *testing.T, lines string, body []byte) {
		h := http.Header{} // keys as they are spelled
		for line := range strings.SplitSeq(lines, "\n") {
			key, value, _ := strings.Cut(line, ":")
			h[key] = append(h[key], value)
		}
		checkRead(t, h, body)
		if e, err := cehttp.DecodeMessage(h, body, nil); err == nil {
			checkAgain(t, e)
		} else if cehttp.StatusCode(err)/100 != 4 {
			t.Errorf("status of %v is %d", err, cehttp.StatusCode(err))
		}
		if es, err := cehttp.DecodeMessageBatch(h, body, nil); err == nil {
			checkBatchAgain(t, es)
		} else if cehttp.StatusCode(err)/100 != 4 {
			t.Errorf("status of %v is %d", err, cehttp.StatusCode(err))
		}
	})
}

// checkRead compares what is decoded in place, of a body that was read, with what is
// not.
func checkRead(t *testing.T, h http.Header, body []byte) {
	t.Helper()
	before := string(body)
	want, wantErr := cehttp.DecodeMessage(h, body, nil)
	if string(body) != before {
		t.Fatalf("DecodeMessage made %q of the body %q", body, before)
	}
	got, err := cehttp.ToCloudEvent(request(h, before), nil)
	if cehttp.StatusCode(err) != cehttp.StatusCode(wantErr) {
		t.Fatalf("error is %v, and %v when the body is read", wantErr, err)
	}
	wantEvent(t, got, want)
	batch, wantErr := cehttp.DecodeMessageBatch(h, body, nil)
	batchRead, err := cehttp.ToCloudEventBatch(request(h, before), nil)
	if cehttp.StatusCode(err) != cehttp.StatusCode(wantErr) {
		t.Fatalf("error of the batch is %v, and %v when the body is read", wantErr, err)
	}
	wantEvents(t, batchRead, batch...)
}

// checkAgain sends an event that was decoded in binary mode. What binary mode
// cannot say is left out: that data are there and empty, and types.
func checkAgain(t *testing.T, e cloudevents.Event) {
	t.Helper()
	if err := e.Validate(); err != nil {
		t.Fatalf("decoded an invalid event: %v", err)
	}
	if strings.HasPrefix(strings.ToLower(e.DataContentType), "application/cloudevents") {
		if _, err := cehttp.EncodeMessage(http.Header{}, &e, cloudevents.BinaryMode, nil); !errors.Is(err, cloudevents.ErrContentMode) {
			t.Fatalf("data of type %q in binary mode: %v", e.DataContentType, err)
		}
		return
	}
	if len(e.Data) == 0 {
		e.Data = nil
	}
	h := http.Header{}
	body, err := cehttp.EncodeMessage(h, &e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	checkHeader(t, h, &e)
	got, err := cehttp.DecodeMessage(h, body, nil, types(&e)...)
	if err != nil {
		t.Fatal(err)
	}
	wantEvent(t, got, e)
}

func checkBatchAgain(t *testing.T, es []cloudevents.Event) {
	t.Helper()
	for _, e := range es {
		checkAgain(t, e)
	}
	h := http.Header{}
	body, err := cehttp.EncodeMessageBatch(h, es, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := cehttp.DecodeMessageBatch(h, body, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(es) {
		t.Errorf("%d events, want %d", len(got), len(es))
	}
}

// types declares the extensions of e.
func types(e *cloudevents.Event) (exts []spec.Attribute) {
	for _, x := range e.Extensions {
		exts = append(exts, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
	}
	return exts
}
