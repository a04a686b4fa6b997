package cehttp

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// ToHTTPRequest validates e and returns a POST request that carries it. The request has a
// Content-Length, and a GetBody so that it can be sent again. A nil f is [format.JSON].
//
// The error is that of [EncodeMessage] or of [http.NewRequestWithContext].
func ToHTTPRequest(ctx context.Context, url string, e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) (*http.Request, error) {
	out, err := encode(e, m, f)
	if err != nil {
		return nil, err
	}
	return out.request(ctx, url)
}

// ToHTTPRequestBatch is ToHTTPRequest for a batch, which may be empty. Send batches only
// to receivers that asked for them (http-protocol-binding.md#3-http-message-mapping).
func ToHTTPRequestBatch(ctx context.Context, url string, es []cloudevents.Event, f format.Batch) (*http.Request, error) {
	out, err := encodeBatch(es, f)
	if err != nil {
		return nil, err
	}
	return out.request(ctx, url)
}

// request returns a new request with the message.
func (out *encoded) request(ctx context.Context, url string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(out.body))
	if err != nil {
		return nil, err
	}
	if out.event != nil {
		r.Header = withRoom(r.Header, out.event)
	}
	out.describe(r.Header)
	return r, nil
}

// CopyToHTTPRequest validates e and makes r carry it. It sets headers, body,
// ContentLength and GetBody, and removes the headers of another event and
// Content-Encoding. Everything else stays. It does not close the body that r had. On an
// error r is unchanged.
func CopyToHTTPRequest(r *http.Request, e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) error {
	out, err := encode(e, m, f)
	if err != nil {
		return err
	}
	out.replace(r)
	return nil
}

// CopyToHTTPRequestBatch is CopyToHTTPRequest for a batch.
func CopyToHTTPRequestBatch(r *http.Request, es []cloudevents.Event, f format.Batch) error {
	out, err := encodeBatch(es, f)
	if err != nil {
		return err
	}
	out.replace(r)
	return nil
}

// replace makes r carry the message.
func (out *encoded) replace(r *http.Request) {
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	out.describe(r.Header)
	remove(r.Header, "Content-Encoding") // it describes the previous body
	remove(r.Header, "Content-Length")
	body := out.body
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
