package cloudevents_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestSetCore(t *testing.T) {
	str, uri, ref := cloudevents.StringValue, cloudevents.URIValue, cloudevents.URIReferenceValue
	leap, err := cloudevents.ParseValue(spec.Timestamp, "9999-12-31T23:59:60Z")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name      string
		attribute string
		value     cloudevents.Value
		want      string // canonical string that Get returns
		err       error
	}{
		{"id takes a String", "id", str("x"), "x", nil},
		{"id is no Integer", "id", cloudevents.IntegerValue(5), "", validation.ErrType},
		{"id is not empty", "id", str(""), "", validation.ErrMissing},
		{"id has no control character", "id", str("a\nb"), "", validation.ErrCharacter},
		{"source takes a URI-reference", "source", ref("/a"), "/a", nil},
		{"source takes a URI, which is one", "source", uri("urn:a"), "urn:a", nil},
		{"source takes a String", "source", str("a?b#c"), "a?b#c", nil},
		{"source is no Binary", "source", cloudevents.BinaryValue([]byte("abc")), "", validation.ErrType},
		{"source has no space", "source", str("a b"), "", validation.ErrSyntax},
		{"source is not empty", "source", ref(""), "", validation.ErrMissing},
		{"specversion takes 1.0", "specversion", str("1.0"), "1.0", nil},
		{"specversion is not cut", "specversion", str("1"), "", validation.ErrVersion},
		{"specversion has no patch level", "specversion", str("1.0.2"), "", validation.ErrVersion},
		{"specversion is not empty", "specversion", str(""), "", validation.ErrMissing},
		{"specversion is no Integer", "specversion", cloudevents.IntegerValue(1), "", validation.ErrType},
		{"type takes a String", "type", str("com.example"), "com.example", nil},
		{"type is no Boolean", "type", cloudevents.BooleanValue(true), "", validation.ErrType},
		{"datacontenttype takes a String", "datacontenttype", str("text/plain; charset=utf-8"), "text/plain; charset=utf-8", nil},
		{"datacontenttype is a media type", "datacontenttype", str("json"), "", validation.ErrSyntax},
		{"datacontenttype is no URI", "datacontenttype", uri("text/plain"), "", validation.ErrType},
		{"dataschema takes a URI", "dataschema", uri("urn:s"), "urn:s", nil},
		{"dataschema may have a fragment", "dataschema", str("urn:s#f"), "urn:s#f", nil},
		{"dataschema is no URI-reference", "dataschema", ref("urn:s"), "", validation.ErrType},
		{"dataschema is not relative", "dataschema", str("/s"), "", validation.ErrSyntax},
		{"subject takes a String", "subject", str("é"), "é", nil},
		{"subject is no Timestamp", "subject", cloudevents.TimestampValue(time.Unix(0, 0)), "", validation.ErrType},
		{"subject is deleted, not emptied", "subject", str(""), "", validation.ErrMissing},
		{"time takes a Timestamp", "time", cloudevents.TimestampValue(time.Unix(1, 0).UTC()), "1970-01-01T00:00:01Z", nil},
		{"time takes a String", "time", str("2024-01-01T00:00:00.10+05:30"), "2024-01-01T00:00:00.1+05:30", nil},
		{"time may be in lower case", "time", str("2024-01-01t00:00:00z"), "2024-01-01T00:00:00Z", nil},
		{"time is no Integer", "time", cloudevents.IntegerValue(0), "", validation.ErrType},
		{"time has a date that exists", "time", str("2024-02-30T00:00:00Z"), "", validation.ErrRange},
		{"time has no comma", "time", str("2024-01-01T00:00:00,1Z"), "", validation.ErrSyntax},
		{"time cannot leap out of the year 9999", "time", leap, "", validation.ErrRange},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := spec.V1.Attribute(tt.attribute)
			e, before := full(), full()
			err := e.Set(tt.attribute, tt.value)
			if tt.err != nil {
				checkRefused(t, err, tt.err, a)
				if d := diff(before, e); d != "" {
					t.Errorf("a refused value changed the event:\n%s", d)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, ok := e.Get(tt.attribute)
			if !ok || got.String() != tt.want || got.Type() != a.Type {
				t.Errorf("Get = %v %q, %t; want %v %q", got.Type(), got, ok, a.Type, tt.want)
			}
			// The canonical string does the same by SetText, whatever type is asked for.
			text := full()
			if err := text.SetText(spec.Attribute{Name: tt.attribute, Type: spec.Boolean}, tt.value.String()); err != nil {
				t.Fatal(err)
			}
			if d := diff(e, text); d != "" {
				t.Errorf("SetText differs from Set:\n%s", d)
			}
		})
	}
}

