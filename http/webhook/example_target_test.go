package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// shippedJSON is an event in structured mode.
const shippedJSON = `{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.shipped"}`

// shipped is a handler of events.
func shipped(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	fmt.Println("handled", e.ID)
	return nil, nil
}

// A sender asks for permission. One is granted a rate, the other one is refused.
func ExampleTarget() {
	target := &webhook.Target{
		Next:    &cehttp.Receiver{Handler: shipped},
		Origins: []string{"*.example.com"},
		Rate:    100,
	}

	ask := httptest.NewRequest("OPTIONS", "/events", nil)
	ask.Header.Set("WebHook-Request-Origin", "eventemitter.example.com")
	ask.Header.Set("WebHook-Request-Rate", "120")
	answer := httptest.NewRecorder()
	target.ServeHTTP(answer, ask)
	fmt.Println(answer.Code, answer.Header().Get("WebHook-Allowed-Origin"), answer.Header().Get("WebHook-Allowed-Rate"))

	ask.Header.Set("WebHook-Request-Origin", "example.com.evil.org")
	answer = httptest.NewRecorder()
	target.ServeHTTP(answer, ask)
	fmt.Println(answer.Code, answer.Header().Get("WebHook-Allowed-Origin") == "")
	// Output:
	// 200 eventemitter.example.com 100
	// 403 true
}

func ExampleTarget_ServeHTTP() {
	target := &webhook.Target{Next: &cehttp.Receiver{Handler: shipped}, Origins: []string{"a.example.com"}}
	for _, origin := range []string{"a.example.com", "b.example.com"} {
		delivery := httptest.NewRequest("POST", "/", strings.NewReader(shippedJSON))
		delivery.Header.Set("Content-Type", "application/cloudevents+json")
		delivery.Header.Set("WebHook-Request-Origin", origin)
		answer := httptest.NewRecorder()
		target.ServeHTTP(answer, delivery)
		fmt.Println(answer.Code)
	}
	// Output:
	// handled A-1
	// 204
	// 403
}

// Refused is called for handshakes that are refused, so that a person can decide.
func ExampleHandshake() {
	target := &webhook.Target{Refused: func(_ context.Context, h webhook.Handshake) {
		fmt.Println(h.Origin, "asks for", h.Rate, "requests per minute")
	}}
	ask := httptest.NewRequest("OPTIONS", "/", nil)
	ask.Header.Set("WebHook-Request-Origin", "new.example.org")
	ask.Header.Set("WebHook-Request-Rate", "120")
	target.ServeHTTP(httptest.NewRecorder(), ask)
	// Output:
	// new.example.org asks for 120 requests per minute
}

func ExampleMatchOrigin() {
	fmt.Println(webhook.MatchOrigin("*.example.com", "a.example.com"))
	fmt.Println(webhook.MatchOrigin("*.example.com", "example.com"))
	fmt.Println(webhook.MatchOrigin("*.example.com", "evilexample.com"))
	fmt.Println(webhook.MatchOrigin("*.example.com", "a.example.com.evil.org"))
	// Output:
	// true
	// false
	// false
	// false
}

// Callbacks may go to a private network, and to the Internet.
func ExampleCallback() {
	ours := netip.MustParsePrefix("10.1.0.0/16")
	callback := &webhook.Callback{AllowAddress: func(a netip.Addr) bool {
		return webhook.PublicAddress(a) || ours.Contains(a)
	}}
	target := &webhook.Target{Origins: []string{"*"}, Callback: callback}

	ask := httptest.NewRequest("OPTIONS", "/", nil)
	ask.Header.Set("WebHook-Request-Origin", "a.example.com")
	ask.Header.Set("WebHook-Request-Callback", "http://a.example.com/confirm")
	answer := httptest.NewRecorder()
	target.ServeHTTP(answer, ask)
	fmt.Println(answer.Code, "without https")
	// Output:
	// 400 without https
}

func ExampleCallback_Grant() {
	var callback webhook.Callback
	err := callback.Grant(context.Background(), "https://127.0.0.1/confirm?id=1&key=secret", 100)
	fmt.Println(err)
	// Output:
	// callback: dial tcp 127.0.0.1:443: address is not public
}

func ExampleCallback_Shutdown() {
	var callback webhook.Callback
	fmt.Println(callback.Shutdown(context.Background()))
	// Output:
	// <nil>
}

func ExamplePublicAddress() {
	for _, a := range []string{"8.8.8.8", "169.254.169.254", "::ffff:127.0.0.1"} {
		fmt.Println(a, webhook.PublicAddress(netip.MustParseAddr(a)))
	}
	// Output:
	// 8.8.8.8 true
	// 169.254.169.254 false
	// ::ffff:127.0.0.1 false
}

// Anyone may ask for permission, but a delivery needs a token.
func ExampleAuthorization() {
	handler := &webhook.Authorization{
		Next: &webhook.Target{
			Next:    &cehttp.Receiver{Handler: shipped},
			Origins: []string{"a.example.com"},
		},
		Tokens:    []string{"mF_9.B5f-4.1JqM"},
		Handshake: true,
	}
	for _, token := range []string{"mF_9.B5f-4.1JqM", "guess"} {
		delivery := httptest.NewRequest("POST", "/", strings.NewReader(shippedJSON))
		delivery.Header.Set("Content-Type", "application/cloudevents+json")
		delivery.Header.Set("WebHook-Request-Origin", "a.example.com")
		delivery.Header.Set("Authorization", "Bearer "+token)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, delivery)
		fmt.Printf("%d %q\n", answer.Code, answer.Header().Get("WWW-Authenticate"))
	}
	// Output:
	// handled A-1
	// 204 ""
	// 401 "Bearer error=\"invalid_token\""
}

func ExampleAuthorization_ServeHTTP() {
	handler := &webhook.Authorization{
		Next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Println("query:", r.URL.RawQuery) }),
		Check: func(_ context.Context, token string) error {
			if strings.HasPrefix(token, "tenant-") {
				return nil
			}
			return errors.New("unknown")
		},
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest("POST", "/?access_token=tenant-7&p=q", nil))
	fmt.Println(answer.Code, answer.Header().Get("Cache-Control"))
	// Output:
	// query: p=q
	// 204 private
}
