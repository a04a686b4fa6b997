package cehttp

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// ToHTTPRequest validates e and returns a POST request with it. The request has a
// Content-Length, and a GetBody, so that it can be sent again. A nil f is
// [format.JSON].
//
// The error is that of [EncodeMessage], or of [http.NewRequestWithContext].
func ToHTTPRequest(ctx context.Context, url string, e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) (*http.Request, error) {
	contentType, body, err := encode(e, m, f)
	if err != nil {
		return nil, err
	}
	return newRequest(ctx, url, e, m, contentType, body)
}

// ToHTTPRequestBatch is ToHTTPRequest for a batch, which may be empty. Send
// batches only to those who asked for them
// (http-protocol-binding.md#3-http-message-mapping).
func ToHTTPRequestBatch(ctx context.Context, url string, es []cloudevents.Event, f format.Batch) (*http.Request, error) {
	contentType, body, err := encodeBatch(es, f)
	if err != nil {
		return nil, err
	}
	return newRequest(ctx, url, nil, cloudevents.BatchMode, contentType, body)
}

func newRequest(ctx context.Context, url string, e *cloudevents.Event, m cloudevents.Mode, contentType string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if m == cloudevents.BinaryMode {
		r.Header = withRoom(r.Header, e)
	}
	describe(r.Header, e, m, contentType)
	return r, nil
}

// CopyToHTTPRequest validates e and makes it what r carries: headers, body,
// ContentLength and GetBody. Headers of another event are removed, and so is
// Content-Encoding; everything else stays. The body that r had is not closed. On
// an error r is unchanged.
func CopyToHTTPRequest(r *http.Request, e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) error {
	contentType, body, err := encode(e, m, f)
	if err != nil {
		return err
	}
	setRequest(r, e, m, contentType, body)
	return nil
}

// CopyToHTTPRequestBatch is CopyToHTTPRequest for a batch.
func CopyToHTTPRequestBatch(r *http.Request, es []cloudevents.Event, f format.Batch) error {
	contentType, body, err := encodeBatch(es, f)
	if err != nil {
		return err
	}
	setRequest(r, nil, cloudevents.BatchMode, contentType, body)
	return nil
}

func setRequest(r *http.Request, e *cloudevents.Event, m cloudevents.Mode, contentType string, body []byte) {
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	describe(r.Header, e, m, contentType)
	remove(r.Header, "Content-Encoding") // of the body that was
	remove(r.Header, "Content-Length")
	r.ContentLength = int64(len(body))
	r.TransferEncoding = nil
	r.GetBody = func() (io.ReadCloser, error) {
		if len(body) == 0 {
			return http.NoBody, nil
		}
		return io.NopCloser(bytes.NewReader(body)), nil
	}
	r.Body, _ = r.GetBody()
}
