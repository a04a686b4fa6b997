package cehttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"syscall"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cetest"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// noLog keeps the output of the examples short.
func noLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

func ExampleSender() {
	server := httptest.NewServer(&cehttp.Receiver{
		Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			fmt.Println("received", e.Type, string(e.Data))
			return nil, nil
		},
	})
	defer server.Close()

	sender := cehttp.Sender{Target: server.URL}
	event := cloudevents.New("/orders", "com.example.order.placed")
	_ = event.SetData("application/json", map[string]int{"number": 42})
	err := sender.Send(context.Background(), &event)
	fmt.Println(err)
	// Output:
	// received com.example.order.placed {"number":42}
	// <nil>
}

// A busy receiver gets the event again.
func ExampleSender_Send() {
	target := &cetest.Target{Script: []int{503, 503, 204}} // instead of a server
	sender := cehttp.Sender{
		Target: "https://shop.example/", Client: target.Client(), Retry: cehttp.Retry{Wait: time.Millisecond}, Logger: noLog(),
	}
	event := cloudevents.New("/orders", "com.example.order.placed")
	err := sender.Send(context.Background(), &event)
	fmt.Println(err, target.Requests())
	// Output: <nil> 3
}

func ExampleSender_Request() {
	server := httptest.NewServer(&cehttp.Receiver{
		Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			reply := cloudevents.New("/prices", "com.example.price")
			err := reply.SetData("text/plain", "12 EUR")
			return &reply, err
		},
	})
	defer server.Close()

	sender := cehttp.Sender{Target: server.URL}
	event := cloudevents.New("/shop", "com.example.price.wanted")
	reply, err := sender.Request(context.Background(), &event)
	if err != nil {
		fmt.Println(err)
		return
	}
	if reply != nil {
		fmt.Println(reply.Type, string(reply.Data))
	}
	// Output: com.example.price 12 EUR
}

func ExampleSender_SendBatch() {
	server := httptest.NewServer(&cehttp.Receiver{
		Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			if e.ID == "2" {
				return nil, dispatch.Permanent(errors.New("no such order"))
			}
			return nil, nil
		},
		Logger: noLog(),
	})
	defer server.Close()

	sender := cehttp.Sender{Target: server.URL, Logger: noLog()}
	events := []cloudevents.Event{
		{ID: "1", Source: "/orders", Type: "paid"}, {ID: "2", Source: "/orders", Type: "paid"},
	}
	report, err := sender.SendBatch(context.Background(), events)
	if err != nil {
		for _, i := range report.Failed() {
			fmt.Println(events[i].ID, report.Events[i].Status)
		}
	}
	// Output: 2 422
}

func ExampleBatchReport() {
	report := cehttp.BatchReport{Requests: 1, Events: []cehttp.EventReport{
		{Status: 204}, {Status: 422, Err: &cehttp.SendError{Attempts: 1, Status: 422}},
	}}
	fmt.Println(report.Events[1].Err)
	// Output: 422 Unprocessable Entity
}

func ExampleBatchReport_Failed() {
	report := cehttp.BatchReport{Events: []cehttp.EventReport{{Status: 204}, {Err: io.EOF}, {Status: 204}}}
	fmt.Println(report.Failed())
	// Output: [1]
}

func ExampleEventReport() {
	accepted := cehttp.EventReport{Status: http.StatusAccepted, ID: "job-7"}
	fmt.Println(accepted.Err == nil, accepted.ID)
	// Output: true job-7
}

// Retry{Attempts: 1} switches retries off.
func ExampleRetry() {
	attempts := 0
	sender := cehttp.Sender{
		Target: "http://example.com",
		Retry:  cehttp.Retry{Attempts: 1},
		Logger: noLog(),
		Client: &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
			attempts++
			return nil, syscall.ECONNRESET
		})},
	}
	event := cloudevents.New("/orders", "com.example.order.placed")
	err := sender.Send(context.Background(), &event)
	fmt.Println(err)
	fmt.Println(attempts)
	// Output:
	// http://example.com: no answer: connection reset by peer
	// 1
}

