// Webhook is a delivery target with abuse protection, tokens and signatures, and a sender
// that asks it for permission first. It delivers one event and exits. With -serve it
// keeps listening for requests by hand:
//
//	curl -i -X OPTIONS http://127.0.0.1:8080/events -H 'WebHook-Request-Origin: eventemitter.example.com'
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// The secrets of this example. Make yours at random, and keep them out of the source.
const (
	token      = "mF_9.B5f-4.1JqM"
	secretText = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
)

func main() {
	log.SetFlags(0)
	serve := flag.Bool("serve", false, "listen until interrupted")
	address := flag.String("address", "127.0.0.1:8080", "where -serve listens")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if !*serve {
		*address = "127.0.0.1:0"
	}
	if err := run(ctx, *address, *serve); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, address string, serve bool) error {
	secret, err := webhook.ParseSecret(secretText)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- cehttp.Serve(ctx, listener, target(secret)) }()

	if err := deliver(ctx, "http://"+listener.Addr().String()+"/events", secret); err != nil {
		return err
	}
	if serve {
		fmt.Printf("listening on http://%s/events\n", listener.Addr())
	} else {
		stop()
	}
	return <-served
}

// target accepts events from example.com that have a token and a signature.
func target(secret webhook.Secret) http.Handler {
	receiver := &cehttp.Receiver{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		fmt.Println("received", e)
		return nil, nil
	}}
	verifier := &webhook.Verifier{Next: receiver, Secrets: []webhook.Secret{secret}}
	guarded := &webhook.Target{Next: verifier, Origins: []string{"*.example.com"}, Rate: 100}
	return &webhook.Authorization{Next: guarded, Tokens: []string{token}, Handshake: true}
}

// deliver asks for permission and sends an event.
func deliver(ctx context.Context, url string, secret webhook.Secret) error {
	client := &http.Client{
		Timeout: 30 * time.Second,
		Transport: &webhook.Transport{
			Origin:    "eventemitter.example.com",
			Rate:      120,
			Token:     token,
			AllowHTTP: true, // on loopback only: the specification requires https
			Base:      &webhook.Signer{Secrets: []webhook.Secret{secret}},
		},
	}
	event := cloudevents.New("/orders", "com.example.shipped")
	request, err := cehttp.ToHTTPRequest(ctx, url, &event, cloudevents.StructuredMode, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	fmt.Println("delivered:", answer.Status)
	return nil
}
