// Command adapter lets "ce conformance --adapter" test sdk-go. It does what a user
// of that SDK does: events are read by its functions for requests and validated,
// built with its setters, and written by its functions for requests.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"unicode"

	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
)

func main() {
	codec := conformance.Codec{Check: check, Decode: decode, Encode: encode, Transcode: transcode}
	if err := codec.Serve("sdk-go "+version(), os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/cloudevents/sdk-go/v2" {
				return m.Version[len("v"):]
			}
		}
	}
	return "of an unknown version"
}

// known reports whether this adapter serves a protocol: HTTP, and documents.
func known(p conformance.Protocol) bool {
	return p == conformance.Request || p == conformance.Response || p == conformance.JSON
}

func decode(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
	if len(exts) > 0 || !known(m.Protocol) {
		return nil, conformance.ErrSkipped // it has no types for extensions in a decode
	}
	events, err := read(m, batch)
	if err != nil {
		return nil, err
	}
	var neutral []conformance.Event
	for i := range events {
		neutral = append(neutral, describe(&events[i]))
	}
	return neutral, nil
}

// read returns the events in a message, which the SDK takes from requests.
func read(m conformance.Message, batch bool) ([]event.Event, error) {
	req, err := http.NewRequest(http.MethodPost, "http://example.com/", bytes.NewReader(m.Body))
	if err != nil {
		return nil, err
	}
	for name, values := range m.Header { // net/http makes names canonical
		for _, v := range values {
			req.Header.Add(name, v)
		}
	}
	var events []event.Event
	switch {
	case m.Protocol == conformance.JSON && batch:
		req.Header.Set("Content-Type", spec.BatchMediaTypeJSON)
	case m.Protocol == conformance.JSON:
		req.Header.Set("Content-Type", spec.MediaTypeJSON)
	}
	if batch {
		events, err = cehttp.NewEventsFromHTTPRequest(req)
	} else {
		var e *event.Event
		if e, err = cehttp.NewEventFromHTTPRequest(req); err == nil {
			events = []event.Event{*e}
		}
	}
	if err != nil {
		return nil, err
	}
	for i := range events {
		if err := events[i].Validate(); err != nil {
			return nil, err
		}
	}
	return events, nil
}

func encode(neutral []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
	if !known(p) || p == conformance.Response && mode == cloudevents.BatchMode {
		return conformance.Message{}, conformance.ErrSkipped
	}
	events := []event.Event{} // it writes nil as null
	for _, n := range neutral {
		e, err := build(n)
		if err != nil {
			return conformance.Message{}, err
		}
		events = append(events, e)
	}
	m, err := write(events, mode)
	m.Protocol = p
	return m, err
}

// write returns the request that the SDK makes of events.
func write(events []event.Event, mode cloudevents.Mode) (m conformance.Message, err error) {
	ctx := binding.WithForceBinary(context.Background())
	if mode == cloudevents.StructuredMode {
		ctx = binding.WithForceStructured(ctx)
	}
	req, err := http.NewRequest(http.MethodPost, "http://example.com/", nil)
	switch {
	case err != nil:
		return m, err
	case mode == cloudevents.BatchMode:
		req, err = cehttp.NewHTTPRequestFromEvents(ctx, "http://example.com/", events)
	default:
		err = cehttp.WriteRequest(ctx, binding.ToMessage(&events[0]), req)
	}
	if err != nil {
		return m, err
	}
	for name, values := range req.Header {
		for _, v := range values {
			if strings.ContainsFunc(v, unicode.IsControl) {
				return m, fmt.Errorf("net/http would refuse the header %s", name)
			}
		}
	}
	m = conformance.Message{Protocol: conformance.Request, Header: req.Header}
	if req.Body != nil {
		m.Body, err = io.ReadAll(req.Body)
	}
	return m, err
}

func transcode(m conformance.Message, batch bool, mode cloudevents.Mode) (conformance.Message, error) {
	if !known(m.Protocol) {
		return conformance.Message{}, conformance.ErrSkipped
	}
	events, err := read(m, batch)
	if err != nil {
		return conformance.Message{}, err
	}
	return write(events, mode)
}
