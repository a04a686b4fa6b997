package cloudevents_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestAppendJSON(t *testing.T) {
	e := full()
	roomy := make([]byte, 7, 4096)
	copy(roomy, "prefix ")
	tests := []struct {
		name string
		dst  []byte
	}{
		{"to nil", nil},
		{"to an empty slice", []byte{}},
		{"to a prefix without room", []byte("prefix ")[:7:7]},
		{"to a prefix with room", roomy},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			prefix := string(tt.dst)
			got, err := cloudevents.AppendJSON(tt.dst, &e)
			if err != nil || string(got) != prefix+fullDocument {
				t.Errorf("AppendJSON = %s, %v", got, err)
			}
			if cap(tt.dst) >= len(got) && unsafe.SliceData(got) != unsafe.SliceData(tt.dst) {
				t.Error("there was room, and yet the result is elsewhere")
			}
			batch, err := cloudevents.AppendJSONBatch(tt.dst, []cloudevents.Event{e, e})
			if err != nil || string(batch) != prefix+"["+fullDocument+","+fullDocument+"]" {
				t.Errorf("AppendJSONBatch = %s, %v", batch, err)
			}
		})
	}
	if d := diff(full(), e); d != "" {
		t.Errorf("encoding changed the event:\n%s", d)
	}
}

func TestAppendJSONRefuses(t *testing.T) {
	change := func(f func(*cloudevents.Event)) cloudevents.Event {
		e := full()
		f(&e)
		return e
	}
	tests := []struct {
		name  string
		event cloudevents.Event
		err   error
	}{
		{"an attribute is missing", change(func(e *cloudevents.Event) { e.ID = "" }), validation.ErrMissing},
		{"a member in a name", change(func(e *cloudevents.Event) { e.Extensions[0].Name = `a":1,"b` }), validation.ErrName},
		{"a duplicate", change(func(e *cloudevents.Event) { e.Extensions[0] = e.Extensions[1] }), validation.ErrDuplicate},
		{"a year that RFC 3339 has not", change(func(e *cloudevents.Event) { e.Time = e.Time.AddDate(9000, 0, 0) }), validation.ErrRange},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dst := make([]byte, 7, 4096)
			copy(dst, "prefix ")
			check := func(got []byte, err error) {
				t.Helper()
				if !errors.Is(err, tt.err) {
					t.Errorf("error is %v, want %v", err, tt.err)
				}
				if string(got) != "prefix " || unsafe.SliceData(got) != unsafe.SliceData(dst) || cap(got) != cap(dst) {
					t.Errorf("result is %q, want dst as it was", got)
				}
			}
			check(cloudevents.AppendJSON(dst, &tt.event))

			good := full()
			got, err := cloudevents.AppendJSONBatch(dst, []cloudevents.Event{good, tt.event, good})
			check(got, err)
			var b *cloudevents.BatchError
			if !errors.As(err, &b) || b.Index != 1 {
				t.Errorf("batch error is %v, want index 1", err)
			}
			if got, err := cloudevents.AppendJSON(nil, &tt.event); got != nil || err == nil {
				t.Errorf("to nil: %q, %v; want nil back", got, err)
			}
		})
	}
}

// notOneJSONValue is data that would change a document, or spoil it, if it was written as
// it is.
var notOneJSONValue = map[string]string{
	"goes on":            `{},"id":"2"`,
	"is cut":             `{"a":[1`,
	"is empty":           "",
	"is white space":     " ",
	"is two values":      "1 2",
	"byte order mark":    "\uFEFF1",
	"is not UTF-8":       "\"\xFF\"",
	"NaN":                "NaN",
	"NUL":                "1\x00",
	"closes the batch":   "1}],[{",
	"is nested deeply":   nested(cloudevents.DefaultMaxDepth + 1),
	"is a long string":   `"` + strings.Repeat("d", 1<<17),
	"goes on for long":   `"` + strings.Repeat("d", 1<<17) + `","id":"2"`,
	"encoded surrogate":  "\"\xED\xA0\x80\"",
	"base64 of a value":  "MQ==",
	"an escape too many": `"\x41"`,
}

