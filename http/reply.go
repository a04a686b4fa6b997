package cehttp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"

	"github.com/seed763dd41b/cloudevents"
)

// Replier builds the events with which a handler answers. Its results are those of
// a [Handler]:
//
//	return orders.Reply(e, "com.example.order.accepted", receipt)
type Replier struct {
	Source string // of the replies; required, for a reply is not from the source of its request
}

// Reply returns an event of that type with a new ID and the current time. Data is v
// under application/json, marshaled by encoding/json, strings and []byte too; use
// [json.RawMessage] for data that is JSON already. If v is nil there is no data, and
// [cloudevents.Event.SetData] can set some of another media type.
//
// The reply belongs to the request (correlation.md, distributed-tracing.md): its
// correlationid is that of the request, else the id of the request; its causationid
// is the id of the request; traceparent and tracestate are those of the request.
//
// An error, about v, Source or the type, wraps that of encoding/json or a
// [*validation.Error]. It is a [*HandlerError] with status 500, since it is not the
// sender's.
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

// ReplyError answers a request whose handler failed for good with an event of that
// type, so that err is an answer and not a failure of delivery: the sender gets 200.
// The data is a [Problem] as JSON: "error", the public text; "error_type"; and
// "retryable", which is false.
//
// An error that may be repeated with success, one with a status of 500 and above,
// and [Deferred] are returned as they are, so that the sender does come again. A
// nil err is no reply.
func (r Replier) ReplyError(request *cloudevents.Event, eventType string, err error) (*cloudevents.Event, error) {
	if err == nil {
		return nil, nil
	}
	f := failureOf(err)
	if deferral(err) != nil || f.Retryable || answer.Repeated(f.Status) || f.Status >= 500 {
		return nil, err
	}
	return r.Reply(request, eventType, Problem{
		Message: cut(cmp.Or(f.Message, answer.Text(f.Status))),
		Type:    cmp.Or(f.Type, answer.Type(f.Status)),
	})
}

func replyFailed(err error) error {
	return &HandlerError{Status: http.StatusInternalServerError, Type: typeInvalidReply, Err: fmt.Errorf("reply: %w", err)}
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
