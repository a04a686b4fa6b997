package bench

import (
	"bytes"
	"net/http"
	"net/url"

	"github.com/seed763dd41b/cloudevents/spec"
)

// incoming is a request as a server hands it to a handler. next returns it again
// and again, without allocating.
type incoming struct {
	request http.Request
	content []byte
	body    bytes.Reader
}

func newIncoming(h http.Header, content []byte) *incoming {
	in := &incoming{content: content}
	in.request = http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: "/"}, Host: "127.0.0.1",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h.Clone(), ContentLength: int64(len(content)), Body: in,
	}
	in.request.Header.Set("User-Agent", "Go-http-client/1.1")
	in.request.Header.Set("Accept-Encoding", "gzip")
	return in
}

func (in *incoming) next() *http.Request {
	in.body.Reset(in.content)
	return &in.request
}

func (in *incoming) Read(b []byte) (int, error) { return in.body.Read(b) }
func (in *incoming) Close() error               { return nil }

func binaryMessage(x *Item) *incoming { return newIncoming(x.Header, x.Event.Data) }

func structuredMessage(x *Item) *incoming {
	return newIncoming(http.Header{"Content-Type": {spec.MediaTypeJSON}}, x.JSON)
}

func batchMessage(g *Group) *incoming {
	return newIncoming(http.Header{"Content-Type": {spec.BatchMediaTypeJSON}}, g.JSON)
}
