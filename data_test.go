package cloudevents_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

type order struct {
	Item  string `json:"item"`
	Count int8   `json:"count,omitempty"`
}

type text []byte // a []byte by another name is a value for encoding/json

func TestSetData(t *testing.T) {
	tests := []struct {
		name        string
		contentType string
		value       any
		want        []byte
		err         error
	}{
		{"bytes are the data", "image/png", []byte{0xFF}, []byte{0xFF}, nil},
		{"bytes without content type", "", []byte("a"), []byte("a"), nil},
		{"nil bytes are no data", "image/png", []byte(nil), nil, nil},
		{"empty bytes are data", "image/png", []byte{}, []byte{}, nil},
		{"bytes under JSON", "application/json", []byte(" {\"a\" : 1.0} "), []byte(" {\"a\" : 1.0} "), nil},
		{"bytes under JSON that are cut", "application/json", []byte("{"), nil, validation.ErrData},
		{"bytes under JSON that are two values", "application/vnd.a+JSON; v=1", []byte("1 2"), nil, validation.ErrData},
		{"bytes under JSON that are not UTF-8", "text/json", []byte("\"\xFF\""), nil, validation.ErrData},
		{"empty bytes under JSON", "application/json", []byte{}, nil, validation.ErrData},
		{"nil bytes under JSON are no data", "application/json", []byte(nil), nil, nil},
		{"bytes under JSON in another charset are not looked at", "application/json; charset=utf-16", []byte("[\x00]\x00"), []byte("[\x00]\x00"), nil},
		{"JSON that is nested more deeply than decoders take", "application/json", []byte(nested(5000)), []byte(nested(5000)), nil},
		{"a string is the data", "text/plain", "é", []byte("é"), nil},
		{"an empty string is data", "text/plain", "", []byte{}, nil},
		{"a string under JSON is JSON", "application/json", `"a"`, []byte(`"a"`), nil},
		{"a string under JSON is not quoted", "application/json", "a", nil, validation.ErrData},
		{"an empty string under JSON", "application/json", "", nil, validation.ErrData},
		{"a struct", "application/json", order{"tea", 2}, []byte(`{"item":"tea","count":2}`), nil},
		{"a pointer", "application/json", &order{Item: "tea"}, []byte(`{"item":"tea"}`), nil},
		{"a suffix of JSON, in upper case, with a parameter", "application/vnd.a+JSON; v=1", 5, []byte("5"), nil},
		{"nil is null", "application/json", nil, []byte("null"), nil},
		{"json.RawMessage as it is", "text/json", json.RawMessage(` { "a" : 1.50, "b":"<" } `), []byte(` { "a" : 1.50, "b":"<" } `), nil},
		{"nil json.RawMessage is null", "application/json", json.RawMessage(nil), []byte("null"), nil},
		{"json.RawMessage that is empty", "application/json", json.RawMessage{}, nil, validation.ErrData},
		{"json.RawMessage that is two values", "application/json", json.RawMessage("{}{}"), nil, validation.ErrData},
		{"json.RawMessage under XML", "application/xml", json.RawMessage("{}"), nil, cloudevents.ErrDataContentType},
		{"json.RawMessage under JSON in another charset", "application/json; charset=utf-16", json.RawMessage("{}"), nil, cloudevents.ErrDataContentType},
		{"JSON of a Marshaler that is not UTF-8", "application/json", notUTF8{}, nil, validation.ErrData},
		{"a []byte by another name is base64 in JSON", "application/json", text("abc"), []byte(`"YWJj"`), nil},
		{"a struct under XML", "application/xml", order{}, nil, cloudevents.ErrDataContentType},
		{"a struct under JSON in another charset", "application/json; charset=utf-16", order{}, nil, cloudevents.ErrDataContentType},
		{"a content type that is none", "json", []byte("{}"), nil, validation.ErrSyntax},
		{"a content type with a line break", "text/plain\n", "a", nil, validation.ErrCharacter},
		{"a value that JSON has not", "application/json", math.Inf(1), nil, &json.UnsupportedValueError{}},
		{"a type that JSON has not", "application/json", func() {}, nil, &json.UnsupportedTypeError{}},
		{"a Marshaler whose JSON is none", "application/json", notJSON{}, nil, &json.MarshalerError{}},
		{"json.RawMessage that is cut", "application/json", json.RawMessage("{"), nil, validation.ErrData},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, want := full(), full()
			err := e.SetData(tt.contentType, tt.value)
			if tt.err == nil {
				want.Data, want.DataContentType = tt.want, tt.contentType
			}
			if d := diff(want, e); d != "" {
				t.Error(d)
			}
			switch tt.err.(type) {
			case *json.UnsupportedValueError:
				checkAs[*json.UnsupportedValueError](t, err)
			case *json.UnsupportedTypeError:
				checkAs[*json.UnsupportedTypeError](t, err)
			case *json.MarshalerError:
				checkAs[*json.MarshalerError](t, err)
			default:
				if !errors.Is(err, tt.err) {
					t.Errorf("error is %v, want %v", err, tt.err)
				}
			}
		})
	}
}

