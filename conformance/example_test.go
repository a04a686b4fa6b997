package conformance_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// All cases against this module.
func ExampleLoad() {
	cases, err := conformance.Load(os.DirFS("../testdata"))
	if err != nil {
		fmt.Println(err)
		return
	}
	codec := library.Codec()
	failed := 0
	for _, c := range cases {
		if err := codec.Run(c); err != nil {
			fmt.Println(c.Name, err)
			failed++
		}
	}
	fmt.Println(failed, "failed")
	// Output: 0 failed
}

// A foreign implementation is a few functions. Cases of the other functions are skipped.
func ExampleCodec_Run() {
	foreign := conformance.Codec{
		Check: func(kind, text string) (string, error) {
			if kind == "boolean" && text != "true" && text != "false" {
				return "", errors.New("not a boolean")
			}
			return text, nil
		},
	}
	table := func(kind, text string, refused *conformance.Reason) conformance.Case {
		return conformance.Case{Text: &conformance.Text{Kind: kind, Text: text, Canonical: text, Refused: refused}}
	}
	fmt.Println(foreign.Run(table("boolean", "true", nil)))
	fmt.Println(foreign.Run(table("boolean", "TRUE", &conformance.Reason{Rule: "syntax"})))
	fmt.Println(foreign.Run(table("integer", "1.5", &conformance.Reason{Rule: "syntax", Index: -1, Offset: -1})))
	fmt.Println(foreign.Run(conformance.Case{Decode: true}))
	// Output:
	// <nil>
	// <nil>
	// accepted, but must be refused: {Rule:syntax Attribute: Section: Index:-1 Offset:-1}
	// not supported by the codec under test
}

// The events of the cases, sent through a format.
func ExampleTransport_Run() {
	cases, err := conformance.Load(os.DirFS("../testdata"))
	if err != nil {
		fmt.Println(err)
		return
	}
	transport := conformance.Format(format.JSON{}) // any format.Formatter
	failed := 0
	for _, c := range cases {
		if err := transport.Run(c); err != nil && !errors.Is(err, conformance.ErrSkipped) {
			failed++
		}
	}
	fmt.Println(failed, "failed")
	// Output: 0 failed
}

// A binding is a Transport, too. It sends events in a mode and returns the events that
// arrived.
func ExampleTransport() {
	var loopback conformance.Transport = func(es []cloudevents.Event, _ cloudevents.Mode, _ []spec.Attribute) ([]cloudevents.Event, error) {
		for i := range es {
			if err := es[i].Validate(); err != nil {
				return nil, err
			}
		}
		return es, nil
	}
	fmt.Println(loopback.Run(conformance.Case{Text: &conformance.Text{}}))
	// Output: not supported by the codec under test
}

func ExampleFormat() {
	transport := conformance.Format(format.JSON{})
	_, err := transport(make([]cloudevents.Event, 1), cloudevents.BinaryMode, nil)
	fmt.Println(err)
	// Output: not supported by the codec under test
}

func ExampleParseEvent() {
	e, err := conformance.ParseEvent("id String \"1\"\nsource URI-reference \"/s\"\ndata \"caf\\u00e9\"")
	fmt.Print(e, err)
	// Output:
	// id String "1"
	// source URI-reference "/s"
	// data "caf\u00e9"
	//  <nil>
}

func ExampleEvent_String() {
	e := conformance.Event{Attributes: []conformance.Attribute{{Name: "time", Type: spec.Timestamp, Text: "2018-04-05T17:31:00Z"}}}
	fmt.Print(e)
	// Output: time Timestamp "2018-04-05T17:31:00Z"
}

func ExampleFromEvent() {
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	fmt.Print(conformance.FromEvent(&e))
	// Output:
	// id String "1"
	// source URI-reference "/s"
	// specversion String "1.0"
	// type String "t"
}

func ExampleToEvent() {
	e, err := conformance.ToEvent(conformance.Event{Attributes: []conformance.Attribute{{Name: "id", Text: "1"}}})
	fmt.Println(e.ID, err)
	// Output: 1 <nil>
}

func ExampleMessage_Golden() {
	m := conformance.Message{Protocol: conformance.Request, Body: []byte("data")}
	m.Header = map[string][]string{"Ce-Id": {"1"}, "Content-Type": {"text/plain"}, "Host": {"example.com"}}
	fmt.Println(m.Golden())
	// Output:
	// ce-id: 1
	// content-type: text/plain
	//
	// data
}

// A Codec is asked for a protocol, and skips those that it does not have.
func ExampleProtocol() {
	codec := conformance.Codec{
		Encode: func(_ []conformance.Event, _ cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
			if p != conformance.JSON {
				return conformance.Message{}, conformance.ErrSkipped
			}
			return conformance.Message{Protocol: p, Body: []byte("{}")}, nil
		},
	}
	_, err := codec.Encode(nil, cloudevents.StructuredMode, conformance.Response)
	fmt.Println(err)
	// Output: not supported by the codec under test
}

// The level of a requirement is a word of the specification.
func ExampleLevel() {
	for _, level := range []conformance.Level{conformance.Must, conformance.Should, conformance.Choice} {
		fmt.Println(level)
	}
	// Output:
	// MUST
	// SHOULD
	// choice
}

func ExampleReasons() {
	err := validation.Name("foo-bar")
	for _, r := range conformance.Reasons(err) {
		fmt.Println(r.Rule, r.Attribute, r.Section)
	}
	// Output: name foo-bar spec.md#naming-conventions
}
