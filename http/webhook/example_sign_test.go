package cehttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// exampleSecret is one that nobody uses.
func exampleSecret() cehttp.Secret {
	s, err := cehttp.ParseSecret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
	if err != nil {
		panic(err)
	}
	return s
}

func ExampleParseSecret() {
	_, err := cehttp.ParseSecret("whsec_too+short")
	fmt.Println(err)
	// Output:
	// a secret is whsec_ and the base64 of 24 to 64 bytes
}

func ExampleSecret() {
	secret, err := cehttp.ParseSecret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
	fmt.Println(secret, err)
	// Output:
	// Secret <nil>
}

func ExampleSecret_Format() {
	fmt.Printf("%v %+v %x\n", exampleSecret(), exampleSecret(), exampleSecret())
	// Output:
	// Secret Secret Secret
}

func ExampleSign() {
	h := http.Header{"Content-Type": {"application/cloudevents+json"}}
	err := cehttp.Sign(h, "msg_1", time.Unix(1_700_000_000, 0), []byte(minimalJSON), exampleSecret())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		fmt.Println(name+":", h.Get(name))
	}
	// Output:
	// webhook-id: msg_1
	// webhook-timestamp: 1700000000
	// webhook-signature: v1,+8aMMXxI6ezYkxXbaBPUjMZJOGZ0p44K3KiaRCUziNE=
}

func ExampleWebhookID() {
	h := http.Header{"Ce-Id": {"A-1"}, "Ce-Source": {"/orders"}, "Ce-Type": {"com.example.shipped"}, "Ce-Specversion": {"1.0"}}
	id := cehttp.WebhookID(h, nil)
	h.Set("Ce-Type", "com.example.cancelled")
	fmt.Println(id != cehttp.WebhookID(h, nil), id)
	// Output:
	// true ceb_NKvXegF3ytiVmpfggseWZTIbi3uEFo3zUHPJb644yaY
}

func ExampleSigner() {
	verifier := &cehttp.Verifier{Next: &cehttp.Receiver{Handler: shipped}, Secrets: []cehttp.Secret{exampleSecret()}}
	target := httptest.NewServer(verifier)
	defer target.Close()
	client := &http.Client{Transport: &cehttp.Signer{Secrets: []cehttp.Secret{exampleSecret()}}}
	answer, err := client.Post(target.URL, "application/cloudevents+json", strings.NewReader(minimalJSON))
	if err != nil {
		fmt.Println(err)
		return
	}
	answer.Body.Close()
	fmt.Println(answer.StatusCode)
	// Output:
	// handled 1
	// 204
}

// Signing goes behind the handshake, which may have to wait.
func ExampleSigner_RoundTrip() {
	target := &cehttp.Webhook{
		Next:    &cehttp.Verifier{Next: &cehttp.Receiver{Handler: shipped}, Secrets: []cehttp.Secret{exampleSecret()}},
		Origins: []string{"a.example.com"},
	}
	sender := &cehttp.WebhookTransport{
		Origin: "a.example.com",
		Base:   &cehttp.Signer{Base: through(target), Secrets: []cehttp.Secret{exampleSecret()}},
	}
	fmt.Println(exampleSend(httptest.NewRequest("GET", "/", nil).Context(), sender))
	// Output:
	// handled A-1
	// 204
	// <nil>
}

// A message that is altered on its way is not handled.
func ExampleVerifier() {
	verifier := &cehttp.Verifier{Next: &cehttp.Receiver{Handler: shipped}, Secrets: []cehttp.Secret{exampleSecret()}}
	signed := http.Header{"Content-Type": {"application/cloudevents+json"}}
	if err := cehttp.Sign(signed, "", time.Now(), []byte(minimalJSON), exampleSecret()); err != nil {
		fmt.Println(err)
		return
	}
	for _, body := range []string{minimalJSON, strings.ToUpper(minimalJSON)} {
		request := httptest.NewRequest("POST", "/", strings.NewReader(body))
		request.Header = signed
		answer := httptest.NewRecorder()
		verifier.ServeHTTP(answer, request)
		fmt.Println(answer.Code)
	}
	// Output:
	// handled 1
	// 204
	// 403
}

// With Remember a message that is sent twice is handled once.
func ExampleVerifier_ServeHTTP() {
	verifier := &cehttp.Verifier{
		Next:     &cehttp.Receiver{Handler: shipped},
		Secrets:  []cehttp.Secret{exampleSecret()},
		Remember: 10_000,
	}
	signed := http.Header{"Content-Type": {"application/cloudevents+json"}}
	if err := cehttp.Sign(signed, "", time.Now(), []byte(minimalJSON), exampleSecret()); err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		request := httptest.NewRequest("POST", "/", strings.NewReader(minimalJSON))
		request.Header = signed
		answer := httptest.NewRecorder()
		verifier.ServeHTTP(answer, request)
		fmt.Println(answer.Code)
	}
	// Output:
	// handled 1
	// 204
	// 204
}

func ExampleVerifier_Verify() {
	h := http.Header{"Content-Type": {"application/cloudevents+json"}}
	if err := cehttp.Sign(h, "msg_1", time.Now(), []byte(minimalJSON), exampleSecret()); err != nil {
		fmt.Println(err)
		return
	}
	verifier := &cehttp.Verifier{Secrets: []cehttp.Secret{exampleSecret()}}
	fmt.Println(verifier.Verify(h, []byte(minimalJSON)))
	// Output:
	// <nil>
}

func ExampleErrSignature() {
	err := (&cehttp.Verifier{}).Verify(http.Header{}, nil)
	fmt.Println(errors.Is(err, cehttp.ErrSignature), err)
	// Output:
	// true signature does not verify: webhook-id is there 0 times
}
