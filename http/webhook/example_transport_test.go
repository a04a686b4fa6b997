package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

func ExampleTransport() {
	target := httptest.NewTLSServer(&webhook.Target{
		Next:    &cehttp.Receiver{Handler: shipped},
		Origins: []string{"*.example.com"},
		Rate:    100,
	})
	defer target.Close()
	client := &http.Client{Transport: &webhook.Transport{
		Base:   target.Client().Transport, // which trusts the server of this example
		Origin: "eventemitter.example.com",
		Rate:   120,
	}}
	event := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.shipped"}
	request, err := cehttp.ToHTTPRequest(context.Background(), target.URL, &event, cloudevents.StructuredMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := client.Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer.Body.Close()
	fmt.Println(answer.StatusCode)
	// Output:
	// handled A-1
	// 204
}

// exampleSend sends an event to a target through rt.
func exampleSend(ctx context.Context, rt http.RoundTripper) error {
	event := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.shipped"}
	request, err := cehttp.ToHTTPRequest(ctx, "https://target.example.org/events", &event, cloudevents.StructuredMode, nil)
	if err != nil {
		return err
	}
	answer, err := rt.RoundTrip(request)
	if err == nil {
		fmt.Println(answer.StatusCode)
	}
	return err
}

func ExampleTransport_RoundTrip() {
	target := &webhook.Target{Next: &cehttp.Receiver{Handler: shipped}, Origins: []string{"a.example.com"}}
	fmt.Println(exampleSend(context.Background(), &webhook.Transport{Base: through(target), Origin: "a.example.com"}))
	// Output:
	// handled A-1
	// 204
	// <nil>
}

// A target may consent later, at the URL that the handshake offers.
func ExampleTransport_ServeConsent() {
	var offered string
	sender := &webhook.Transport{Origin: "a.example.com", CallbackURL: "https://a.example.com/consent"}
	sender.Base = roundTrip(func(r *http.Request) (*http.Response, error) {
		offered = r.Header.Get("WebHook-Request-Callback")
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}, nil
	})
	mux := http.NewServeMux()
	mux.HandleFunc("/consent", sender.ServeConsent)

	fmt.Println(exampleSend(context.Background(), sender))
	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, httptest.NewRequest("POST", offered, nil))
	fmt.Println(answer.Code, answer.Body)
	fmt.Println(exampleSend(context.Background(), sender))
	// Output:
	// webhook handshake with "target.example.org": status 200: target does not consent to deliveries: permission may come by callback
	// 200 {"status":"granted"}
	// 200
	// <nil>
}

func ExampleHandshakeError() {
	target := &webhook.Target{Origins: []string{"a.example.com"}}
	err := exampleSend(context.Background(), &webhook.Transport{Base: through(target), Origin: "b.example.com"})
	var handshake *webhook.HandshakeError
	if errors.As(err, &handshake) {
		fmt.Println(handshake.Host, handshake.Status, handshake.Reason)
		fmt.Println("again:", handshake.Temporary, handshake.RetryAfter)
	}
	// Output:
	// target.example.org 403 there is no WebHook-Allowed-Origin
	// again: false 1m0s
}

func ExampleHandshakeError_Error() {
	fmt.Println(&webhook.HandshakeError{Host: "a.example.com", Status: 404, Err: webhook.ErrNoConsent})
	// Output:
	// webhook handshake with "a.example.com": status 404: target does not consent to deliveries
}

func ExampleHandshakeError_Unwrap() {
	err := &webhook.HandshakeError{Host: "a.example.com", Err: context.DeadlineExceeded}
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// true
}

func ExampleErrNoConsent() {
	err := exampleSend(context.Background(), &webhook.Transport{Base: through(&webhook.Target{}), Origin: "a.example.com"})
	fmt.Println(errors.Is(err, webhook.ErrNoConsent))
	// Output:
	// true
}

func ExampleTransport_gone() {
	retired := &webhook.Target{Next: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }), Origins: []string{"*"}}
	sender := &webhook.Transport{Base: through(retired), Origin: "a.example.com"}
	for range 2 {
		err := exampleSend(context.Background(), sender)
		fmt.Println(errors.Is(err, cehttp.ErrGone))
	}
	// Output:
	// 410
	// false
	// true
}

func ExampleRateError() {
	target := &webhook.Target{Next: &cehttp.Receiver{Handler: shipped}, Origins: []string{"*"}, Rate: 1}
	sender := &webhook.Transport{Base: through(target), Origin: "a.example.com"}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for range 2 {
		err := exampleSend(ctx, sender)
		var early *webhook.RateError
		fmt.Println(errors.As(err, &early) && early.RetryAfter > 50*time.Second)
	}
	// Output:
	// handled A-1
	// 204
	// false
	// true
}

func ExampleRateError_Error() {
	fmt.Println(&webhook.RateError{RetryAfter: time.Minute})
	// Output:
	// the target may be sent to again in 1m0s, after the deadline of this delivery
}
