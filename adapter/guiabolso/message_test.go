package guiabolso_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/adapter/guiabolso"
	"github.com/seed763dd41b/cloudevents/validation"
)

const complete = `{"name":"user:name:set","version":42,"id":"1","flowId":"f","payload":{"n" : 1.50},` +
	`"identity":{"userId":7},"auth":{"token":"secret"},"metadata":{"origin":"lion","timestamp":1482162952},"sessionId":"s"}`

// envelope returns a message with the required members and those given.
func envelope(members string) string {
	return `{"name":"a","version":1,"id":"1","flowId":"f"` + members + `}`
}

// decodeCases are documents that are refused.
var decodeCases = []struct {
	name, document string
	member         string // of the MemberError; "" is none
	is             error
}{
	{"no document", ``, "", nil},
	{"no object", `[]`, "", nil},
	{"two documents", envelope("") + "{}", "", nil},
	{"no end", `{"name":"a"`, "", nil},
	{"invalid UTF-8", envelope(",\"payload\":\"\xff\""), "", nil},
	{"unpaired surrogate in a name", envelope(`,"\ud800":1`), "", nil},
	{"unpaired surrogate in an id", `{"name":"a","version":1,"id":"\ud800","flowId":"f"}`, "id", validation.ErrType},
	{"no name", `{"version":1,"id":"1","flowId":"f"}`, "name", validation.ErrMissing},
	{"name in another case", `{"Name":"a","version":1,"id":"1","flowId":"f"}`, "name", validation.ErrMissing},
	{"no version", `{"name":"a","id":"1","flowId":"f"}`, "version", validation.ErrMissing},
	{"no id", `{"name":"a","version":1,"flowId":"f"}`, "id", validation.ErrMissing},
	{"no flowId", `{"name":"a","version":1,"id":"1"}`, "flowId", validation.ErrMissing},
	{"empty name", `{"name":"","version":1,"id":"1","flowId":"f"}`, "name", validation.ErrMissing},
	{"empty version", `{"name":"a","version":"","id":"1","flowId":"f"}`, "version", validation.ErrMissing},
	{"id is a number", `{"name":"a","version":1,"id":1,"flowId":"f"}`, "id", validation.ErrType},
	{"flowId is null", `{"name":"a","version":1,"id":"1","flowId":null}`, "flowId", validation.ErrType},
	{"version with a fraction", `{"name":"a","version":1.0,"id":"1","flowId":"f"}`, "version", validation.ErrType},
	{"version beyond 32 bits", `{"name":"a","version":2147483648,"id":"1","flowId":"f"}`, "version", validation.ErrType},
	{"version is an object", `{"name":"a","version":{},"id":"1","flowId":"f"}`, "version", validation.ErrType},
	{"identity is a string", envelope(`,"identity":"x"`), "identity", validation.ErrType},
	{"auth is an array", envelope(`,"auth":[]`), "auth", validation.ErrType},
	{"metadata is a number", envelope(`,"metadata":1`), "metadata", validation.ErrType},
	{"duplicate", envelope(`,"payload":1,"payload":1`), "payload", validation.ErrDuplicate},
	{"duplicate by an escape", envelope(`,"\u0069d":"2"`), "id", validation.ErrDuplicate},
	{"duplicate of an unknown member", envelope(`,"x":1,"x":1`), "x", validation.ErrDuplicate},
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range decodeCases {
		t.Run(c.name, func(t *testing.T) {
			_, err := guiabolso.Decode([]byte(c.document))
			if err == nil {
				t.Fatal("no error")
			}
			var member *guiabolso.MemberError
			var syntax *cloudevents.SyntaxError
			if errors.As(err, &member) != (c.member != "") || member != nil && member.Member != c.member || member == nil && !errors.As(err, &syntax) {
				t.Errorf("%v: not about member %q", err, c.member)
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v: not %v", err, c.is)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	m, err := guiabolso.Decode([]byte("\uFEFF " + complete + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := guiabolso.Message{
		Name: "user:name:set", Version: 42, ID: "1", FlowID: "f", Payload: json.RawMessage(`{"n" : 1.50}`),
		Identity: json.RawMessage(`{"userId":7}`), Auth: json.RawMessage(`{"token":"secret"}`),
		Metadata: json.RawMessage(`{"origin":"lion","timestamp":1482162952}`),
		Others:   []guiabolso.Member{{Name: "sessionId", Value: json.RawMessage(`"s"`)}},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if b, err := guiabolso.AppendMessage([]byte("before"), &m); err != nil || string(b) != "before"+complete {
		t.Errorf("%s, %v", b, err)
	}
	if m, err = guiabolso.Decode([]byte(envelope(`,"payload":null,"auth":null,"metadata":{}`))); err != nil || string(m.Payload) != "null" || m.Auth != nil || string(m.Metadata) != "{}" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestDecodeDepth(t *testing.T) {
	nested := func(n int) []byte {
		return []byte(envelope(`,"payload":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1)))
	}
	for _, c := range []struct {
		name       string
		max, depth int
		refused    bool
	}{
		{"default", 0, cloudevents.DefaultMaxDepth, false},
		{"beyond the default", 0, cloudevents.DefaultMaxDepth + 1, true},
		{"own limit", 3, 3, false},
		{"beyond an own limit", 3, 4, true},
		{"no limit", -1, 100_000, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := guiabolso.Decoder{MaxDepth: c.max}
			m, err := d.Decode(nested(c.depth))
			var limit *cloudevents.LimitError
			if errors.As(err, &limit) != c.refused || err != nil && !c.refused {
				t.Fatal(err)
			}
			if err == nil {
				if e, err := guiabolso.ToCloudEvent(&m); err != nil || len(e.Data) != 2*(c.depth-1) {
					t.Errorf("%d bytes, %v", len(e.Data), err)
				}
			}
		})
	}
}

func TestAppendRefuses(t *testing.T) {
	base := guiabolso.Message{Name: "a", ID: "1", FlowID: "f"}
	for _, c := range []struct {
		name   string
		change func(m *guiabolso.Message)
		member string
	}{
		{"no name", func(m *guiabolso.Message) { m.Name = "" }, "name"},
		{"no id", func(m *guiabolso.Message) { m.ID = "" }, "id"},
		{"no flowId", func(m *guiabolso.Message) { m.FlowID = "" }, "flowId"},
		{"name is not UTF-8", func(m *guiabolso.Message) { m.Name = "\xff" }, "name"},
		{"version is not UTF-8", func(m *guiabolso.Message) { m.VersionText = "\xff" }, "version"},
		{"empty payload", func(m *guiabolso.Message) { m.Payload = json.RawMessage("") }, "payload"},
		{"payload that adds a member", func(m *guiabolso.Message) { m.Payload = json.RawMessage(`1,"auth":{}`) }, "payload"},
		{"identity is no object", func(m *guiabolso.Message) { m.Identity = json.RawMessage(` []`) }, "identity"},
		{"auth is no JSON", func(m *guiabolso.Message) { m.Auth = json.RawMessage(`{"token":secret}`) }, "auth"},
		{"metadata is two values", func(m *guiabolso.Message) { m.Metadata = json.RawMessage(`{} {}`) }, "metadata"},
		{"other member is known", func(m *guiabolso.Message) { m.Others = []guiabolso.Member{{"auth", json.RawMessage("1")}} }, "auth"},
		{"other member is there twice", func(m *guiabolso.Message) {
			m.Others = []guiabolso.Member{{"x", json.RawMessage("1")}, {"x", json.RawMessage("1")}}
		}, "x"},
		{"other member has no value", func(m *guiabolso.Message) { m.Others = []guiabolso.Member{{"x", nil}} }, "x"},
		{"other member is not UTF-8", func(m *guiabolso.Message) { m.Others = []guiabolso.Member{{"\xff", json.RawMessage("1")}} }, "\uFFFD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := base
			c.change(&m)
			b, err := guiabolso.AppendMessage([]byte("x"), &m)
			var member *guiabolso.MemberError
			if !errors.As(err, &member) || member.Member != c.member || string(b) != "x" {
				t.Errorf("%s, %v", b, err)
			}
			if _, err := guiabolso.ToCloudEvent(&m); !errors.As(err, &member) || member.Member != c.member {
				t.Errorf("ToCloudEvent: %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("%v has a secret", err)
			}
		})
	}
}

// A message by way of encoding/json does not alias the document.
func TestUnmarshalCopies(t *testing.T) {
	document := []byte(envelope(`,"payload":"abc"`))
	var m guiabolso.Message
	if err := m.UnmarshalJSON(document); err != nil {
		t.Fatal(err)
	}
	clear(document)
	if string(m.Payload) != `"abc"` {
		t.Errorf("%q", m.Payload)
	}
	before := m
	if err := m.UnmarshalJSON([]byte("{}")); err == nil || !cmp.Equal(m, before) {
		t.Errorf("%v, %+v", err, m)
	}
}