// Data under a JSON media type that is not one JSON value is written as base64, and comes
// back byte for byte.
func TestAppendJSONWritesBase64(t *testing.T) {
	for name, data := range notOneJSONValue {
		for _, contentType := range []string{"application/json", "text/JSON", "application/vnd.a+json; v=1", "application/json; charset=utf-16"} {
			t.Run(name+"/"+contentType, func(t *testing.T) {
				e := full()
				e.DataContentType, e.Data = contentType, []byte(data)
				head := full()
				head.DataContentType, head.Data = contentType, nil
				want, err := cloudevents.AppendJSON([]byte("prefix "), &head)
				if err != nil {
					t.Fatal(err)
				}
				want = append(want[:len(want)-1], `,"data_base64":"`...)
				want = append(base64.StdEncoding.AppendEncode(want, e.Data), `"}`...)
				s, err := cloudevents.Seal(e)
				if err != nil {
					t.Fatal(err)
				}
				for _, dst := range [][]byte{[]byte("prefix "), append(make([]byte, 0, 1<<20), "prefix "...)} {
					for encoder, encode := range map[string]func([]byte) ([]byte, error){
						"AppendJSON":        func(dst []byte) ([]byte, error) { return cloudevents.AppendJSON(dst, &e) },
						"Sealed.AppendJSON": s.AppendJSON,
						"MarshalJSON": func(dst []byte) ([]byte, error) {
							b, err := e.MarshalJSON()
							return append(dst, b...), err
						},
					} {
						if got, err := encode(dst); err != nil || !bytes.Equal(got, want) {
							t.Errorf("%s = %.300s, %v; want %.300s", encoder, got, err, want)
						}
					}
				}
				back := decode(t, string(want[len("prefix "):]))
				if d := diff(e, back); d != "" {
					t.Errorf("decoded again:\n%s", d)
				}
				batch, err := cloudevents.AppendJSONBatch(nil, []cloudevents.Event{e, e})
				one := string(want[len("prefix "):])
				if err != nil || string(batch) != "["+one+","+one+"]" {
					t.Errorf("AppendJSONBatch = %.300s, %v", batch, err)
				}
			})
		}
	}
}

// An event with illegal attributes is refused before anything is written.
func TestAppendJSONInvalidWritesNothing(t *testing.T) {
	room := bytes.Repeat([]byte("_"), 4096)
	if _, err := cloudevents.AppendJSON(room[:10], &cloudevents.Event{}); err == nil {
		t.Fatal("an empty event was written")
	}
	var s cloudevents.Sealed
	if _, err := s.AppendJSON(room[:10]); err == nil {
		t.Fatal("an empty sealed event was written")
	}
	if i := bytes.IndexFunc(room, func(r rune) bool { return r != '_' }); i >= 0 {
		t.Errorf("%q is at %d", room[i], i)
	}
}

func TestAppendJSONBatchEmpty(t *testing.T) {
	for name, es := range map[string][]cloudevents.Event{"nil": nil, "empty": {}} {
		got, err := cloudevents.AppendJSONBatch([]byte("x"), es)
		if err != nil || string(got) != "x[]" {
			t.Errorf("%s: AppendJSONBatch = %s, %v; want x[]", name, got, err)
		}
		var d cloudevents.JSONDecoder
		back, err := d.DecodeBatch(got[1:])
		if err != nil || back == nil || len(back) != 0 {
			t.Errorf("%s: DecodeBatch = %#v, %v; want empty, not nil", name, back, err)
		}
	}
}

// The violation of the second event is found after the first was written.
func TestAppendJSONBatchVersion(t *testing.T) {
	es := []cloudevents.Event{minimal(), minimal()}
	es[1].SpecVersion = 7
	_, err := cloudevents.AppendJSONBatch(nil, es)
	var b *cloudevents.BatchError
	if !errors.Is(err, validation.ErrVersion) || !errors.As(err, &b) || b.Index != 1 {
		t.Errorf("error is %v, want ErrVersion at index 1", err)
	}
}

func TestAppendJSONQuotes(t *testing.T) {
	e := minimal()
	e.ID, e.Subject = `a"b\c/`, "é\U0001F600\u2028"
	e.DataContentType, e.Data = "text/plain", []byte("\x00\t\n\"\\\x7Fé")
	want := `{"specversion":"1.0","id":"a\"b\\c/","source":"/s","type":"t","datacontenttype":"text/plain",` +
		"\"subject\":\"é\U0001F600\u2028\",\"data\":\"\\u0000\\t\\n\\\"\\\\\x7Fé\"}"
	got, err := cloudevents.AppendJSON(nil, &e)
	if err != nil || string(got) != want {
		t.Errorf("AppendJSON = %s, %v; want %s", got, err, want)
	}
	if d := diff(e, decode(t, string(got))); d != "" {
		t.Errorf("decodes to another event:\n%s", d)
	}
}
