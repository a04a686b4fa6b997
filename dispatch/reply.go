package dispatch

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/status"
)

// Replier makes the events with which a handler replies. Its methods return the results
// of a [Handler]:
//
//	return orders.Reply(e, "com.example.order.accepted", receipt)
type Replier struct {
	// Source is the source of the replies. It is required, because a reply does not come
	// from the source of its request.
	Source string
}

// Reply returns an event of that type with a new ID and the current time. Its data is v,
// marshaled by encoding/json, under application/json; that includes strings and []byte.
// Use [json.RawMessage] for data that is JSON already. If v is nil there is no data, and
// [cloudevents.Event.SetData] can set data of another media type.
//
// Extensions relate the reply to the request (correlation.md, distributed-tracing.md):
// correlationid is that of the request, or else the id of the request. causationid is the
// id of the request. traceparent and tracestate are those of the request.
//
// An error about v, Source or the type is an [*Error] with Status 500 and the type
// "invalid_reply", because it is not the sender's fault. It wraps the error of
// encoding/json or a [*validation.Error].
func (r Replier) Reply(request *cloudevents.Event, eventType string, v any) (*cloudevents.Event, error) {
	reply := cloudevents.New(r.Source, eventType)
	if v != nil {
		data, err := json.Marshal(v)
		if err != nil {
			return nil, replyFailed(err)
		}
		reply.Data, reply.DataContentType = data, "application/json"
	}
	correlate(&reply, request)
	if err := reply.Validate(); err != nil {
		return nil, replyFailed(err)
	}
	return &reply, nil
}

// ReplyError turns an error that refuses a request into a reply of that type, so that the
// request counts as handled. The data of the reply is JSON with three members: "error" is
// the Message of an [Error], or "event refused"; "error_type" is its Type, or "refused";
// "retryable" is false.
//
// Other errors are returned as they are, so that the sender sends the event again: those
// that [Judge] does not refuse, and those with a status of 5xx, 408, 425 or 429. The
// results for a nil err are nil, nil.
func (r Replier) ReplyError(request *cloudevents.Event, eventType string, err error) (*cloudevents.Event, error) {
	if err == nil {
		return nil, nil
	}
	f := Judge(context.Background(), nil, err)
	if f.Verdict != VerdictRefused || f.Status >= 500 || status.Repeated(f.Status) {
		return nil, err
	}
	return r.Reply(request, eventType, refusal{
		Message: excerpt.Cut(cmp.Or(f.Message, "event refused"), maxMessage),
		Type:    cmp.Or(f.Type, "refused"),
	})
}

// maxMessage bounds the text of a refusal, in bytes.
const maxMessage = 1 << 10

// refusal is the data of the replies of ReplyError.
type refusal struct {
	Message   string `json:"error"`
	Type      string `json:"error_type"`
	Retryable bool   `json:"retryable"`
}

func replyFailed(err error) error {
	return &Error{Status: 500, Type: "invalid_reply", Err: fmt.Errorf("reply: %w", err)}
}

// correlate sets the extensions of reply, in order of their names.
func correlate(reply, request *cloudevents.Event) {
	carried := func(name string) string {
		v, _ := request.Get(name)
		return v.String()
	}
	correlation, trace, state := carried("correlationid"), carried("traceparent"), carried("tracestate")
	if correlation == "" {
		correlation = request.ID
	}
	if trace == "" {
		state = "" // means nothing alone
	}
	for _, x := range [...]struct{ name, text string }{
		{"causationid", request.ID}, {"correlationid", correlation}, {"traceparent", trace}, {"tracestate", state},
	} {
		if x.text != "" { // none of them may be empty
			reply.Extensions = append(reply.Extensions, cloudevents.Extension{Name: x.name, Value: cloudevents.StringValue(x.text)})
		}
	}
}
