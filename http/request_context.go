package cehttp

import (
	"context"
	"net/http"
)

// RequestFrom returns the request that the event of a handler came in, with its header, its
// URL, the pattern of the [http.ServeMux], and the address and the TLS state of the peer.
// [ModeOf] its Header is the content mode. ctx is the context that a [Receiver] with
// PassRequest calls the handler with; there is no request without PassRequest.
//
// The body has been read. The request must not be changed.
func RequestFrom(ctx context.Context) (*http.Request, bool) {
	r, ok := ctx.Value(requestKey{}).(*http.Request)
	return r, ok
}

type requestKey struct{}

// requestContext is the context of a request, in one allocation.
type requestContext struct {
	context.Context
	r *http.Request
}

func (c *requestContext) Value(key any) any {
	if key == (requestKey{}) {
		return c.r
	}
	return c.Context.Value(key)
}

// context returns the context for handlers.
func (x *exchange) context(ctx context.Context) context.Context {
	if !x.receiver.PassRequest {
		return ctx
	}
	return &requestContext{ctx, x.r}
}