func checkRefused(t *testing.T, err, sentinel error, a spec.Attribute) {
	t.Helper()
	var v *validation.Error
	if !errors.Is(err, sentinel) || !errors.As(err, &v) {
		t.Fatalf("error is %v, want one that wraps %v", err, sentinel)
	}
	if v.Attribute != a.Name || v.Section != a.Section {
		t.Errorf("error is about %q and cites %q, want %q and %q", v.Attribute, v.Section, a.Name, a.Section)
	}
}

func TestGetAbsent(t *testing.T) {
	e := minimal()
	for _, name := range []string{"datacontenttype", "dataschema", "subject", "time", "partitionkey", "", "data", "data_base64", "ID"} {
		if v, ok := e.Get(name); ok {
			t.Errorf("Get(%q) = %q of an event without it", name, v)
		}
	}
	e = full()
	if v, ok := e.Get("data"); ok {
		t.Errorf("data is not an attribute, but Get returns %q", v)
	}
}

func TestDelete(t *testing.T) {
	e := full()
	for _, a := range spec.V1.Attributes() {
		e.Delete(a.Name)
		v, ok := e.Get(a.Name)
		if a.Name == "specversion" {
			if !ok || v != cloudevents.StringValue("1.0") {
				t.Errorf("specversion is %q, %t after Delete; want its zero value 1.0", v, ok)
			}
		} else if ok {
			t.Errorf("%s is still %q after Delete", a.Name, v)
		}
	}
	e.Delete("sampledrate")
	e.Delete("nosuch")
	e.Delete("data")
	want := cloudevents.Event{
		Extensions: []cloudevents.Extension{{Name: "partitionkey", Value: cloudevents.StringValue("p1")}},
		Data:       []byte(`{"size":1024}`),
	}
	if d := diff(want, e); d != "" {
		t.Errorf("after Delete of all but one extension and the data:\n%s", d)
	}

	unknown := cloudevents.Event{SpecVersion: 7}
	unknown.Delete("specversion")
	if unknown.SpecVersion != spec.V1 {
		t.Errorf("an unknown specversion is %v after Delete, want 1.0", unknown.SpecVersion)
	}
}

func TestDeleteEveryDuplicate(t *testing.T) {
	v := cloudevents.BooleanValue(true)
	e := cloudevents.Event{Extensions: []cloudevents.Extension{{Name: "b", Value: v}, {Name: "a", Value: v}, {Name: "b", Value: v}}}
	e.Delete("b")
	if d := cmp.Diff([]cloudevents.Extension{{Name: "a", Value: v}}, e.Extensions); d != "" {
		t.Error(d)
	}
}

func TestAll(t *testing.T) {
	tests := []struct {
		name  string
		event cloudevents.Event
		want  []string
	}{
		{"the zero event has its version", cloudevents.Event{}, []string{"specversion=1.0"}},
		{"absent attributes are left out", minimal(), []string{"id=1", "source=/s", "specversion=1.0", "type=t"}},
		{"core attributes in the order of the specification, then extensions", full(), []string{
			"id=A234-1234", "source=https://example.com/storage/tenant/container", "specversion=1.0",
			"type=com.example.object.created", "datacontenttype=application/json",
			"dataschema=https://example.com/schema#object", "subject=picture.jpg",
			"time=2024-02-29T17:31:00.005+02:00", "partitionkey=p1", "sampledrate=5",
		}},
		{"extensions are not sorted", cloudevents.Event{ID: "1", Extensions: []cloudevents.Extension{{Name: "b"}, {Name: "a"}}},
			[]string{"id=1", "specversion=1.0", "b=", "a="}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for stop := range len(tt.want) {
				var got []string
				for name, v := range tt.event.All() {
					got = append(got, name+"="+v.String())
					if same, ok := tt.event.Get(name); !ok || same != v {
						t.Errorf("Get(%q) = %q, %t; All has %q", name, same, ok, v)
					}
					if len(got) == stop+1 {
						break
					}
				}
				if d := cmp.Diff(tt.want[:stop+1], got); d != "" {
					t.Errorf("stopped after %d:\n%s", stop+1, d)
				}
			}
			n := 0
			for range tt.event.All() {
				n++
			}
			if n != len(tt.want) {
				t.Errorf("%d attributes, want %d", n, len(tt.want))
			}
		})
	}
}
