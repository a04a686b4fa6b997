package ceprotobuf_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
)

// Strings that are not UTF-8, and numbers that no field has, are told with their place.
func TestMalformed(t *testing.T) {
	const bad = "a\xff"
	name := func(name, value string) string { return bytesField(5, bytesField(1, name)+bytesField(2, value)) }
	stringOf := func(n int, s string) string { return bytesField(n, s) }
	for _, c := range []struct {
		name, body, want string // a part of the error; "" is none
	}{
		{"minimal", minimal, ""},
		{"a string", minimal + name("x", stringOf(3, bad)), `attribute "x"`},
		{"a URI", minimal + name("x", stringOf(5, bad)), `attribute "x"`},
		{"a URI reference", minimal + name("x", stringOf(6, bad)), `attribute "x"`},
		{"binary", minimal + name("x", stringOf(4, bad)), ""},
		{"a string in place of which another one comes", minimal + name("x", stringOf(3, bad)+stringOf(3, "a")), "not UTF-8"},
		{"a name", minimal + name(bad, stringOf(3, "a")), "not UTF-8"},
		{"an attribute that is there again", minimal + name("x", stringOf(3, bad)) + name("x", stringOf(3, "a")), "not UTF-8"},
		{"text data", minimal + bytesField(7, bad), "not UTF-8"},
		{"text data in place of which binary data come", minimal + bytesField(7, bad) + bytesField(6, "a"), "not UTF-8"},
		{"binary data", minimal + bytesField(6, bad), ""},
		{"field 0", minimal + "\x02\x00", "field number is 0"},
		{"field 536870911", minimal + "\xfa\xff\xff\xff\x0f\x00", ""},
		{"field 536870912", minimal + "\x82\x80\x80\x80\x10\x00", "field number is 0 or more"},
	} {
		e, err := ceprotobuf.Decode([]byte(c.body))
		var syntax *cloudevents.SyntaxError
		switch {
		case c.want == "" && (err != nil || e.ID != "1"):
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &syntax)):
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Of an attribute that is there several times, the last one counts, among few and among many.
func TestLastAttributeCounts(t *testing.T) {
	for _, others := range []int{0, 1, 5, 100} {
		var body strings.Builder
		body.WriteString(minimal + entry("z", bytesField(3, "first")))
		for i := range others {
			body.WriteString(entry("a"+strings.Repeat("b", i%90), bytesField(3, "x")))
		}
		body.WriteString(entry("z", bytesField(3, "second")) + entry("z", bytesField(3, "third")))
		e, err := ceprotobuf.Decode([]byte(body.String()))
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := e.Get("z"); v.String() != "third" {
			t.Errorf("%d others: %s", others, v)
		}
	}
}
