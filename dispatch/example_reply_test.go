package dispatch_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

func ExampleReplier() {
	orders := dispatch.Replier{Source: "/orders"}
	handler := func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		return orders.Reply(e, "com.example.order.accepted", map[string]int{"number": 7})
	}
	reply, err := handler(context.Background(), &cloudevents.Event{ID: "A-1", Source: "/shop", Type: "com.example.order.placed"})
	fmt.Println(reply.Source, reply.Type, string(reply.Data), err)
	// Output: /orders com.example.order.accepted {"number":7} <nil>
}

// The extensions of a reply name the event that it answers.
func ExampleReplier_Reply() {
	request := cloudevents.Event{ID: "A-1", Source: "/shop", Type: "com.example.order.placed", Extensions: []cloudevents.Extension{
		{Name: "correlationid", Value: cloudevents.StringValue("txn-7")},
	}}
	reply, err := dispatch.Replier{Source: "/orders"}.Reply(&request, "com.example.order.accepted", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, x := range reply.Extensions {
		fmt.Println(x.Name, x.Value)
	}
	// Output:
	// causationid A-1
	// correlationid txn-7
}

// An error that refuses the event becomes a reply. Another one does not.
func ExampleReplier_ReplyError() {
	orders := dispatch.Replier{Source: "/orders"}
	request := cloudevents.Event{ID: "A-1", Source: "/shop", Type: "com.example.order.placed"}

	soldOut := &dispatch.Error{Status: 409, Type: "sold_out", Message: "there is no tea"}
	reply, err := orders.ReplyError(&request, "com.example.order.refused", soldOut)
	fmt.Println(string(reply.Data))
	fmt.Println(err)

	reply, err = orders.ReplyError(&request, "com.example.order.refused", errors.New("database is away"))
	fmt.Println(reply, err)
	// Output:
	// {"error":"there is no tea","error_type":"sold_out","retryable":false}
	// <nil>
	// <nil> database is away
}
