package guiabolso_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/adapter/guiabolso"
)

func ExampleToCloudEvent() {
	m, err := guiabolso.Decode([]byte(`{
		"name": "user:name:set", "version": 1,
		"id": "2465a86f", "flowId": "d00a5c99",
		"payload": {"name": "Ana"},
		"identity": {"userId": 7}, "auth": {},
		"metadata": {"origin": "Lion", "timestamp": 1482162952, "originId": "7"}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	event, err := guiabolso.ToCloudEvent(&m)
	if err != nil {
		fmt.Println(err)
		return
	}
	for name, value := range event.All() {
		fmt.Println(name, value)
	}
	fmt.Printf("%s\n", event.Data)
	// Output:
	// id 2465a86f
	// source Lion
	// specversion 1.0
	// type user:name:set.v1
	// datacontenttype application/json
	// time 2016-12-19T15:55:52Z
	// correlationid d00a5c99
	// guiabolsoidentity {"userId":7}
	// guiabolsometadata {"originId":"7"}
	// {"name": "Ana"}
}

func ExampleToMessage() {
	event := cloudevents.Event{ID: "1", Source: "/orders", Type: "order:placed.v2", Subject: "17"}
	err := errors.Join(
		event.Set("correlationid", cloudevents.StringValue("d00a5c99")),
		event.SetData("application/json", map[string]int{"order": 17}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := guiabolso.ToMessage(&event)
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := guiabolso.AppendMessage(nil, &m)
	fmt.Printf("%s %v\n", body, err)

	event.Type = "order:placed"
	_, err = guiabolso.ToMessage(&event)
	fmt.Println(err)
	// Output:
	// {"name":"order:placed","version":2,"id":"1","flowId":"d00a5c99","payload":{"order":17},"identity":{},"auth":{},"metadata":{"origin":"/orders","cloudevents":{"subject":"17"}}} <nil>
	// attribute "type": the type of a message is its name, .v and its version: "order:placed"
}

func ExampleDecode() {
	_, err := guiabolso.Decode([]byte(`{"name":"user:name:set","version":1.5,"id":"1"}`))
	fmt.Println(err)
	var member *guiabolso.MemberError
	if errors.As(err, &member) {
		fmt.Println(member.Member)
	}
	// Output:
	// member "version": must be an integer of 32 bits, or a JSON string; member "flowId": a required member is missing or empty
	// version
}

func ExampleDecoder() {
	d := guiabolso.Decoder{MaxDepth: 2}
	_, err := d.Decode([]byte(`{"name":"a","version":1,"id":"1","flowId":"f","payload":[[]]}`))
	fmt.Println(err)
	// Output: offset 57: more than 2 levels of nesting
}

func ExampleAppendMessage() {
	m := guiabolso.Message{Name: "user:name:get", Version: 1, ID: "1", FlowID: "f", Payload: json.RawMessage(`{}`)}
	m.Others = []guiabolso.Member{{Name: "sessionId", Value: json.RawMessage(`"s"`)}}
	body, err := guiabolso.AppendMessage(nil, &m)
	fmt.Printf("%s %v\n", body, err)
	// Output: {"name":"user:name:get","version":1,"id":"1","flowId":"f","payload":{},"identity":{},"auth":{},"metadata":{},"sessionId":"s"} <nil>
}

func ExampleAnswer() {
	request := guiabolso.Message{Name: "user:name:set", Version: 1, ID: "1", FlowID: "f"}
	answer, err := guiabolso.Answer(&request, guiabolso.SuffixOf(404), guiabolso.ErrorPayload{Code: "NO_SUCH_USER", Parameters: map[string]any{"user": 7}})
	fmt.Printf("%s %s %v\n", answer.Name, answer.Payload, err)
	// Output: user:name:set:notFound {"code":"NO_SUCH_USER","parameters":{"user":7}} <nil>
}

func ExampleReplyType() {
	fmt.Println(guiabolso.ReplyType("user:name:set.v1", guiabolso.SuffixResponse))
	// Output: user:name:set:response.v1
}

func ExampleCutReply() {
	request, suffix, ok := guiabolso.CutReply("user:name:set:notFound.v1")
	fmt.Println(request, suffix, suffix.Status(), ok)
	// Output: user:name:set.v1 notFound 404 true
}

func ExampleSuffix() {
	for _, s := range []guiabolso.Suffix{guiabolso.SuffixResponse, guiabolso.SuffixForbidden, "aNewOne"} {
		fmt.Println(s, s.Status())
	}
	// Output:
	// response 200
	// forbidden 403
	// aNewOne 500
}
