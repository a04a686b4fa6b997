package conformance_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/conformance"
)

// Messages of other protocols than HTTP are lists of parts, a line each.
func TestParseParts(t *testing.T) {
	header := func(name string, value []byte) conformance.Part {
		return conformance.Part{Kind: "header", Name: name, Value: value}
	}
	for name, c := range map[string]struct {
		section, content string
		want             []conformance.Part // nil is an error
		says             string
	}{
		"a record": {"kafka", "key \"k\"\nheader \"a b\" \"v\"\nheader \"\" \"\"\nheader \"n\" null\n\nvalue \"x\\n\\xff\"\n", []conformance.Part{
			{Kind: "key", Value: []byte("k")}, header("a b", []byte("v")), header("", []byte{}), header("n", nil), {Kind: "value", Value: []byte("x\n\xff")},
		}, ""},
		"null parts":        {"kafka", "key null\nvalue null\n", []conformance.Part{{Kind: "key"}, {Kind: "value"}}, ""},
		"empty parts":       {"kafka", "key \"\"\nvalue \"\"\n", []conformance.Part{{Kind: "key", Value: []byte{}}, {Kind: "value", Value: []byte{}}}, ""},
		"repeated":          {"kafka", "value repeat 3 \"ab\"\n", []conformance.Part{{Kind: "value", Value: []byte("ababab")}}, ""},
		"a type and a text": {"amqp", "property \"n\" long \"5\"\nvalue null null\n", []conformance.Part{{Kind: "property", Name: "n", Type: "long", Value: []byte("5")}, {Kind: "value", Type: "null"}}, ""},
		"unknown kind":      {"kafka", "body \"x\"\n", nil, "a message of kafka has no part of that kind"},
		"kind of another":   {"mqtt", "header \"a\" \"b\"\n", nil, "a message of mqtt has no part of that kind"},
		"no name":           {"kafka", "header null\n", nil, "no string literal"},
		"no value":          {"kafka", "header \"a\"\n", nil, "no string literal"},
		"nothing":           {"kafka", "value\n", nil, "no string literal"},
		"not quoted":        {"kafka", "value x\n", nil, "no string literal"},
		"not closed":        {"kafka", "value \"x\n", nil, "no string literal"},
		"two values":        {"kafka", "value \"x\" \"y\"\n", nil, "behind the string literal"},
		"null and more":     {"kafka", "value null \"y\"\n", nil, "no string literal"},
		"too much":          {"kafka", "value repeat 999999999 \"ab\"\n", nil, "repeat 999999999"},
		"long":              {"kafka", strings.Repeat("x", 1000) + "\n", nil, "no part of that kind"},
		"long literal":      {"kafka", "value " + strings.Repeat("x", 1000) + "\n", nil, "no string literal"},
	} {
		got, err := conformance.Parse(c.section+"/decode/x", "why\n-- "+c.section+" --\n"+c.content+"-- event --\nid String \"1\"\n")
		if c.want == nil {
			if err == nil || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 300 {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got.Message.Parts, c.want) || string(got.Message.Protocol) != c.section {
			t.Errorf("%s: %+v, %v", name, got.Message, err)
		}
		if got.Message.Header != nil || got.Message.Body != nil {
			t.Errorf("%s: a header or a body: %+v", name, got.Message)
		}
	}
}

// The golden text of a message is what is parsed.
func TestGoldenParts(t *testing.T) {
	ran := 0
	for _, c := range load(t) {
		if c.Message.Parts == nil {
			continue
		}
		ran++
		p := string(c.Message.Protocol)
		again, err := conformance.Parse(p+"/decode/x", "-- "+p+" --\n"+c.Message.Golden()+"\n-- event --\nid String \"1\"\n")
		if err != nil || !reflect.DeepEqual(again.Message, c.Message) {
			t.Errorf("%s: %v\n%s", c.Name, err, c.Message.Golden())
		}
	}
	if ran < 150 {
		t.Errorf("only %d cases", ran)
	}
	const want = `key null
header "a\nb" "\xff"
value ""`
	m := conformance.Message{Protocol: conformance.Kafka, Parts: []conformance.Part{
		{Kind: "key"}, {Kind: "header", Name: "a\nb", Value: []byte{0xff}}, {Kind: "value", Value: []byte{}},
	}}
	if got := m.Golden(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// Nothing of a part is lost on its way to an adapter and back.
func TestPartsInJSON(t *testing.T) {
	for text, want := range map[string]conformance.Message{
		`{"protocol":"kafka","parts":[{"kind":"key","value":null},{"kind":"header","name":"","value":""},{"kind":"header","name":"n","value":null},{"kind":"header","name":{"base64":"/w=="},"value":{"base64":"/wA="}},{"kind":"value","value":"x"}]}`: {
			Protocol: conformance.Kafka, Parts: []conformance.Part{
				{Kind: "key"}, {Kind: "header", Value: []byte{}}, {Kind: "header", Name: "n"}, {Kind: "header", Name: "\xff", Value: []byte{0xff, 0}}, {Kind: "value", Value: []byte("x")},
			},
		},
		`{"protocol":"amqp","parts":[{"kind":"property","name":"n","type":"long","value":"5"},{"kind":"data","value":""}]}`: {
			Protocol: conformance.AMQP, Parts: []conformance.Part{{Kind: "property", Name: "n", Type: "long", Value: []byte("5")}, {Kind: "data", Value: []byte{}}},
		},
		`{"protocol":"mqtt311"}`: {Protocol: conformance.MQTT311},
	} {
		got, err := json.Marshal(want)
		if err != nil || string(got) != text {
			t.Errorf("%s, %v; want %s", got, err, text)
		}
		var m conformance.Message
		if err := json.Unmarshal([]byte(text), &m); err != nil || !reflect.DeepEqual(m, want) {
			t.Errorf("%s: %+v, %v", text, m, err)
		}
	}
	for text, says := range map[string]string{
		`{"protocol":"kafka","parts":[{"kind":"body","value":""}]}`:         `a message of kafka has no part "body"`,
		`{"protocol":"kafka","headers":[["a","b"]]}`:                        "a message of kafka has no headers, but parts",
		`{"protocol":"request","parts":[{"kind":"value","value":"x"}]}`:     `a message of request has no part "value"`,
		`{"protocol":"kafka","parts":[{"kind":"value","value":5}]}`:         "cannot unmarshal",
		`{"protocol":"kafka","parts":[{"kind":"header","name":{}}]}`:        "neither a string nor an object with base64",
		`{"protocol":"rabbit","parts":[]}`:                                  `protocol "rabbit" is unknown`,
		`{"protocol":"kafka","parts":[{"kind":"` + long + `","value":""}]}`: "has no part",
	} {
		var m conformance.Message
		if err := json.Unmarshal([]byte(text), &m); err == nil || !strings.Contains(err.Error(), says) || len(err.Error()) > 300 {
			t.Errorf("%s: %v", text, err)
		}
	}
}

var long = strings.Repeat("x", 1000)

// The mode of a message of parts is what its content type says, under any spelling.
func TestModeOfParts(t *testing.T) {
	for name, c := range map[string]struct {
		section, parts string
		batch          bool
	}{
		"a batch":             {"kafka", "header \"content-type\" \"application/cloudevents-batch+json\"", true},
		"in another spelling": {"nats", "header \"Content-Type\" \"Application/CloudEvents-Batch+JSON\"", true},
		"without a name":      {"amqp", "content-type \"application/cloudevents-batch+json\"", true},
		"an event":            {"kafka", "header \"content-type\" \"application/cloudevents+json\"", false},
		"null":                {"kafka", "header \"content-type\" null", false},
		"of another header":   {"kafka", "header \"accept\" \"application/cloudevents-batch+json\"", false},
		"no content type":     {"mqtt311", "payload \"[]\"", false},
		"a subprotocol":       {"websocket", "subprotocol \"cloudevents.json\"", false},
	} {
		got, err := conformance.Parse(c.section+"/decode/x", "-- "+c.section+" --\n"+c.parts+"\n-- error --\nrule: content-mode\n")
		if err != nil || got.Batch != c.batch {
			t.Errorf("%s: %v, %v", name, got.Batch, err)
		}
	}
}
