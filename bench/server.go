package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/cloudevents/sdk-go/v2/client"
	"github.com/cloudevents/sdk-go/v2/event"
	sdkhttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// server is a receiver on loopback. It calls got, unless that is nil, with each event or
// body. got is nil while time is taken.
type server struct {
	address string
	got     atomic.Pointer[func(facts)]
	stop    func()
}

type serve func(s *server, l net.Listener) (stop func())

func newServer(run serve) *server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	s := &server{address: l.Addr().String()}
	s.stop = run(s, l)
	return s
}

func serveHandler(handle func(*server, http.ResponseWriter, *http.Request)) serve {
	return func(s *server, l net.Listener) func() {
		h := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handle(s, w, r) })}
		go h.Serve(l)
		return func() { h.Close() }
	}
}

// handleOurs is a receiver as the README of the module shows it.
func handleOurs(s *server, w http.ResponseWriter, r *http.Request) {
	e, err := cehttp.ToCloudEvent(r, nil)
	if err != nil {
		http.Error(w, err.Error(), cehttp.StatusCode(err))
		return
	}
	if got := s.got.Load(); got != nil {
		(*got)(factsOf(&e))
	}
	w.WriteHeader(http.StatusNoContent)
}

// handleReceiver is a Receiver whose handler returns no error.
func handleReceiver() func(*server, http.ResponseWriter, *http.Request) {
	var looking atomic.Pointer[server] // the server whose got is set, or nil
	receiver := &cehttp.Receiver{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		if s := looking.Load(); s != nil {
			(*s.got.Load())(factsOf(e))
		}
		return nil, nil
	}}
	return func(s *server, w http.ResponseWriter, r *http.Request) {
		if s.got.Load() != nil {
			looking.Store(s)
			defer looking.Store(nil)
		}
		receiver.ServeHTTP(w, r)
	}
}

// handlePlain reads the same bytes into memory.
func handlePlain(s *server, w http.ResponseWriter, r *http.Request) {
	body := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if got := s.got.Load(); got != nil {
		(*got)(facts{data: body})
	}
	w.WriteHeader(http.StatusNoContent)
}

// serveSDK is StartReceiver. The handler of NewHTTPReceiveHandler is not measured:
// it hangs when requests come in at the same time.
func serveSDK(s *server, l net.Listener) func() {
	p, err := sdkhttp.New(sdkhttp.WithListener(l), sdkhttp.WithShutdownTimeout(time.Second))
	must(err)
	c, err := client.New(p)
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.StartReceiver(ctx, func(e event.Event) {
			if got := s.got.Load(); got != nil {
				(*got)(sdkFacts(&e))
			}
		})
	}()
	return func() {
		cancel()
		l.Close()
		<-done
	}
}

// receive returns what arrives at s while send runs.
func (s *server) receive(send func() error) (facts, error) {
	got := make(chan facts, 1)
	put := func(f facts) { got <- f }
	s.got.Store(&put)
	defer s.got.Store(nil)
	if err := send(); err != nil {
		return facts{}, err
	}
	select {
	case f := <-got:
		return f, nil
	case <-time.After(5 * time.Second):
		return facts{}, fmt.Errorf("nothing arrived at %s", s.address)
	}
}
