package cews_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// conn stands for a connection of a client such as coder/websocket, whose Read and Write have
// a context, too.
type conn struct {
	subprotocol string // on which the handshake has agreed
	incoming    string
}

func (c *conn) Subprotocol() string { return c.subprotocol }

func (c *conn) Read() (kind int, payload []byte, err error) { return 1, []byte(c.incoming), nil }

func (c *conn) Write(kind int, payload []byte) error {
	_, err := fmt.Println("frame", kind, string(payload))
	return err
}

// A server reads an event from a connection and answers with another one. The types of
// frames of clients are those of this package.
func Example() {
	// conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols:
	// cews.Subprotocols(nil)})
	c := &conn{"cloudevents.json", `{"specversion":"1.0","id":"1","source":"/orders","type":"com.example.placed"}`}
	if err := cews.Check(c.Subprotocol(), nil); err != nil {
		fmt.Println(err) // and close the connection with the status cews.StatusCode(err)
		return
	}
	kind, payload, err := c.Read()
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := cews.ToCloudEvent(&cews.Message{Frame: cews.Frame(kind), Payload: payload}, c.Subprotocol(), nil)
	fmt.Println(e.Type, err)

	m, err := cews.ToMessage(&cloudevents.Event{ID: "2", Source: "/stock", Type: "com.example.reserved"}, c.Subprotocol(), nil)
	if err == nil {
		err = c.Write(int(m.Frame), m.Payload)
	}
	fmt.Println(err)
	// Output:
	// com.example.placed <nil>
	// frame 1 {"specversion":"1.0","id":"2","source":"/stock","type":"com.example.reserved"}
	// <nil>
}

