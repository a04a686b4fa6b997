package cloudevents_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/validation"
)

type envelope struct {
	Offset int                 `json:"offset"`
	Event  cloudevents.Event   `json:"event"`
	Maybe  *cloudevents.Event  `json:"maybe"`
	More   []cloudevents.Event `json:"more,omitempty"`
}

const minimalDocument = `{"specversion":"1.0","id":"1","source":"/s","type":"t"}`

func TestMarshal(t *testing.T) {
	e, small := full(), minimal()
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"an event", e, fullDocument},
		{"a pointer to an event", &e, fullDocument},
		{"a slice of events is a batch", []cloudevents.Event{small, small}, "[" + minimalDocument + "," + minimalDocument + "]"},
		{"a slice of pointers", []*cloudevents.Event{&small, nil}, "[" + minimalDocument + ",null]"},
		{"a map, whose values have no address", map[string]cloudevents.Event{"a": small}, `{"a":` + minimalDocument + `}`},
		{"fields of a struct", envelope{Offset: 7, Event: small}, `{"offset":7,"event":` + minimalDocument + `,"maybe":null}`},
		{"a pointer in a struct", envelope{Event: small, Maybe: &small, More: []cloudevents.Event{small}},
			`{"offset":0,"event":` + minimalDocument + `,"maybe":` + minimalDocument + `,"more":[` + minimalDocument + `]}`},
		{"anything", any(small), minimalDocument},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.Marshal(tt.value)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("JSON is\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// json.Marshal compacts and escapes the data; AppendJSON and MarshalJSON do not.
func TestMarshalRewritesData(t *testing.T) {
	e := minimal()
	e.DataContentType = "application/json"
	e.Data = []byte("{ \"a\" : \"<&>\u2028\" , \"n\" : 1.0e+2 }")
	const head = `{"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"application/json","data":`
	raw := head + string(e.Data) + "}"

	if b, err := e.MarshalJSON(); err != nil || string(b) != raw {
		t.Errorf("MarshalJSON = %s, %v; want the data as it is", b, err)
	}
	if b, err := cloudevents.AppendJSON(nil, &e); err != nil || string(b) != raw {
		t.Errorf("AppendJSON = %s, %v; want the data as it is", b, err)
	}
	b, err := json.Marshal(e)
	if want := head + `{"a":"\u003c\u0026\u003e\u2028","n":1.0e+2}}`; err != nil || string(b) != want {
		t.Errorf("json.Marshal = %s, %v; want %s", b, err, want)
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(e)
	if want := head + "{\"a\":\"<&>\u2028\",\"n\":1.0e+2}}\n"; err != nil || buffer.String() != want {
		t.Errorf("without HTML escapes = %s, %v; want %s", buffer.Bytes(), err, want)
	}
}

func TestMarshalRefuses(t *testing.T) {
	bad := full()
	bad.ID, bad.Source = "", "a b"
	for name, v := range map[string]any{"an event": bad, "a pointer": &bad, "a slice": []cloudevents.Event{minimal(), bad}} {
		b, err := json.Marshal(v)
		if !errors.Is(err, validation.ErrMissing) || !errors.Is(err, validation.ErrSyntax) || b != nil {
			t.Errorf("%s: json.Marshal = %s, %v; want both violations", name, b, err)
		}
	}
}

func TestUnmarshal(t *testing.T) {
	small := minimal()
	tests := []struct {
		name   string
		json   string
		target any
		want   any
	}{
		{"an event", fullDocument, new(cloudevents.Event), ptr(full())},
		{"an event over another one", minimalDocument, ptr(full()), &small},
		{"a pointer to a pointer", minimalDocument, new(*cloudevents.Event), ptr(&small)},
		{"a batch", "[" + minimalDocument + "," + minimalDocument + "]", new([]cloudevents.Event), &[]cloudevents.Event{small, small}},
		{"an empty batch", "[]", new([]cloudevents.Event), &[]cloudevents.Event{}},
		{"a map", `{"a":` + minimalDocument + `}`, new(map[string]cloudevents.Event), &map[string]cloudevents.Event{"a": small}},
		{"fields of a struct", `{"offset":7,"event":` + minimalDocument + `,"maybe":null,"more":[` + minimalDocument + `]}`,
			new(envelope), &envelope{Offset: 7, Event: small, More: []cloudevents.Event{small}}},
		{"null sets a pointer, and no event is asked", `[` + minimalDocument + `,null]`, new([]*cloudevents.Event), &[]*cloudevents.Event{&small, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := json.Unmarshal([]byte(tt.json), tt.target); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, tt.target); d != "" {
				t.Error(d)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

func TestUnmarshalCopies(t *testing.T) {
	for name, document := range map[string]string{
		"JSON data": fullDocument,
		"text data": event(`"datacontenttype":"text/plain","data":"plain"`),
		"base64":    event(`"data_base64":"AAEC"`),
		"no data":   event(`"subject":"s","ext":"x"`),
	} {
		want := decode(t, document)
		buffer := []byte(document)
		var e cloudevents.Event
		if err := e.UnmarshalJSON(buffer); err != nil {
			t.Fatal(err)
		}
		clear(buffer)
		if d := diff(want, e); d != "" {
			t.Errorf("%s: changed with the document:\n%s", name, d)
		}
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	tests := []struct {
		name string
		json string
		err  error
	}{
		{"null", `null`, nil},
		{"null with white space", ` null `, nil},
		{"an array", `[]`, nil},
		{"a required attribute is missing", `{"specversion":"1.0","id":"1","source":"/s"}`, validation.ErrMissing},
		{"the last member is bad", event(`"data":1,"data_base64":""`), validation.ErrData},
		{"a duplicate", event(`"id":"2"`), validation.ErrDuplicate},
		{"something behind", minimalDocument + " x", nil},
		{"nothing", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := full()
			err := e.UnmarshalJSON([]byte(tt.json))
			if err == nil || tt.err != nil && !errors.Is(err, tt.err) {
				t.Errorf("error is %v, want %v", err, tt.err)
			}
			if d := diff(full(), e); d != "" {
				t.Errorf("the target changed:\n%s", d)
			}
			if err := json.Unmarshal([]byte(tt.json), &e); err == nil {
				t.Error("json.Unmarshal accepts it")
			}
			if d := diff(full(), e); d != "" {
				t.Errorf("json.Unmarshal changed the target:\n%s", d)
			}
		})
	}
	for name, target := range map[string]any{
		"in a slice": new([]cloudevents.Event), "in an array": new([1]cloudevents.Event),
	} {
		if err := json.Unmarshal([]byte("[null]"), target); err == nil {
			t.Errorf("null %s is accepted", name)
		}
	}
	if err := json.Unmarshal([]byte(`{"event":null}`), new(envelope)); err == nil {
		t.Error("null in a struct is accepted")
	}
}