// notUTF8 and notJSON have MarshalJSON methods that return what is not JSON.
// encoding/json looks for the second only.
type (
	notUTF8 struct{}
	notJSON struct{}
)

func (notUTF8) MarshalJSON() ([]byte, error) { return []byte("\"\xFF\""), nil }
func (notJSON) MarshalJSON() ([]byte, error) { return []byte("{"), nil }

// A Go value without content type is JSON, a string and a []byte are not.
func TestSetDataWithoutContentType(t *testing.T) {
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"a struct":        {order{"tea", 2}, `{"item":"tea","count":2}`},
		"nil":             {nil, "null"},
		"a number":        {5, "5"},
		"json.RawMessage": {json.RawMessage(" [1] "), " [1] "},
	} {
		e := full()
		e.DataContentType = "text/plain"
		if err := e.SetData("", c.value); err != nil || e.DataContentType != "application/json" || string(e.Data) != c.want {
			t.Errorf("%s: %q of type %q, %v; want %q", name, e.Data, e.DataContentType, err, c.want)
		}
	}
	for name, v := range map[string]any{"cut json.RawMessage": json.RawMessage("["), "a function": func() {}} {
		e, want := full(), full()
		err := e.SetData("", v)
		if d := diff(want, e); err == nil || d != "" {
			t.Errorf("%s: %v\n%s", name, err, d)
		}
	}
	for _, v := range []any{"{", []byte("{")} {
		var e cloudevents.Event
		if err := e.SetData("", v); err != nil || e.DataContentType != "" || string(e.Data) != "{" {
			t.Errorf("%T: %q of type %q, %v", v, e.Data, e.DataContentType, err)
		}
	}
}

// The error about data that is not JSON names the data and does not show it.
func TestSetDataErrorHasNoPayload(t *testing.T) {
	var e cloudevents.Event
	err := e.SetData("application/json", "s3cret")
	checkRefused(t, err, validation.ErrData, spec.Attribute{Name: "data", Section: "spec.md#event-data"})
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("error text holds the payload: %v", err)
	}
}

func checkAs[E error](t *testing.T, err error) {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Errorf("error is %v, want one that is a %T", err, e)
	}
}

func TestSetDataSharesBytes(t *testing.T) {
	b := []byte("abc")
	var e cloudevents.Event
	if err := e.SetData("", b); err != nil {
		t.Fatal(err)
	}
	if unsafe.SliceData(e.Data) != &b[0] {
		t.Error("a []byte was copied, but should be shared")
	}
}

// as checks DataAs for one type.
func as[T any](contentType, data string, want T) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		e := cloudevents.Event{DataContentType: contentType, Data: []byte(data)}
		got, err := cloudevents.DataAs[T](&e)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if string(e.Data) != data {
			t.Errorf("data is now %q", e.Data)
		}
	}
}

func TestDataAs(t *testing.T) {
	tests := []struct {
		name  string
		check func(*testing.T)
	}{
		{"bytes of any media type", as("image/png", "\xFF", []byte{0xFF})},
		{"bytes of JSON are the text", as("application/json", `"YWJj"`, []byte(`"YWJj"`))},
		{"bytes without content type", as("", "a", []byte("a"))},
		{"empty bytes are not nil", as("", "", []byte{})},
		{"a string of any media type", as("image/png", "\xFF", "\xFF")},
		{"a string of JSON is the text", as("application/json", `"a"`, `"a"`)},
		{"a struct", as("application/json", `{"item":"tea","count":2}`, order{"tea", 2})},
		{"a suffix of JSON", as("application/vnd.a+json;v=1", `{"item":"tea"}`, order{Item: "tea"})},
		{"JSON in upper case", as("TEXT/JSON", `5`, 5)},
		{"a pointer", as("application/json", `{"item":"tea"}`, &order{Item: "tea"})},
		{"null as a pointer", as("application/json", `null`, (*order)(nil))},
		{"null as a struct", as("application/json", `null`, order{})},
		{"json.RawMessage as it is", as("application/json", `{ "a" : 1.50 }`, json.RawMessage(`{ "a" : 1.50 }`))},
		{"anything", as[any]("application/json", `[1,"a",null]`, []any{1.0, "a", nil})},
		{"a map", as("application/json", `{"a":1}`, map[string]int{"a": 1})},
		{"a []byte by another name is base64 in JSON", as("application/json", `"YWJj"`, text("abc"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.check)
	}
}

func TestDataAsMemory(t *testing.T) {
	e := cloudevents.Event{DataContentType: "application/json", Data: []byte(`{"a":1}`)}
	b, err := cloudevents.DataAs[[]byte](&e)
	if err != nil || unsafe.SliceData(b) != unsafe.SliceData(e.Data) {
		t.Errorf("[]byte does not share the data (%v)", err)
	}
	s, err := cloudevents.DataAs[string](&e)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := cloudevents.DataAs[json.RawMessage](&e)
	if err != nil {
		t.Fatal(err)
	}
	clear(e.Data)
	if s != `{"a":1}` || string(raw) != `{"a":1}` {
		t.Errorf("string %q or json.RawMessage %q shares memory with the data", s, raw)
	}
}

// refused checks an error of DataAs for one type.
func refused[T any](contentType string, data []byte, check func(*testing.T, error)) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		e := cloudevents.Event{DataContentType: contentType, Data: data}
		got, err := cloudevents.DataAs[T](&e)
		if err == nil {
			t.Fatalf("accepted as %v", got)
		}
		var zero T
		if d := cmp.Diff(zero, got); d != "" {
			t.Errorf("not the zero value beside an error:\n%s", d)
		}
		for _, secret := range []string{"s3cret", "4111", "'s'"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("error text holds the payload: %v", err)
			}
		}
		check(t, err)
	}
}

