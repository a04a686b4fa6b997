package webhook_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// exampleSecret is a secret that nobody uses.
func exampleSecret() webhook.Secret {
	s, err := webhook.ParseSecret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
	if err != nil {
		panic(err)
	}
	return s
}

func ExampleParseSecret() {
	_, err := webhook.ParseSecret("whsec_too+short")
	fmt.Println(err)
	// Output:
	// a secret is whsec_ and the base64 of 24 to 64 bytes
}

func ExampleSecret() {
	secret, err := webhook.ParseSecret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
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
	err := webhook.Sign(h, "msg_1", time.Unix(1_700_000_000, 0), []byte(shippedJSON), exampleSecret())
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
	// webhook-signature: v1,Cdk/ITrOwLFElVwBg1w+BALi+aTcdf8RapZMxagEKJw=
}

func ExampleID() {
	h := http.Header{"Ce-Id": {"A-1"}, "Ce-Source": {"/orders"}, "Ce-Type": {"com.example.shipped"}, "Ce-Specversion": {"1.0"}}
	id := webhook.ID(h, nil)
	h.Set("Ce-Type", "com.example.canceled")
	fmt.Println(id != webhook.ID(h, nil), id)
	// Output:
	// true ceb_NKvXegF3ytiVmpfggseWZTIbi3uEFo3zUHPJb644yaY
}

func ExampleSigner() {
	verifier := &webhook.Verifier{Next: &cehttp.Receiver{Handler: shipped}, Secrets: []webhook.Secret{exampleSecret()}}
	target := httptest.NewServer(verifier)
	defer target.Close()
	client := &http.Client{Transport: &webhook.Signer{Secrets: []webhook.Secret{exampleSecret()}}}
	answer, err := client.Post(target.URL, "application/cloudevents+json", strings.NewReader(shippedJSON))
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

// The Signer is the Base of the Transport, so that it signs after the handshake and the
// wait.
func ExampleSigner_RoundTrip() {
	target := &webhook.Target{
		Next:    &webhook.Verifier{Next: &cehttp.Receiver{Handler: shipped}, Secrets: []webhook.Secret{exampleSecret()}},
		Origins: []string{"a.example.com"},
	}
	sender := &webhook.Transport{
		Origin: "a.example.com",
		Base:   &webhook.Signer{Base: through(target), Secrets: []webhook.Secret{exampleSecret()}},
	}
	fmt.Println(exampleSend(httptest.NewRequest("GET", "/", nil).Context(), sender))
	// Output:
	// handled A-1
	// 204
	// <nil>
}

// A message that was altered in transit is refused.
func ExampleVerifier() {
	verifier := &webhook.Verifier{Next: &cehttp.Receiver{Handler: shipped}, Secrets: []webhook.Secret{exampleSecret()}}
	signed := http.Header{"Content-Type": {"application/cloudevents+json"}}
	if err := webhook.Sign(signed, "", time.Now(), []byte(shippedJSON), exampleSecret()); err != nil {
		fmt.Println(err)
		return
	}
	for _, body := range []string{shippedJSON, strings.ToUpper(shippedJSON)} {
		request := httptest.NewRequest("POST", "/", strings.NewReader(body))
		request.Header = signed
		answer := httptest.NewRecorder()
		verifier.ServeHTTP(answer, request)
		fmt.Println(answer.Code)
	}
	// Output:
	// handled A-1
	// 204
	// 403
}

// With Remember, a message that is sent twice is handled once.
func ExampleVerifier_ServeHTTP() {
	verifier := &webhook.Verifier{
		Next:     &cehttp.Receiver{Handler: shipped},
		Secrets:  []webhook.Secret{exampleSecret()},
		Remember: 10_000,
	}
	signed := http.Header{"Content-Type": {"application/cloudevents+json"}}
	if err := webhook.Sign(signed, "", time.Now(), []byte(shippedJSON), exampleSecret()); err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		request := httptest.NewRequest("POST", "/", strings.NewReader(shippedJSON))
		request.Header = signed
		answer := httptest.NewRecorder()
		verifier.ServeHTTP(answer, request)
		fmt.Println(answer.Code)
	}
	// Output:
	// handled A-1
	// 204
	// 204
}

func ExampleVerifier_Verify() {
	h := http.Header{"Content-Type": {"application/cloudevents+json"}}
	if err := webhook.Sign(h, "msg_1", time.Now(), []byte(shippedJSON), exampleSecret()); err != nil {
		fmt.Println(err)
		return
	}
	verifier := &webhook.Verifier{Secrets: []webhook.Secret{exampleSecret()}}
	fmt.Println(verifier.Verify(h, []byte(shippedJSON)))
	// Output:
	// <nil>
}

func ExampleErrSignature() {
	err := (&webhook.Verifier{}).Verify(http.Header{}, nil)
	fmt.Println(errors.Is(err, webhook.ErrSignature), err)
	// Output:
	// true signature does not verify: webhook-id is missing
}
