package guiabolso_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/adapter/guiabolso"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Every message that can be an event comes back with every member.
func TestMessagesComeBack(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for i := range 3000 {
		want := g.message()
		messageComesBack(t, &want)
		if t.Failed() {
			t.Fatalf("message %d: %+v", i, want)
		}
	}
}

// Every event that can be a message comes back with every attribute, type and byte.
func TestEventsComeBack(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(3, 4))}
	converted := 0
	for i := range 3000 {
		want := g.event()
		if _, err := guiabolso.ToMessage(&want); err == nil {
			converted++
			eventComesBack(t, &want)
		}
		if t.Failed() {
			t.Fatalf("event %d: %+v", i, want)
		}
	}
	if converted < 1500 {
		t.Errorf("only %d events became messages", converted)
	}
}

// messageComesBack checks that m, which becomes an event, is what that event becomes, as
// structs and as JSON.
func messageComesBack(t *testing.T, m *guiabolso.Message) {
	t.Helper()
	e, err := guiabolso.ToCloudEvent(m)
	if err != nil {
		t.Error(err)
		return
	}
	if err := e.Validate(); err != nil {
		t.Errorf("the event is not valid: %v", err)
	}
	back, err := guiabolso.ToMessage(&e)
	if err != nil {
		t.Errorf("%v: %v", err, &e)
		return
	}
	if diff := cmp.Diff(neutral(t, m), neutral(t, &back)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !bytes.Equal(m.Payload, back.Payload) || (m.Payload == nil) != (back.Payload == nil) {
		t.Errorf("payload %q, want %q", back.Payload, m.Payload)
	}
	document, err := guiabolso.AppendMessage(nil, &back)
	if err != nil {
		t.Error(err)
		return
	}
	decoded, err := guiabolso.Decode(document)
	if err != nil {
		t.Errorf("%v: %s", err, document)
		return
	}
	if diff := cmp.Diff(neutral(t, m), neutral(t, &decoded)); diff != "" {
		t.Errorf("by way of %s (-want +got)\n%s", document, diff)
	}
	again, err := guiabolso.ToCloudEvent(&decoded)
	if err != nil {
		t.Error(err)
		return
	}
	again.Data = e.Data // white space around a value is no part of it in a document
	if diff := cmp.Diff(e, again); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// eventComesBack checks that e, which becomes a message, is what that message becomes.
func eventComesBack(t *testing.T, e *cloudevents.Event) {
	t.Helper()
	m, err := guiabolso.ToMessage(e)
	if err != nil {
		t.Error(err)
		return
	}
	back, err := guiabolso.ToCloudEvent(&m)
	if err != nil {
		t.Errorf("%v: %+v", err, m)
		return
	}
	want := e.Clone()
	slices.SortFunc(want.Extensions, func(a, b cloudevents.Extension) int { return strings.Compare(a.Name, b.Name) })
	if diff := cmp.Diff(want, back); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	got, _ := back.Get(spec.Time)
	if at, _ := e.Get(spec.Time); at != got {
		t.Errorf("time %v, want %v", got, at)
	}
	if (e.Data == nil) != (back.Data == nil) {
		t.Errorf("data %#v, want %#v", back.Data, e.Data)
	}
}

// neutral returns the values of a message in a form that can be compared: the order of
// members of an object does not count, numbers keep their digits, an object without members
// is the same as none.
func neutral(t *testing.T, m *guiabolso.Message) map[string]any {
	t.Helper()
	all := map[string]any{
		"name": m.Name, "version": m.Version, "versionText": m.VersionText, "id": m.ID, "flowId": m.FlowID,
		"payload": value(t, m.Payload),
	}
	for name, raw := range map[string]json.RawMessage{"identity": m.Identity, "auth": m.Auth, "metadata": m.Metadata} {
		if v := value(t, raw); raw != nil && v != nil && !reflect.DeepEqual(v, map[string]any{}) {
			all[name] = v
		}
	}
	for _, x := range m.Others {
		all["other "+x.Name] = []any{value(t, x.Value)}
	}
	return all
}

func value(t *testing.T, raw []byte) (v any) {
	t.Helper()
	if raw == nil {
		return "absent"
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Errorf("%v: %q", err, raw)
	}
	return v
}

type generator struct{ *rand.Rand }

func one[T any](g generator, all ...T) T { return all[g.IntN(len(all))] }

// text returns a short text. Every character of it is legal in an attribute.
func (g generator) text() string {
	return one(g, "a", "user:name:set", "some event", "x.v2", "x.v", ".v1", "é€😀", `"\/`, "{}", "null", "a:b", "1:b", "%", "%41", "lion", "a b", guiabolso.NoOrigin)
}

// json returns a JSON value, with characters that an attribute must not have.
func (g generator) json(depth int) string {
	space := one(g, "", "", " ", "\n\t")
	switch n := g.IntN(10); {
	case n < 2 && depth > 0:
		return space + "[" + g.json(depth-1) + "," + g.json(depth-1) + "]" + space
	case n < 5 && depth > 0:
		return space + g.object(depth-1) + space
	}
	return space + one(g, "0", "-1", "1.50", "1e400", "12345678901234567890", "true", "false", "null", `"a"`, `"\u0000\n\/\ud83d\ude00"`,
		"\"\x7f\u0085\ufdd0\U0001fffe\uffff\"", `"\\"`, `"\\\""`, `" "`, `""`, "{}", "[]") + space
}

func (g generator) object(depth int, members ...string) string {
	for _, name := range []string{`"a"`, `"\u0062"`, "\"\u0085\U0010ffff\"", `"trace"`, `"originId"`, `"\"\\"`} {
		if g.IntN(3) == 0 {
			members = append(members, one(g, "", " ")+name+one(g, "", "\n")+":"+g.json(depth))
		}
	}
	g.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + strings.Join(members, ",") + "}"
}

func (g generator) optionalObject(members ...string) json.RawMessage {
	if g.IntN(3) == 0 {
		return one(g, nil, json.RawMessage("{}"), json.RawMessage(" null\n"), json.RawMessage("{ }"))
	}
	return json.RawMessage(g.object(2, members...))
}

func (g generator) message() guiabolso.Message {
	m := guiabolso.Message{Name: g.text(), ID: g.text(), FlowID: g.text(), Version: one[int32](g, 0, 1, 42, -3, 2147483647, -2147483648)}
	if g.IntN(4) == 0 {
		m.Version, m.VersionText = 0, g.text()
	}
	if g.IntN(8) > 0 {
		m.Payload = json.RawMessage(g.json(3))
	}
	var metadata []string
	if g.IntN(3) > 0 {
		metadata = append(metadata, `"origin":`+one(g, `"Lion"`, `"L\u0069on"`, `"some origin"`, `"some%20origin"`, `"/a?b#c"`, `"%"`, `"é\u0000"`, `"\ud800"`,
			`""`, "7", "null", "{}", `"a:b"`, `"1:b"`, `"`+guiabolso.NoOrigin+`"`))
	}
	if g.IntN(3) > 0 {
		metadata = append(metadata, one(g, `"timestamp"`, `"time\u0073tamp"`)+":"+one(g, "1482162952", "0", "-0", "-1", "253402300799", "253402300800", "253402300799999",
			"253402300800000", "-62135596800", "-62135596801", "1482162952123", "1482162952.5", "1e9", `"2016-12-19T15:55:52Z"`, `"2016-12-19t15:55:52.1234567891+01:00"`,
			`"2016-12-31T23:59:60Z"`, `"9999-12-31T23:59:60Z"`, `"yesterday"`, "null", "[]", "99999999999999999999"))
	}
	if g.IntN(4) == 0 {
		metadata = append(metadata, `"createdAt":`+one(g, `"2016-12-19T15:55:52.123Z"`, "5", `""`, "null"))
	}
	m.Identity, m.Auth, m.Metadata = g.optionalObject(), g.optionalObject(), g.optionalObject(metadata...)
	for _, name := range []string{"sessionId", "Name", "VERSION", "payload_", "\u0085", "", "a\"b"} {
		if g.IntN(8) == 0 {
			m.Others = append(m.Others, guiabolso.Member{Name: name, Value: json.RawMessage(g.json(2))})
		}
	}
	return m
}

func (g generator) event() cloudevents.Event {
	e := cloudevents.Event{ID: g.text(), Source: one(g, "/orders", "Lion", "https://example.com/a?b#c", "a%20b", "%41", guiabolso.NoOrigin, "a:b"), Type: g.text() + one(g, ".v1", ".v0", ".v-7", ".v2147483647")}
	e.Extensions = []cloudevents.Extension{{Name: "correlationid", Value: cloudevents.StringValue(g.text())}}
	if g.IntN(4) > 0 {
		e.Data, e.DataContentType = []byte(g.json(3)), one(g, "application/json", "application/json", "Application/JSON", "application/problem+json; charset=utf-8")
	} else if g.IntN(3) == 0 {
		e.DataContentType = one(g, "application/json", "text/plain")
	}
	if g.IntN(2) == 0 {
		e.Subject = g.text()
	}
	if g.IntN(4) == 0 {
		e.DataSchema = "https://example.com/schema#"
	}
	if g.IntN(4) > 0 {
		zone := one(g, time.UTC, time.FixedZone("", 3600), time.FixedZone("", -86340))
		e.Time = one(g, time.Unix(1482162952, 0), time.Unix(0, 1), time.Unix(-1, 0), time.Unix(-1, 999_999_999), time.Unix(253402300799, 0), time.Unix(-62135596800, 0), time.Unix(-62135596801, 0), time.Now()).In(zone)
		if e.Validate() != nil {
			e.Time = time.Time{}
		}
	}
	for i, v := range []cloudevents.Value{
		cloudevents.StringValue(g.text()), cloudevents.StringValue(""), cloudevents.StringValue("1"), cloudevents.IntegerValue(-1), cloudevents.BooleanValue(true),
		cloudevents.URIValue("urn:a"), cloudevents.URIReferenceValue("a#b"), cloudevents.BinaryValue([]byte{0, 255}), cloudevents.TimestampValue(time.Unix(0, 5)),
	} {
		if g.IntN(4) == 0 {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: fmt.Sprint("x", 9-i), Value: v})
		}
	}
	for _, name := range []string{guiabolso.IdentityExtension, guiabolso.AuthExtension, guiabolso.MetadataExtension, guiabolso.MembersExtension} {
		if g.IntN(8) == 0 {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: cloudevents.StringValue(one(g, `{"a":[1,"\u0085"]}`, `{"a":{"b":" "}}`, "{}", `{ "a":1}`))})
		}
	}
	return e
}

