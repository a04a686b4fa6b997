package cehttp_test

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
)

// shipped is a handler of events.
func shipped(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	fmt.Println("handled", e.ID)
	return nil, nil
}

// A sender asks for permission, is granted a rate, and delivers.
func ExampleWebhook() {
	webhook := &cehttp.Webhook{
		Next:    &cehttp.Receiver{Handler: shipped},
		Origins: []string{"*.example.com"},
		Rate:    100,
	}

	ask := httptest.NewRequest("OPTIONS", "/events", nil)
	ask.Header.Set("WebHook-Request-Origin", "eventemitter.example.com")
	ask.Header.Set("WebHook-Request-Rate", "120")
	answer := httptest.NewRecorder()
	webhook.ServeHTTP(answer, ask)
	fmt.Println(answer.Code, answer.Header().Get("WebHook-Allowed-Origin"), answer.Header().Get("WebHook-Allowed-Rate"))

	ask.Header.Set("WebHook-Request-Origin", "example.com.evil.org")
	answer = httptest.NewRecorder()
	webhook.ServeHTTP(answer, ask)
	fmt.Println(answer.Code, answer.Header().Get("WebHook-Allowed-Origin") == "")
	// Output:
	// 200 eventemitter.example.com 100
	// 403 true
}

func ExampleWebhook_ServeHTTP() {
	webhook := &cehttp.Webhook{Next: &cehttp.Receiver{Handler: shipped}, Origins: []string{"a.example.com"}}
	for _, origin := range []string{"a.example.com", "b.example.com"} {
		delivery := httptest.NewRequest("POST", "/", strings.NewReader(minimalJSON))
		delivery.Header.Set("Content-Type", "application/cloudevents+json")
		delivery.Header.Set("WebHook-Request-Origin", origin)
		answer := httptest.NewRecorder()
		webhook.ServeHTTP(answer, delivery)
		fmt.Println(answer.Code)
	}
	// Output:
	// handled 1
	// 204
	// 403
}

// Who is refused may be granted permission later, by a person.
func ExampleHandshake() {
	webhook := &cehttp.Webhook{Refused: func(_ context.Context, h cehttp.Handshake) {
		fmt.Println(h.Origin, "asks for", h.Rate, "requests per minute")
	}}
	ask := httptest.NewRequest("OPTIONS", "/", nil)
	ask.Header.Set("WebHook-Request-Origin", "new.example.org")
	ask.Header.Set("WebHook-Request-Rate", "120")
	webhook.ServeHTTP(httptest.NewRecorder(), ask)
	// Output:
	// new.example.org asks for 120 requests per minute
}

func ExampleMatchOrigin() {
	fmt.Println(cehttp.MatchOrigin("*.example.com", "a.example.com"))
	fmt.Println(cehttp.MatchOrigin("*.example.com", "example.com"))
	fmt.Println(cehttp.MatchOrigin("*.example.com", "evilexample.com"))
	fmt.Println(cehttp.MatchOrigin("*.example.com", "a.example.com.evil.org"))
	// Output:
	// true
	// false
	// false
	// false
}

// Senders in a network of one's own may be called back, and those on the Internet.
func ExampleCallback() {
	ours := netip.MustParsePrefix("10.1.0.0/16")
	callback := &cehttp.Callback{AllowAddress: func(a netip.Addr) bool {
		return cehttp.PublicAddress(a) || ours.Contains(a)
	}}
	webhook := &cehttp.Webhook{Origins: []string{"*"}, Callback: callback}

	ask := httptest.NewRequest("OPTIONS", "/", nil)
	ask.Header.Set("WebHook-Request-Origin", "a.example.com")
	ask.Header.Set("WebHook-Request-Callback", "http://a.example.com/confirm")
	answer := httptest.NewRecorder()
	webhook.ServeHTTP(answer, ask)
	fmt.Println(answer.Code, "without https")
	// Output:
	// 400 without https
}

func ExampleCallback_Grant() {
	var callback cehttp.Callback
	err := callback.Grant(context.Background(), "https://127.0.0.1/confirm?id=1&key=secret", 100)
	fmt.Println(err)
	// Output:
	// callback: dial tcp 127.0.0.1:443: address is not public
}

func ExampleCallback_Shutdown() {
	var callback cehttp.Callback
	fmt.Println(callback.Shutdown(context.Background()))
	// Output:
	// <nil>
}

func ExamplePublicAddress() {
	for _, a := range []string{"8.8.8.8", "169.254.169.254", "::ffff:127.0.0.1"} {
		fmt.Println(a, cehttp.PublicAddress(netip.MustParseAddr(a)))
	}
	// Output:
	// 8.8.8.8 true
	// 169.254.169.254 false
	// ::ffff:127.0.0.1 false
}

// Strangers may ask for permission; who delivers needs a token.
func ExampleAuthorization() {
	handler := &cehttp.Authorization{
		Next: &cehttp.Webhook{
			Next:    &cehttp.Receiver{Handler: shipped},
			Origins: []string{"a.example.com"},
		},
		Tokens:    []string{"mF_9.B5f-4.1JqM"},
		Handshake: true,
	}
	for _, token := range []string{"mF_9.B5f-4.1JqM", "guess"} {
		delivery := httptest.NewRequest("POST", "/", strings.NewReader(minimalJSON))
		delivery.Header.Set("Content-Type", "application/cloudevents+json")
		delivery.Header.Set("WebHook-Request-Origin", "a.example.com")
		delivery.Header.Set("Authorization", "Bearer "+token)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, delivery)
		fmt.Printf("%d %q\n", answer.Code, answer.Header().Get("WWW-Authenticate"))
	}
	// Output:
	// handled 1
	// 204 ""
	// 401 "Bearer error=\"invalid_token\""
}

func ExampleAuthorization_ServeHTTP() {
	handler := &cehttp.Authorization{
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