func TestDataAsRefused(t *testing.T) {
	missing := func(t *testing.T, err error) {
		checkRefused(t, err, validation.ErrMissing, spec.Attribute{Name: "data", Section: "spec.md#event-data"})
	}
	mediaType := func(t *testing.T, err error) {
		if !errors.Is(err, cloudevents.ErrDataContentType) {
			t.Errorf("error is %v, want ErrDataContentType", err)
		}
	}
	tests := []struct {
		name  string
		check func(*testing.T)
	}{
		{"no data as bytes", refused[[]byte]("application/json", nil, missing)},
		{"no data as a string", refused[string]("", nil, missing)},
		{"no data as a struct", refused[order]("application/json", nil, missing)},
		{"no data under another media type", refused[order]("text/plain", nil, missing)},
		{"a struct of text", refused[order]("text/plain", []byte(`{"item":"s3cret"}`), mediaType)},
		{"a struct without content type", refused[order]("", []byte(`{"item":"s3cret"}`), mediaType)},
		{"json.RawMessage of text", refused[json.RawMessage]("text/plain", []byte(`"s3cret"`), mediaType)},
		{"a struct of JSON in another charset", refused[order]("application/json; charset=utf-16", []byte(`{"item":"s3cret"}`), mediaType)},
		{"JSON that is not UTF-8", refused[any]("application/json", []byte("\"\xE9\""), noT[error])},
		{"a subtype that only ends in json", refused[int]("application/notjson", []byte(`5`), mediaType)},
		{"JSON that is none", refused[order]("application/json", []byte(`{"item":"s3cret"`), noT[*json.SyntaxError])},
		{"JSON that is a word", refused[order]("application/json", []byte(`s3cret`), noT[*json.SyntaxError])},
		{"empty JSON", refused[order]("application/json", []byte{}, noT[*json.SyntaxError])},
		{"JSON with something behind", refused[order]("application/json", []byte(`{"item":"a"} s3cret`), noT[*json.SyntaxError])},
		{"a string as a number", refused[int]("application/json", []byte(`"s3cret"`), noT[*json.UnmarshalTypeError])},
		{"a number that is out of range", refused[int32]("application/json", []byte(`4111111111111111`), noT[*json.UnmarshalTypeError])},
		{"a key that is out of range", refused[map[int8]int]("application/json", []byte(`{"4111111111111111":1}`), noT[*json.UnmarshalTypeError])},
		{"a field that is out of range", refused[order]("application/json", []byte(`{"count":4111}`), noT[*json.UnmarshalTypeError])},
		{"an error of the type's own", refused[time.Time]("application/json", []byte(`"s3cret"`), noT[*time.ParseError])},
		{"nothing is left of a struct that failed", refused[order]("application/json", []byte(`{"item":"s3cret","count":"s3cret"}`), noT[*json.UnmarshalTypeError])},
		{"a pointer to a struct that failed", refused[*order]("application/json", []byte(`{"item":"s3cret","count":"s3cret"}`), noT[*json.UnmarshalTypeError])},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.check)
	}
}

// noT checks an error about data that is no T, for the reason E.
func noT[E error](t *testing.T, err error) {
	t.Helper()
	checkRefused(t, err, validation.ErrData, spec.Attribute{Name: "data", Section: "spec.md#event-data"})
	checkAs[E](t, err)
}
