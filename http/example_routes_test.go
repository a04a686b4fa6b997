package cehttp_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func done(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }

func ExampleRoutes() {
	routes := &cehttp.Routes{
		Receiver: &cehttp.Receiver{Handler: done},
		Ready:    func(context.Context) error { return errors.New("no connection to the database") },
		Logger:   quiet,
	}
	send(routes, "A-1")
	show(routes, httptest.NewRequest("GET", "/health/live", nil))
	show(routes, httptest.NewRequest("GET", "/health/ready", nil))
	// Output:
	// 204 No Content
	// 200 OK {"status":"live"}
	// 503 Service Unavailable {"error":"not ready","error_type":"service_unavailable","retryable":true}
	// Retry-After: 1
}

func ExampleRoutes_ServeHTTP() {
	routes := &cehttp.Routes{Receiver: &cehttp.Receiver{Handler: done}}
	h := http.StripPrefix("/events", routes)
	show(h, httptest.NewRequest("GET", "/events/health/ready", nil))
	// Output: 200 OK {"status":"ready"}
}

func ExampleRoutes_Mount() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "1.2.3") })
	(&cehttp.Routes{Receiver: &cehttp.Receiver{Handler: done}}).Mount(mux)
	send(mux, "A-1")
	show(mux, httptest.NewRequest("GET", "/version", nil))
	// Output:
	// 204 No Content
	// 200 OK 1.2.3
}

func ExampleListenAndServe() {
	// In a program: signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	err := cehttp.ListenAndServe(ctx, "127.0.0.1:0", &cehttp.Receiver{Handler: done})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleServe() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	served := make(chan error)
	go func() { served <- cehttp.Serve(ctx, listener, &cehttp.Receiver{Handler: done}) }()

	event := cloudevents.New("/orders", "com.example.placed")
	r, err := cehttp.ToHTTPRequest(ctx, "http://"+listener.Addr().String(), &event, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	response.Body.Close()
	fmt.Println(response.Status)
	cancel()
	fmt.Println(<-served)
	// Output:
	// 204 No Content
	// <nil>
}

// The zero Server is what the function ListenAndServe uses. A mistake in the settings is
// told before the first event.
func ExampleServer() {
	server := cehttp.Server{Handler: &cehttp.Receiver{}, Logger: quiet}
	err := server.ListenAndServe(context.Background(), "127.0.0.1:0")
	fmt.Println(err)
	// Output: Receiver has no Handler
}

// In front of a load balancer: readiness ends at once, and the listener 10 seconds later.
func ExampleServer_drainDelay() {
	ctx, stop := context.WithCancel(context.Background()) // as signal.NotifyContext does
	defer stop()
	server := &cehttp.Server{Handler: &cehttp.Routes{Receiver: &cehttp.Receiver{Handler: done}}, DrainDelay: 10 * time.Second}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, l) }()
	ready := func() {
		response, err := http.Get("http://" + l.Addr().String() + "/health/ready")
		if err != nil {
			fmt.Println(err)
			return
		}
		response.Body.Close()
		fmt.Println("ready:", response.StatusCode)
	}
	ready()
	stop()
	ready()
	l.Close() // instead of a wait
	fmt.Println("ends with an error:", <-served != nil)
	// Output:
	// ready: 200
	// ready: 503
	// ends with an error: true
}