// An event goes from HTTP to a WebSocket connection, and from there to HTTP again.
func Example_relay() {
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"total":42}`))
	r.Header = http.Header{
		"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/orders"}, "Ce-Type": {"com.example.placed"}, "Content-Type": {"application/json"},
	}
	e, err := cehttp.ToCloudEvent(r, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := cews.ToMessage(&e, "cloudevents.json", nil)
	fmt.Println(m.Frame, string(m.Payload), err)

	if e, err = cews.ToCloudEvent(&m, "cloudevents.json", nil); err != nil {
		fmt.Println(err)
		return
	}
	h := http.Header{}
	body, err := cehttp.EncodeMessage(h, &e, cloudevents.BinaryMode, nil)
	fmt.Println(h["Ce-Source"], string(body), err)
	// Output:
	// text {"specversion":"1.0","id":"1","source":"/orders","type":"com.example.placed","datacontenttype":"application/json","data":{"total":42}} <nil>
	// [/orders] {"total":42} <nil>
}

// What arrives on one connection goes out on another. The JSON data is not scanned again.
func ExampleDecoder_ToSealed() {
	from := cews.Decoder{Subprotocol: "cloudevents.json"}
	s, err := from.ToSealed(&cews.Message{Frame: cews.Text, Payload: []byte(`{"data":{"total":42},"specversion":"1.0","id":"1","source":"/orders","type":"t"}`)})
	if err != nil {
		fmt.Println(err)
		return
	}
	to := cews.Encoder{Subprotocol: "CloudEvents.JSON"}
	m, err := to.SealedToMessage(&s)
	fmt.Println(string(m.Payload), err)
	// Output: {"specversion":"1.0","id":"1","source":"/orders","type":"t","datacontenttype":"application/json","data":{"total":42}} <nil>
}

// Some packages leave the choice of a subprotocol to the program.
func ExampleSelect() {
	h := http.Header{"Sec-Websocket-Protocol": {"cloudevents.avro, cloudevents.json"}}
	fmt.Println(cews.Select(h["Sec-Websocket-Protocol"], nil))

	_, err := cews.Select([]string{"mqtt"}, nil)
	fmt.Println(err)
	// Output:
	// cloudevents.json <nil>
	// no CloudEvents subprotocol: close with status 1002; both ends need cloudevents.json
}

// A Set gives several. Avro and Protobuf are found by their media types.
func ExampleSubprotocols() {
	fmt.Println(cews.Subprotocols(nil))
	fmt.Println(cews.Subprotocols(format.Set{avro, format.JSON{}}))
	// Output:
	// [cloudevents.json]
	// [cloudevents.avro cloudevents.json]
}

// A client has finished a handshake in which the server has accepted no subprotocol.
func ExampleCheck() {
	err := cews.Check("", nil)
	var refused *cews.SubprotocolError
	fmt.Println(errors.As(err, &refused), cews.StatusCode(err))
	fmt.Println(err)
	// Output:
	// true 1002
	// no CloudEvents subprotocol: close with status 1002; both ends need cloudevents.json
}

func ExampleSubprotocolError() {
	err := cews.Check("cloudevents.proto", nil)
	var refused *cews.SubprotocolError
	if errors.As(err, &refused) {
		fmt.Println(refused.Subprotocol, refused.Supported, errors.Is(err, format.ErrUnknown))
	}
	// Output: cloudevents.proto [cloudevents.json] true
}

// JSON travels in text frames.
func ExampleStatusCode() {
	m := cews.Message{Frame: cews.Binary, Payload: []byte(`{}`)}
	_, err := cews.ToCloudEvent(&m, "cloudevents.json", nil)
	fmt.Println(errors.Is(err, cews.ErrFrame), cews.StatusCode(err))
	// Output: true 1003
}

func ExampleIsCloudEvent() {
	m := cews.Message{Frame: cews.Text, Payload: []byte(`{}`)}
	fmt.Println(cews.IsCloudEvent(&m, "cloudevents.json"), cews.IsCloudEvent(&m, "cloudevents.avro"), cews.IsCloudEvent(&m, ""))
	// Output: true false false
}

func ExampleModeOf() {
	for _, payload := range []string{`{}`, `[{}]`} {
		mode, ok := cews.ModeOf(&cews.Message{Frame: cews.Text, Payload: []byte(payload)}, "cloudevents.json")
		fmt.Println(mode, ok)
	}
	// Output:
	// structured true
	// batch true
}

func ExampleToCloudEvent() {
	m := cews.Message{Frame: cews.Text, Payload: []byte(`{"specversion":"1.0","id":"1","source":"/orders","type":"com.example.placed"}`)}
	e, err := cews.ToCloudEvent(&m, "cloudevents.json", nil)
	fmt.Println(e.Source, err)
	// Output: /orders <nil>
}

func ExampleToMessage() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.placed"}
	m, err := cews.ToMessage(&e, "cloudevents.json", nil)
	fmt.Println(m.Frame, string(m.Payload), err)
	// Output: text {"specversion":"1.0","id":"1","source":"/orders","type":"com.example.placed"} <nil>
}

func ExampleCopyToMessage() {
	var m cews.Message
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.placed"}
	err := cews.CopyToMessage(&m, &e, "cloudevents.json", nil)
	fmt.Println(m.Frame, len(m.Payload), err)
	// Output: text 77 <nil>
}

// A Decoder is made for a connection.
func ExampleDecoder() {
	d := cews.Decoder{Subprotocol: "cloudevents.json", V1Only: true}
	_, err := d.ToCloudEvent(&cews.Message{Frame: cews.Text, Payload: []byte(`{"specversion":"0.3","id":"1","source":"/s","type":"t"}`)})
	fmt.Println(err != nil)
	// Output: true
}

// One format a connection: the event of an encoder for another one cannot be sent.
func ExampleEncoder() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.placed"}
	enc := cews.Encoder{Subprotocol: "cloudevents.json", Format: avro}
	_, err := enc.ToMessage(&e)
	fmt.Println(err)
	// Output: unknown event format: subprotocol "cloudevents.json": close with status 1002; both ends need cloudevents.avro
}

// The numbers are the opcodes of RFC 6455.
func ExampleFrame() {
	fmt.Println(int(cews.Text), int(cews.Binary), cews.Frame(2))
	// Output: 1 2 binary
}
