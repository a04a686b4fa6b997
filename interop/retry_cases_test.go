package interop_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// A retryCase is a response of a Receiver, and how clients react to it.
type retryCase struct {
	status    int
	why       string // for the README
	retryable bool

	// These fields make a receiver respond with status.
	reply   *cloudevents.Event
	err     error
	handler dispatch.Handler
	decoder cehttp.Decoder
	path    string

	sdkGo    int    // number of requests
	reports  string // result of Send
	fetch    int    // number of requests
	waits    string // seconds of Retry-After in between
	reported string // result of the function for fetch
}

// delivered is the event that is sent for each case.
var delivered = cloudevents.Event{
	ID: "1", Source: "/s", Type: "com.example.text", Time: noon, DataContentType: "text/plain", Data: []byte("some text"),
	Extensions: []cloudevents.Extension{{Name: "level", Value: cloudevents.StringValue("high")}},
}

var errRetry = errors.New("it failed")

// tooLong is longer than any test lasts: a client that waits makes no second request.
const tooLong = time.Hour

var retryCases = []retryCase{
	{status: 200, why: "a reply", reply: &answer, sdkGo: 1, reports: "ACK", fetch: 1, reported: "200"},
	{status: 202, why: "`Deferred`", err: &dispatch.Deferred{ID: "work"}, sdkGo: 1, reports: "ACK", fetch: 1, reported: "202"},
	{status: 204, why: "handled", sdkGo: 1, reports: "ACK", fetch: 1, reported: "204"},
	{status: 400, why: "an attribute is not valid", decoder: cehttp.Decoder{Extensions: []spec.Attribute{{Name: "level", Type: spec.Integer}}},
		sdkGo: 1, reports: "NACK", fetch: 1, reported: "400 invalid_event"},
	{status: 404, why: "no address of `Routes`", path: "/nothing", sdkGo: 3, reports: "NACK", fetch: 1, reported: "404 not_found"},
	{status: 405, why: "no address for POST", path: "/health/live", sdkGo: 1, reports: "NACK", fetch: 1, reported: "405 method_not_allowed"},
	{status: 410, why: "retired", err: &dispatch.Error{Status: 410}, sdkGo: 1, reports: "NACK", fetch: 1, reported: "410 gone"},
	{status: 413, why: "`Decoder.MaxBytes`", decoder: cehttp.Decoder{MaxBytes: 5}, sdkGo: 3, reports: "NACK", fetch: 1, reported: "413 too_large"},
	{status: 415, why: "`Typed` takes JSON only", handler: dispatch.Typed(func(context.Context, *cloudevents.Event, struct{}) (*cloudevents.Event, error) { return nil, nil }),
		sdkGo: 1, reports: "NACK", fetch: 1, reported: "415 unsupported_data"},
	{status: 422, why: "`Permanent`", err: dispatch.Permanent(errRetry), sdkGo: 1, reports: "NACK", fetch: 1, reported: "422 unprocessable_entity"},
	{status: 429, why: "rate exceeded, `Retry-After: 3600`", retryable: true, err: &dispatch.Error{Status: 429, RetryAfter: tooLong},
		sdkGo: 3, reports: "NACK", fetch: 3, waits: "[3600 3600]", reported: "429 too_many_requests"},
	{status: 500, why: "the handler failed", retryable: true, err: errRetry, sdkGo: 1, reports: "NACK", fetch: 3, waits: "[0 0]", reported: "500 internal_server_error"},
	{status: 503, why: "`Retryable`, `Retry-After: 3600`", retryable: true, err: dispatch.Retryable(errRetry, tooLong),
		sdkGo: 3, reports: "NACK", fetch: 3, waits: "[3600 3600]", reported: "503 service_unavailable"},
}

const jsReports = "resolves, without a status" // of httpTransport, for each answer

// A retryDeviation is a reaction of a peer to responses that departs from the section.
type retryDeviation struct {
	peer     string
	statuses []int
	happens  string
	section  string
}

const sectionAnswers = "http-webhook.md#22-delivery-response"

var refusals = []int{400, 404, 405, 410, 413, 415, 422, 429, 500, 503}

var retryDeviations = []retryDeviation{
	{sdkGo, []int{404, 413}, "Is sent again, though the same event will be answered in the same way.", sectionAnswers},
	{sdkGo, []int{429, 503}, "`Retry-After` is not looked at: the event is sent again after a period of the client's own.", sectionAnswers},
	{sdkGo, []int{500}, "Is not sent again, though the answer says `retryable`.", sectionAnswers},
	{sdkGo, refusals, "`Request`, which wants a reply, returns a result that is ACK, because the answer is no event. It is NACK as well: ask `IsNACK`, or the status of `sdkhttp.Result`. `Send` returns NACK alone.", sectionAnswers},
	{javaScript, refusals, "`httpTransport` resolves with headers and body, but without the status: a program that does not look for `error_type` in the body takes it for delivered.", sectionAnswers},
}

func retryTable() string {
	var b strings.Builder
	b.WriteString("| Answer | Because | `retryable` | sdk-go: requests | Result of `Send` | `httpTransport`: requests | Result | `fetch`: requests | Result |\n|--:|---|---|--:|---|--:|---|--:|---|\n")
	for _, c := range retryCases {
		fmt.Fprintf(&b, "| %d | %s | %v | %d | %s %d | 1 | %s | %d | %s |\n",
			c.status, c.why, c.retryable, c.sdkGo, c.reports, c.status, jsReports, c.fetch, c.reported)
	}
	return b.String()
}

func retryDeviationTable() string {
	var b strings.Builder
	b.WriteString("| Peer | Answers | What happens | Section |\n|---|---|---|---|\n")
	for _, d := range retryDeviations {
		statuses := strings.Trim(strings.ReplaceAll(fmt.Sprint(d.statuses), " ", ", "), "[]")
		fmt.Fprintf(&b, "| %s | %s | %s | [%s] |\n", d.peer, statuses, d.happens, d.section)
	}
	return b.String()
}
