package cehttp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// The settings of the server of Serve.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = time.Minute
	lingerTime        = 2 * time.Second // for a body that the handler did not read
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	drainTime         = 25 * time.Second // less than the 30 s after which most orchestrators kill
	writeTimeout      = time.Minute      // for a piece of an answer
	writePiece        = 64 << 10
	maxServerLog      = 1 << 10  // bytes of a line of net/http
	maxServerPanic    = 64 << 10 // and of a panic, with its stack
)

// Server serves HTTP/1.1 and HTTP/2 until a context ends. It then accepts no new
// connections, waits up to 25 seconds for the requests in progress, and returns nil. If
// some are not answered by then it closes their connections and returns an error. The zero
// value is ready to use, and speaks no TLS.
//
// Load balancers and Kubernetes take a while to learn that a server stops, and go on sending
// it requests. DrainDelay is for them: readiness ends first, and the listener closes later.
//
// A request has 10 seconds for its header, which may have 64 KiB, and a minute until its
// body is read. The handler has no time limit. A client has a minute to take each 64 KiB of
// an answer, and is cut off otherwise; the handler's Write then returns an error. An idle
// connection is closed after 2 minutes. An answer with an error status closes a connection
// of HTTP/1 if the handler has not read the body of the request: it does not wait for the
// rest. For what a handler has not read when it returns, a client has 2 seconds. For other
// settings use an [http.Server].
//
// Contexts of requests have the values of the context of the server, but do not end with
// it. Shut down a [dispatch.Background] afterwards:
//
//	err := cehttp.ListenAndServe(ctx, ":8080", &cehttp.Routes{Receiver: receiver, Background: background})
//	unfinished, lost := background.Shutdown(within)
//
// A Handler with a method Validate() error, such as a [Receiver] or [Routes], is asked for
// mistakes in its settings first. Its error is returned, and nothing is served.
type Server struct {
	// Handler handles the requests. nil is [http.DefaultServeMux].
	Handler http.Handler

	// DrainDelay is how long the server goes on as before after ctx has ended, but for
	// /health/ready of [Routes], which is 503 from then on. Choose the time in which your
	// load balancer stops sending requests. The 25 seconds for the requests in progress
	// follow: an orchestrator must not kill the process earlier. 0 is no delay.
	DrainDelay time.Duration

	// TLSConfig makes the server speak TLS. It must have a certificate, in Certificates or
	// from GetCertificate or GetConfigForClient; tls.LoadX509KeyPair reads one from files.
	// HTTP/2 is offered unless NextProtos has a choice of its own. nil is no TLS.
	TLSConfig *tls.Config

	// Logger receives a record at level Info with the address of the listener when Serve
	// begins, and what net/http says. A panic of Handler is a record at level Error,
	// what else concerns this program is at level Warn, and what clients do wrong, such
	// as to begin HTTP/2 with garbage, is at level Debug. nil is slog.Default().
	Logger *slog.Logger
}

// ListenAndServe calls Serve with a listener at a TCP address. If it cannot listen it
// returns an error at once.
func (s *Server) ListenAndServe(ctx context.Context, addr string) error {
	if err := s.validate(); err != nil {
		return err
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return s.Serve(ctx, l)
}

// ListenAndServe calls the method of that name of a [Server] with that handler.
func ListenAndServe(ctx context.Context, addr string, h http.Handler) error {
	s := Server{Handler: h}
	return s.ListenAndServe(ctx, addr)
}

// Serve calls the method of that name of a [Server] with that handler.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	s := Server{Handler: h}
	return s.Serve(ctx, l)
}

// Serve serves the connections of l, which it closes, until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if err := s.validate(); err != nil {
		l.Close()
		return err
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(s.TLSConfig != nil)
	protocols.SetUnencryptedHTTP2(s.TLSConfig == nil)
	base := context.WithValue(context.WithoutCancel(ctx), serverKey{}, ctx)
	h := s.Handler
	if h == nil {
		h = http.DefaultServeMux
	}
	server := &http.Server{
		Handler:           patient{h},
		TLSConfig:         s.TLSConfig,
		Protocols:         &protocols,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(&serverLog{s.Logger}, "", 0),
	}
	eventlog.Default(s.Logger).LogAttrs(ctx, slog.LevelInfo, "HTTP server listens", slog.String("address", fmt.Sprint(l.Addr())))
	served := make(chan error, 1)
	go func() {
		if s.TLSConfig != nil {
			served <- server.ServeTLS(patientListener{l}, "", "")
			return
		}
		served <- server.Serve(patientListener{l})
	}()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	if s.DrainDelay > 0 {
		select {
		case err := <-served:
			return err
		case <-time.After(s.DrainDelay):
		}
	}
	within, cancel := context.WithTimeout(base, drainTime)
	defer cancel()
	err := server.Shutdown(within)
	if err != nil {
		err = fmt.Errorf("requests were not answered within %v of the shutdown: %w", drainTime, err)
		server.Close()
	}
	<-served
	return err
}

// validator is a handler or a transport that finds mistakes in its settings.
type validator interface{ Validate() error }

var errNoCertificate = errors.New("TLSConfig has no certificate")

func (s *Server) validate() error {
	if c := s.TLSConfig; c != nil && len(c.Certificates) == 0 && c.GetCertificate == nil && c.GetConfigForClient == nil {
		return errNoCertificate
	}
	if v, ok := s.Handler.(validator); ok {
		return v.Validate()
	}
	return nil
}

// serverLog writes the lines of net/http to a Logger.
type serverLog struct{ to *slog.Logger }

func (l *serverLog) Write(line []byte) (int, error) {
	text := strings.TrimSuffix(string(line), "\n")
	level, most := slog.LevelDebug, maxServerLog
	switch {
	case strings.HasPrefix(text, "http: panic serving "), strings.HasPrefix(text, "http2: panic serving "):
		level, most = slog.LevelError, maxServerPanic
	case strings.HasPrefix(text, "http: URL query contains semicolon"), strings.HasPrefix(text, "http: TLS "):
	case strings.HasPrefix(text, "http: "):
		level = slog.LevelWarn
	}
	eventlog.Default(l.to).LogAttrs(context.Background(), level, "HTTP server", slog.String("error", excerpt.Cut(text, most)))
	return len(line), nil
}

// serverKey is the key of the context whose end shuts the server down.
type serverKey struct{}

// serverDraining reports whether the server of a request is shutting down.
func serverDraining(ctx context.Context) bool {
	server, ok := ctx.Value(serverKey{}).(context.Context)
	return ok && server.Err() != nil
}
