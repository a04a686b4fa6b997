package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"

	sdkprotobuf "github.com/cloudevents/sdk-go/binding/format/protobuf/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
)

// overHTTP reports whether the SDK takes a message of that protocol from HTTP: requests,
// responses, and documents in the formats that it has.
func overHTTP(p conformance.Protocol) bool {
	switch p {
	case conformance.Request, conformance.Response, conformance.JSON, conformance.Protobuf:
		return true
	}
	return false
}

// readHTTP returns the events in a message, which the SDK takes from requests.
func readHTTP(m conformance.Message, batch bool) (events []event.Event, err error) {
	req, err := http.NewRequest(http.MethodPost, "http://example.com/", bytes.NewReader(m.Body))
	if err != nil {
		return nil, err
	}
	for name, values := range m.Header { // net/http makes names canonical
		for _, v := range values {
			req.Header.Add(name, v)
		}
	}
	switch {
	case m.Protocol == conformance.Protobuf && batch:
		return nil, conformance.ErrSkipped // its batches are JSON
	case m.Protocol == conformance.Protobuf:
		req.Header.Set("Content-Type", sdkprotobuf.ApplicationCloudEventsProtobuf)
	case m.Protocol == conformance.JSON && batch:
		req.Header.Set("Content-Type", spec.BatchMediaTypeJSON)
	case m.Protocol == conformance.JSON:
		req.Header.Set("Content-Type", spec.MediaTypeJSON)
	}
	if batch {
		return cehttp.NewEventsFromHTTPRequest(req)
	}
	return one(cehttp.NewEventFromHTTPRequest(req))
}

// writeHTTP returns the request that the SDK makes of events.
func writeHTTP(events []event.Event, mode cloudevents.Mode, p conformance.Protocol) (m conformance.Message, err error) {
	ctx := modeContext(mode)
	if p == conformance.Protobuf {
		ctx = binding.UseFormatForEvent(ctx, sdkprotobuf.Protobuf)
	}
	req, err := http.NewRequest(http.MethodPost, "http://example.com/", nil)
	switch {
	case err != nil:
		return m, err
	case mode == cloudevents.BatchMode && p != conformance.Request && p != conformance.JSON:
		return m, conformance.ErrSkipped // its batches are requests with JSON
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
	m = conformance.Message{Protocol: p, Header: req.Header}
	if req.Body != nil {
		m.Body, err = io.ReadAll(req.Body)
	}
	return m, err
}
