// Quickstart starts a receiver on loopback, sends it an event in binary and structured
// mode and two events in a batch, and prints the messages and the decoded events.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Order is the data of the event.
type Order struct {
	Number int    `json:"number"`
	Item   string `json:"item"`
}

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(receive), ReadHeaderTimeout: time.Second}
	go server.Serve(listener)
	defer server.Close()
	url := "http://" + listener.Addr().String() + "/"

	event := cloudevents.New("/shop/berlin", "com.example.order.placed")
	event.Subject = "café order 42"
	if err := event.Set("partitionkey", cloudevents.StringValue("customer-7")); err != nil {
		return err
	}
	if err := event.Set("sampledrate", cloudevents.IntegerValue(1)); err != nil {
		return err
	}
	if err := event.SetData("application/json", Order{Number: 42, Item: "espresso"}); err != nil {
		return err
	}

	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		request, err := cehttp.ToHTTPRequest(ctx, url, &event, mode, nil)
		if err != nil {
			return err
		}
		if err := send(mode, request); err != nil {
			return err
		}
	}
	second := event.Clone()
	second.ID = cloudevents.NewID()
	request, err := cehttp.ToHTTPRequestBatch(ctx, url, []cloudevents.Event{event, second}, nil)
	if err != nil {
		return err
	}
	return send(cloudevents.BatchMode, request)
}

// receive answers with the events that it decoded.
func receive(w http.ResponseWriter, r *http.Request) {
	events, err := decode(r)
	if err != nil {
		http.Error(w, err.Error(), cehttp.StatusCode(err))
		return
	}
	for _, event := range events {
		order, err := cloudevents.DataAs[Order](&event)
		if err != nil {
			http.Error(w, err.Error(), cehttp.StatusCode(err))
			return
		}
		fmt.Fprintf(w, "%v\n%+v\n", event, order)
	}
}

func decode(r *http.Request) ([]cloudevents.Event, error) {
	if cehttp.IsCloudEventBatch(r.Header) {
		return cehttp.ToCloudEventBatch(r, nil, spec.Extensions()...)
	}
	event, err := cehttp.ToCloudEvent(r, nil, spec.Extensions()...)
	return []cloudevents.Event{event}, err
}

// send prints a request, sends it and prints the answer.
func send(mode cloudevents.Mode, r *http.Request) error {
	body, err := r.GetBody()
	if err != nil {
		return err
	}
	sent, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	fmt.Printf("=== %s mode\n", mode)
	for _, key := range slices.Sorted(maps.Keys(r.Header)) {
		fmt.Printf("> %s: %s\n", strings.ToLower(key), r.Header.Get(key))
	}
	fmt.Printf(">\n> %s\n\n", sent)

	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", response.Status, bytes.TrimSpace(answer))
	}
	for line := range strings.Lines(string(answer)) {
		fmt.Print("< ", line)
	}
	fmt.Println()
	return nil
}