func FuzzDecode(f *testing.F) {
	for _, c := range decodeCases {
		f.Add([]byte(c.document))
	}
	f.Add([]byte(complete))
	f.Add([]byte(envelope(`,"metadata":{"origin":"a b","cloudevents":{"subject":"s","x":{"type":"URI","value":"a:b"},"time":"1970-01-01T00:00:00.5Z"},"timestamp":0}`)))
	f.Fuzz(func(t *testing.T, document []byte) {
		m, err := guiabolso.Decode(document)
		if err != nil {
			return
		}
		encoded, err := guiabolso.AppendMessage(nil, &m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := guiabolso.Decode(encoded)
		if err != nil {
			t.Fatalf("%v: %s", err, encoded)
		}
		if diff := cmp.Diff(neutral(t, &m), neutral(t, &again)); diff != "" || !bytes.Equal(m.Payload, again.Payload) {
			t.Fatalf("(-want +got)\n%s", diff)
		}
		e, err := guiabolso.ToCloudEvent(&m)
		if err != nil {
			return
		}
		if err := e.Validate(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(m.Metadata), "cloudevents") || strings.Contains(string(m.Metadata), `\u`) {
			eventComesBack(t, &e) // that member may have been written in another way
			return
		}
		messageComesBack(t, &m)
	})
}

// Any JSON document with the attributes of an event is refused, or comes back.
func FuzzEvent(f *testing.F) {
	g := generator{rand.New(rand.NewPCG(5, 6))}
	for range 50 {
		e := g.event()
		if document, err := json.Marshal(e); err == nil {
			f.Add(document)
		}
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		var e cloudevents.Event
		if json.Unmarshal(document, &e) != nil {
			return
		}
		if _, err := guiabolso.ToMessage(&e); err == nil {
			eventComesBack(t, &e)
		}
	})
}
