package conformance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	"github.com/seed763dd41b/cloudevents/spec"
)

// An adapter of this module: a line in, a line out.
func ExampleCodec_Serve() {
	in := strings.NewReader(`{"id":1,"op":"hello"}
{"id":2,"op":"validate","kind":"integer","text":"-0"}
{"id":3,"op":"decode","message":{"protocol":"json","body":"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}"}}
{"id":4,"op":"decode","message":{"protocol":"json","body":"[]"}}
`)
	if err := library.Codec().Serve("cloudevents for Go", in, os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"id":1,"name":"cloudevents for Go"}
	// {"id":2,"canonical":"0"}
	// {"id":3,"events":[{"attributes":[{"name":"id","type":"String","text":"1"},{"name":"source","type":"URI-reference","text":"/s"},{"name":"specversion","type":"String","text":"1.0"},{"name":"type","type":"String","text":"t"}]}]}
	// {"id":4,"error":"offset 0: an event is a JSON object (json-format.md#3-envelope)"}
}

// The caller decides how requests reach the adapter.
func ExampleAdapter() {
	codec := conformance.Adapter(func(q conformance.AdapterRequest) (conformance.AdapterResponse, error) {
		return conformance.AdapterResponse{ID: q.ID, Canonical: q.Text}, nil
	})
	canonical, err := codec.Check("boolean", "true")
	fmt.Println(canonical, err)
	// Output: true <nil>
}

func ExampleParseAdapterResponse() {
	_, err := conformance.ParseAdapterResponse([]byte(`{"id":1,"error":"no id"}`), &conformance.AdapterRequest{ID: 2, Op: "decode"})
	fmt.Println(err)
	// Output: answer to request 1, not to 2
}

func ExampleBytes() {
	text, err := json.Marshal([]conformance.Bytes{conformance.Bytes("é"), {0xE9}})
	fmt.Println(string(text), err)
	// Output: ["é",{"base64":"6Q=="}] <nil>
}

// A judge reports what another implementation must not do.
func ExampleJudge_Run() {
	judge := conformance.Judge{Codec: &conformance.Codec{
		Check: func(_, text string) (string, error) { return text, nil },
	}}
	illegal := conformance.Case{Text: &conformance.Text{Kind: "boolean", Text: "TRUE", Refused: &conformance.Reason{Rule: "syntax", Index: -1}}}
	for _, r := range judge.Run(illegal) {
		fmt.Println(r.Op, r.Err)
	}
	// Output: validate accepted, but must be refused (syntax)
}

// A receiver that accepts everything.
func ExampleReceiver_Run() {
	rc := conformance.Receiver{Send: func(conformance.Message) (int, conformance.Message, error) {
		return http.StatusNoContent, conformance.Message{}, nil
	}}
	illegal := conformance.Case{
		Name: "json/decode/x", Decode: true,
		Message: conformance.Message{Protocol: conformance.JSON, Body: []byte("{}")},
		Refused: &conformance.Reason{Rule: "missing", Attribute: "id", Index: -1},
	}
	for _, r := range rc.Run(illegal) {
		fmt.Println(r.Op, r.Mode, r.Err)
	}
	// Output: send structured accepted with status 204, but must be refused (missing "id")
}

func ExampleLoadRequirements() {
	requirements, err := conformance.LoadRequirements(os.DirFS("../testdata"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range requirements {
		if r.Section == "message" {
			fmt.Println(r.Level, r.Text, r.Cases)
		}
	}
	// Output: MUST the events of a batch share one specversion [http/decode/batch-mixed-versions batch/decode/version-first batch/decode/version-second]
}

// A case counts in one section of a table of results.
func ExamplePlaces() {
	cases := []conformance.Case{{Name: "json/decode/missing-id", Refused: &conformance.Reason{Section: "spec.md#id"}}}
	requirements := []conformance.Requirement{
		{Document: "spec.md", Section: "required-attributes", Level: conformance.Must, Cases: []string{"json/decode/missing-id"}},
		{Document: "spec.md", Section: "id", Level: conformance.Must, Cases: []string{"json/decode/missing-id"}},
	}
	place := conformance.Places(cases, requirements)["json/decode/missing-id"]
	fmt.Println(place, place.Level, cases[0].MustRefuse())
	// Output: spec.md#id MUST true
}

// A choice of this module has no document.
func ExamplePlace_String() {
	fmt.Println(conformance.Place{Section: "json", Level: conformance.Choice})
	fmt.Println(conformance.Place{Document: "spec.md", Section: "id", Level: conformance.Must})
	// Output:
	// choice in json
	// spec.md#id
}

// Results are counted by operation.
func ExampleResult() {
	failed := map[conformance.Op]int{}
	for _, r := range []conformance.Result{{Op: conformance.OpDecode}, {Op: conformance.OpEncode, Err: errors.New("wrong message")}} {
		if r.Err != nil && !errors.Is(r.Err, conformance.ErrSkipped) {
			failed[r.Op]++
		}
	}
	fmt.Println(failed)
	// Output: map[encode:1]
}

func ExampleToEvents() {
	_, err := conformance.ToEvents([]conformance.Event{{Attributes: []conformance.Attribute{{Name: "x", Type: spec.Integer, Text: "one"}}}})
	fmt.Println(err != nil, errors.Is(err, conformance.ErrSkipped))
	// Output: true false
}
