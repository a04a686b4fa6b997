package ceverify_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// A producer signs an event, and a consumer finds that somebody has changed it.
func Example() {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	signer := ceverify.Signer{Key: private, KeyID: "orders-2026"}
	verifier := ceverify.Verifier{Keys: []ceverify.Key{{ID: "orders-2026", Public: private.Public()}}}

	event := cloudevents.New("/orders", "com.example.order.placed")
	if err := event.SetData("application/json", map[string]int{"total": 12}); err != nil {
		fmt.Println(err)
		return
	}
	if err := signer.Sign(&event); err != nil {
		fmt.Println(err)
		return
	}

	r, err := verifier.Verify(&event)
	fmt.Println(r.Coverage, r.KeyID, err)

	event.Data = []byte(`{"total":99}`)
	_, err = verifier.Verify(&event)
	fmt.Println(err, errors.Is(err, ceverify.ErrDigest))
	// Output:
	// core orders-2026 <nil>
	// event differs from the signed one in a core attribute or the data true
}

// A receiver of HTTP handles signed events alone.
func ExampleVerifier_Wrap() {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier := ceverify.Verifier{Keys: []ceverify.Key{{ID: "k", Public: public}}}
	handle := dispatch.NoReply(func(ctx context.Context, e *cloudevents.Event) error {
		fmt.Println("handled, signed by", ceverify.FromContext(ctx).KeyID)
		return nil
	})
	receiver := &cehttp.Receiver{Handler: dispatch.Chain(handle, verifier.Wrap)}

	post := func(e *cloudevents.Event) {
		r, err := cehttp.ToHTTPRequest(context.Background(), "http://example.com/", e, cloudevents.BinaryMode, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		w := httptest.NewRecorder()
		receiver.ServeHTTP(w, r)
		fmt.Println(w.Code, http.StatusText(w.Code))
	}
	event := cloudevents.New("/orders", "com.example.order.placed")
	post(&event)
	signer := ceverify.Signer{Key: private, KeyID: "k"}
	if err := signer.Sign(&event); err != nil {
		fmt.Println(err)
		return
	}
	post(&event)
	// Output:
	// 403 Forbidden
	// handled, signed by k
	// 204 No Content
}

// Extensions that must not change are signed, too. Others are dropped, or kept apart. A
// Binary arrives over HTTP as a text, so that the Verifier must know its type.
func ExampleBehavior() {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	event := cloudevents.New("/orders", "com.example.order.placed")
	event.Extensions = []cloudevents.Extension{
		{Name: "checksum", Value: cloudevents.BinaryValue([]byte{1, 2, 3})},
		{Name: "hops", Value: cloudevents.IntegerValue(1)},
	}
	signed := []spec.Attribute{{Name: "checksum", Type: spec.Binary}}
	signer := ceverify.Signer{Key: private, KeyID: "k", Extensions: signed}
	if err := signer.Sign(&event); err != nil {
		fmt.Println(err)
		return
	}

	h := http.Header{}
	if err := cehttp.SetHeader(h, &event); err != nil {
		fmt.Println(err)
		return
	}
	received, err := cehttp.FromHeader(h)
	if err != nil {
		fmt.Println(err)
		return
	}
	keys := []ceverify.Key{{ID: "k", Public: public}}
	for _, behavior := range []ceverify.Behavior{ceverify.Strict, ceverify.Passthrough, ceverify.CoreOnly} {
		verifier := ceverify.Verifier{Keys: keys, Extensions: signed, Behavior: behavior}
		r, err := verifier.Verify(&received)
		fmt.Printf("%v, %v:", r.Coverage, err)
		for _, x := range r.Event.Extensions {
			fmt.Print(" ", x.Name)
		}
		for _, x := range r.Unverified {
			fmt.Print(" (", x.Name, ")")
		}
		fmt.Println()
	}
	// Output:
	// core and extensions, <nil>: checksum
	// core and extensions, <nil>: checksum (dssematerial) (hops)
	// core, <nil>:
}

// While a key is replaced, both are accepted. Each key may sign for its own source only, and
// one source does not sign yet.
func ExampleKey() {
	older, olderPrivate, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	newer, newerPrivate, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	orders := func(e *cloudevents.Event) bool { return e.Source == "/orders" }
	verifier := ceverify.Verifier{
		Keys: []ceverify.Key{
			{ID: "orders-2025", Public: older, Accepts: orders},
			{ID: "orders-2026", Public: newer, Accepts: orders},
		},
		AllowUnsigned: func(e *cloudevents.Event) bool { return e.Source == "/legacy" },
	}
	for _, c := range []struct {
		source string
		signer ceverify.Signer
	}{
		{"/orders", ceverify.Signer{Key: olderPrivate, KeyID: "orders-2025"}},
		{"/orders", ceverify.Signer{Key: newerPrivate, KeyID: "orders-2026"}},
		{"/billing", ceverify.Signer{Key: newerPrivate, KeyID: "orders-2026"}},
		{"/orders", ceverify.Signer{}},
		{"/legacy", ceverify.Signer{}},
	} {
		event := cloudevents.New(c.source, "com.example.order.placed")
		if c.signer.Key != nil {
			if err := c.signer.Sign(&event); err != nil {
				fmt.Println(err)
				return
			}
		}
		r, err := verifier.Verify(&event)
		fmt.Println(c.source, r.Coverage, err)
	}
	// Output:
	// /orders core <nil>
	// /orders core <nil>
	// /billing unsigned event is signed with an unknown key: "orders-2026"
	// /orders unsigned event is not signed
	// /legacy unsigned <nil>
}

func ExampleCoverage() {
	r := ceverify.Result{Coverage: ceverify.CoreAndExtensions}
	fmt.Println(r.Coverage)
	// Output: core and extensions
}

func ExampleBehavior_String() {
	fmt.Println(ceverify.Strict, ceverify.Passthrough, ceverify.CoreOnly, ceverify.Behavior(9))
	// Output: strict passthrough core only Behavior(9)
}

// A Sender signs each event that it sends.
func ExampleSigner_Sending() {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier := ceverify.Verifier{Keys: []ceverify.Key{{ID: "orders-2026", Public: public}}}
	server := httptest.NewServer(&cehttp.Receiver{
		Handler: verifier.Wrap(func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			fmt.Println(e.Type, "signed with", ceverify.FromContext(ctx).KeyID)
			return nil, nil
		}),
	})
	defer server.Close()

	signer := ceverify.Signer{Key: private, KeyID: "orders-2026"}
	sender := cehttp.Sender{Target: server.URL}
	sender.Observer.Sending = signer.Sending
	event := cloudevents.New("/orders", "com.example.order.placed")
	fmt.Println(sender.Send(context.Background(), &event))
	// Output:
	// com.example.order.placed signed with orders-2026
	// <nil>
}
