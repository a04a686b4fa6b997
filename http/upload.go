package cehttp

import (
	"context"
	"errors"
	"math"
	"net/http/httptrace"
	"sync"
	"time"
)

var (
	errEarly = errors.New("the target has answered and not taken the whole event")
	errFlees = errors.New("the target leaves each connection before it answers")
)

// maxConnections is how many connections an attempt may use. net/http opens another one for
// as long as a target says by GOAWAY that it has not looked at the request.
const maxConnections = 8

// upload follows the body of an attempt to the connection. A target may answer before it has
// the body, and has the event only if it takes the rest. A nil upload is that of a body which
// is not followed.
type upload struct {
	out    *outgoing
	cancel func() // ends the attempt

	mu   sync.Mutex
	over chan struct{} // closed when nothing more is written; nil if the transport does not tell
	done bool          // over is closed
	err  error         // why not all was written
	then func()        // called when over is closed

	connections int
}

// follow returns the context of a request whose transport tells u what becomes of the body.
func (u *upload) follow(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: u.begin, WroteRequest: u.end})
}

// begin is called again if the first connection was of no use.
func (u *upload) begin(httptrace.GotConnInfo) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.over, u.done, u.err = make(chan struct{}), false, nil
	if u.connections++; u.connections > maxConnections {
		u.cancel()
	}
}

// flees reports whether the target has left too many connections.
func (u *upload) flees() bool {
	if u == nil {
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.connections > maxConnections
}

func (u *upload) end(info httptrace.WroteRequestInfo) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over == nil || u.done {
		return
	}
	u.done, u.err = true, info.Err
	close(u.over)
	if u.then != nil {
		u.then()
	}
}

// thenAfter calls f so long after the end of the upload, unless stop is called before.
func (u *upload) thenAfter(d time.Duration, f func()) (stop func() bool) {
	if u == nil {
		return time.AfterFunc(d, f).Stop
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over == nil || u.done {
		return time.AfterFunc(d, f).Stop
	}
	timer := time.AfterFunc(math.MaxInt64, f)
	u.then = func() { timer.Reset(d) }
	return func() bool {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.then = nil
		return timer.Stop()
	}
}

// isComplete waits for the end of the upload, and reports whether all of the body has left. It
// is true if the transport does not tell.
func (u *upload) isComplete(ctx context.Context) bool {
	if u == nil {
		return true
	}
	u.mu.Lock()
	over := u.over
	u.mu.Unlock()
	if over == nil {
		return true
	}
	select {
	case <-over:
	case <-ctx.Done():
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.err == nil && u.out.isRead() // it is not if the target has not said 100 Continue
}
