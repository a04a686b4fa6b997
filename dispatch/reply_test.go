package dispatch_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/validation"
)

func extended(pairs ...string) *cloudevents.Event {
	e := minimal()
	for i := 0; i < len(pairs); i += 2 {
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: pairs[i], Value: cloudevents.StringValue(pairs[i+1])})
	}
	return &e
}

func TestReplyCorrelates(t *testing.T) {
	const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	integer := minimal()
	integer.Extensions = []cloudevents.Extension{{Name: "correlationid", Value: cloudevents.IntegerValue(7)}}
	for _, c := range []struct {
		reason  string
		request *cloudevents.Event
		want    *cloudevents.Event
	}{
		{"nothing to carry over", extended(), extended("causationid", "1", "correlationid", "1")},
		{"correlation goes on", extended("correlationid", "txn", "causationid", "0"), extended("causationid", "1", "correlationid", "txn")},
		{"JSON number", &integer, extended("causationid", "1", "correlationid", "7")},
		{"empty is absent", extended("correlationid", "", "traceparent", ""), extended("causationid", "1", "correlationid", "1")},
		{"trace context", extended("traceparent", trace, "tracestate", "a=b"),
			extended("causationid", "1", "correlationid", "1", "traceparent", trace, "tracestate", "a=b")},
		{"tracestate alone means nothing", extended("tracestate", "a=b"), extended("causationid", "1", "correlationid", "1")},
		{"others stay", extended("authid", "me", "sequence", "7"), extended("causationid", "1", "correlationid", "1")},
	} {
		t.Run(c.reason, func(t *testing.T) {
			reply, err := dispatch.Replier{Source: "/orders"}.Reply(c.request, "done", nil)
			if err != nil {
				t.Fatal(err)
			}
			if reply.ID == "1" || reply.ID == "" || time.Since(reply.Time) > time.Minute || reply.Source != "/orders" || reply.Data != nil {
				t.Errorf("%s", reply)
			}
			got := *reply
			got.ID, got.Source, got.Type, got.Time = "1", "/s", "t", time.Time{}
			wantEvent(t, got, *c.want)
		})
	}
}

func TestReplyData(t *testing.T) {
	e := minimal()
	for _, c := range []struct {
		reason string
		v      any
		want   string
	}{
		{"struct", order{"tea", 1}, `{"item":"tea","count":1}`},
		{"string is JSON too", "tea", `"tea"`},
		{"bytes are JSON too", []byte("tea"), `"dGVh"`},
		{"JSON as it is", json.RawMessage(`{"a":1.0}`), `{"a":1.0}`},
		{"nil pointer is null", (*order)(nil), `null`},
	} {
		reply, err := dispatch.Replier{Source: "/orders"}.Reply(&e, "done", c.v)
		if err != nil || string(reply.Data) != c.want || reply.DataContentType != "application/json" {
			t.Errorf("%s: %s, %v", c.reason, reply.Data, err)
		}
	}
}

// A mistake of the handler must not look like one of the sender.
func TestReplyRefuses(t *testing.T) {
	e := minimal()
	for _, c := range []struct {
		reason, source, eventType string
		v                         any
		invalid                   bool
	}{
		{"no source", "", "done", nil, true},
		{"no type", "/orders", "", nil, true},
		{"source is no URI-reference", "a b", "done", nil, true},
		{"no JSON", "/orders", "done", make(chan int), false},
	} {
		_, err := dispatch.Replier{Source: c.source}.Reply(&e, c.eventType, c.v)
		if h := handlerError(t, err); h.StatusCode() != 500 || h.Message != "" {
			t.Errorf("%s: %+v", c.reason, h)
		}
		var invalid *validation.Error
		if errors.As(err, &invalid) != c.invalid {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
}

func TestReplyError(t *testing.T) {
	e := minimal()
	secret := errors.New("secret")
	for _, c := range []struct {
		reason string
		err    error
		want   string // "" for an error that is returned as it is
	}{
		{"permanent", dispatch.Permanent(secret), `{"error":"event refused","error_type":"refused","retryable":false}`},
		{"with message", &dispatch.Error{Status: 409, Type: "sold_out", Message: "sold out", Err: secret}, `{"error":"sold out","error_type":"sold_out","retryable":false}`},
		{"own status", codedError(410), `{"error":"event refused","error_type":"refused","retryable":false}`},
		{"any error", secret, ""},
		{"retryable", dispatch.Retryable(secret, 0), ""},
		{"retryable with 4xx", &dispatch.Error{Status: 409, Retryable: true}, ""},
		{"rate", &dispatch.Error{Status: 429}, ""},
		{"refused with 5xx", &dispatch.Error{Status: 501}, ""},
		{"refused with a status that senders repeat", &dispatch.Error{Status: 408}, ""},
		{"panic", &dispatch.PanicError{Value: "secret"}, ""},
		{"deferred", &dispatch.Deferred{}, ""},
	} {
		reply, err := dispatch.Replier{Source: "/orders"}.ReplyError(&e, "refused", c.err)
		switch {
		case c.want == "" && (err != c.err || reply != nil):
			t.Errorf("%s: %v, %v", c.reason, reply, err)
		case c.want != "" && (err != nil || string(reply.Data) != c.want || reply.Type != "refused"):
			t.Errorf("%s: %v, %v", c.reason, reply, err)
		}
	}
	if reply, err := (dispatch.Replier{}).ReplyError(&e, "refused", nil); reply != nil || err != nil {
		t.Errorf("no error: %v, %v", reply, err)
	}
}
