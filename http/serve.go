package cehttp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// The settings of the server of ListenAndServe.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	drainTime         = 25 * time.Second // what orchestrators wait before they kill is mostly 30
)

// ListenAndServe serves HTTP/1.1 and HTTP/2 without TLS at a TCP address until ctx
// ends. It then takes no new connections, waits up to 25 seconds for requests to be
// answered, and returns nil; after that it closes what is left and returns an
// error. It returns at once, with an error, if it cannot listen.
//
// A request has 10 seconds for its header, of at most 64 KiB, and a minute
// altogether until its body is read. The handler may take as long as it likes. A client
// that takes nothing of an answer for a minute is cut off. An idle connection is closed
// after 2 minutes. Contexts of requests have the values of
// ctx, but do not end with it. A nil handler is [http.DefaultServeMux]. For anything
// else, use an [http.Server].
//
// A [Background] is to be shut down after it:
//
//	err := cehttp.ListenAndServe(ctx, ":8080", &cehttp.Routes{Receiver: receiver, Background: background})
//	unfinished, lost := background.Shutdown(within)
func ListenAndServe(ctx context.Context, addr string, h http.Handler) error {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return Serve(ctx, l, h)
}

// Serve is [ListenAndServe] for a listener, which it closes.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	base := context.WithValue(context.WithoutCancel(ctx), serverKey{}, ctx)
	if h == nil {
		h = http.DefaultServeMux
	}
	s := &http.Server{
		Handler:           untimed{h},
		Protocols:         &protocols,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	within, cancel := context.WithTimeout(base, drainTime)
	defer cancel()
	err := s.Shutdown(within)
	if err != nil {
		err = fmt.Errorf("requests were not answered within %v of the shutdown: %w", drainTime, err)
		s.Close()
	}
	<-served
	return err
}

// serverKey is the key of the context whose end shuts the server down.
type serverKey struct{}

// serverDraining reports whether the server of a request is shutting down.
func serverDraining(ctx context.Context) bool {
	server, ok := ctx.Value(serverKey{}).(context.Context)
	return ok && server.Err() != nil
}

// untimed lifts the deadline for reading as soon as a request has been read. While a
// handler works, net/http reads on, to see whether the client goes away, and would take
// the deadline for that.
type untimed struct{ http.Handler }

func (h untimed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor == 1 {
		if r.Body == http.NoBody {
			liftReadDeadline(w)
		} else {
			copied := *r // net/http looks at the body of the original
			copied.Body = &untimedBody{r.Body, w}
			r = &copied
		}
	}
	h.Handler.ServeHTTP(newPatientWriter(w), r)
}

type untimedBody struct {
	io.ReadCloser
	w http.ResponseWriter
}

func (b *untimedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF && b.w != nil {
		liftReadDeadline(b.w)
		b.w = nil
	}
	return n, err
}

func liftReadDeadline(w http.ResponseWriter) {
	// The server of this package can; for another there is no deadline of ours.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
}