// A retryable event is kept for later.
func ExampleSendError() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()

	sender := cehttp.Sender{Target: server.URL, Logger: noLog()}
	event := cloudevents.New("/orders", "com.example.order.placed")
	err := sender.Send(context.Background(), &event) // Send does not wait an hour

	var failed *cehttp.SendError
	if errors.As(err, &failed) && failed.Retryable() {
		fmt.Println("keep it for", failed.RetryAfter)
	}
	// Output: keep it for 1h0m0s
}

func ExampleSendError_Error() {
	err := &cehttp.SendError{
		Target: "https://example.com", Attempts: 3, Status: 503, RetryAfter: time.Minute, Err: context.DeadlineExceeded,
	}
	fmt.Println(err.Error())
	// Output: https://example.com: 503 Service Unavailable after 3 attempts, Retry-After 60 s: context deadline exceeded
}

func ExampleSendError_Is() {
	err := error(&cehttp.SendError{Attempts: 1, Status: 308})
	fmt.Println(errors.Is(err, cehttp.ErrRedirect), errors.Is(err, cehttp.ErrGone))
	// Output: true false
}

// The cause of a refused connection is that of the network.
func ExampleSendError_Unwrap() {
	err := error(&cehttp.SendError{Attempts: 3, Err: syscall.ECONNREFUSED})
	fmt.Println(errors.Is(err, syscall.ECONNREFUSED))
	// Output: true
}

// A target that is gone comes off the list.
func ExampleErrGone() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusGone)
	}))
	defer server.Close()

	sender := cehttp.Sender{Target: server.URL, Logger: noLog()}
	event := cloudevents.New("/orders", "com.example.order.placed")
	err := sender.Send(context.Background(), &event)
	fmt.Println(errors.Is(err, cehttp.ErrGone))
	// Output: true
}

func ExampleErrRedirect() {
	server := httptest.NewServer(http.RedirectHandler("https://example.com/", http.StatusFound))
	defer server.Close()

	sender := cehttp.Sender{Target: server.URL, Logger: noLog()}
	event := cloudevents.New("/orders", "com.example.order.placed")
	err := sender.Send(context.Background(), &event)
	fmt.Println(errors.Is(err, cehttp.ErrRedirect))
	// Output: true
}

func ExampleErrTarget() {
	sender := cehttp.Sender{Target: "example.com/events", Logger: noLog()}
	event := cloudevents.New("/orders", "com.example.order.placed")
	err := sender.Send(context.Background(), &event)
	fmt.Println(err)
	// Output: not sent: the target is not an http or https URL, such as http://localhost:8080/
}

func ExampleSendObserver() {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()

	sender := cehttp.Sender{Target: server.URL, Logger: noLog(), Observer: cehttp.SendObserver{
		SendObserver: dispatch.SendObserver{
			Failed: func(_ context.Context, o dispatch.Outcome) { fmt.Println("failed", o.ID, o.Status) },
		},
	}}
	_ = sender.Send(context.Background(), &cloudevents.Event{ID: "A-1", Source: "/orders", Type: "paid"})
	// Output: failed A-1 404
}

func ExampleAttempt() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()

	sender := cehttp.Sender{
		Target: server.URL, Logger: noLog(), Retry: cehttp.Retry{Wait: time.Millisecond, NoJitter: true},
		Observer: cehttp.SendObserver{
			Attempted: func(_ context.Context, a cehttp.Attempt) { fmt.Println(a.Number, a.Status, a.Wait) },
		},
	}
	event := cloudevents.New("/orders", "com.example.order.placed")
	_ = sender.Send(context.Background(), &event)
	// Output:
	// 1 429 1ms
	// 2 429 2ms
	// 3 429 0s
}
