package stream_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// hostileData is data whose form for people is much larger than itself.
var hostileData = map[string]string{
	"nested, then wide": strings.Repeat("[", 9000) + strings.Repeat("1,", 1<<19) + "1" + strings.Repeat("]", 9000),
	"nested objects":    strings.Repeat(`{"a":`, 9000) + "[" + strings.Repeat("{},", 1<<18) + "1]" + strings.Repeat("}", 9000),
	"wide":              "[" + strings.Repeat("1,", 1<<19) + "1]",
	"a string":          `"` + strings.Repeat(`\u001b`, 1<<17) + `"`,
	"line ends":         strings.Repeat("\n", 1<<20),
	"escapes":           strings.Repeat("\x1b", 1<<20),
	"bytes":             strings.Repeat("\xff", 1<<20),
	"cut characters":    strings.Repeat("\u20ac", 1<<19),
}

// What is shown of data is bounded before it is made: by --data, and without that limit by
// about ten times the data.
func TestDataTextIsBounded(t *testing.T) {
	for name, data := range hostileData {
		for _, limit := range []int{0, 64, 4096, -1} {
			t.Run(fmt.Sprintf("%s, %d", name, limit), func(t *testing.T) {
				var text, note string
				bytes := []byte(data)
				allocated := alloctest.Bytes(func() { text, note = stream.DataText(bytes, "application/json", limit) })
				most := 16*limit + 512<<10 // to see whether it is JSON
				if limit < 0 {
					most = 12 * len(data)
				}
				if allocated > uint64(most) {
					t.Errorf("%d bytes of data: %d bytes allocated, %d at most", len(data), allocated, most)
				}
				if (note != "") != (limit >= 0) {
					t.Errorf("note %q", note)
				}
				if limit >= 0 && len(text) > 10*limit {
					t.Errorf("%d bytes of text", len(text))
				}
			})
		}
	}
}

// Data that fits is indented as encoding/json does it.
func TestDataTextIndents(t *testing.T) {
	for _, c := range []struct {
		data  string
		limit int
		want  string
	}{
		{`{"a":[1,{"b":"x,\"]:"}],"c":{},"d":[ ],"e":-1.5e3}`, 1000, "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,\\\"]:\"\n    }\n  ],\n  \"c\": {},\n  \"d\": [],\n  \"e\": -1.5e3\n}"},
		{` [ 1 , 2 ] `, 1000, "[\n  1,\n  2\n] "},
		{`[1,2]`, 5, "[\n  1"},
		{`[1,2]`, -1, "[\n  1,\n  2\n]"},
		{`[1,2`, 1000, "[1,2"},
		{`"\u00e9é"`, 1000, `"\u00e9é"`},
		{`"éé"`, 2, `"`},
		{``, 10, ""},
	} {
		if text, _ := stream.DataText([]byte(c.data), "application/json", c.limit); text != c.want {
			t.Errorf("%s, %d: %q, want %q", c.data, c.limit, text, c.want)
		}
	}
}

// The attributes of an event that is shown are bounded, too.
func TestPrintEventIsBounded(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	e := cloudevents.Event{ID: long, Source: long, Type: long, Subject: long, Extensions: []cloudevents.Extension{{Name: "a", Value: cloudevents.StringValue(long)}}}
	var b bytes.Buffer
	allocated := alloctest.Least(func() {
		b = bytes.Buffer{}
		stream.PrintEvent(&b, &e, cli.Style(false), 64)
	})
	if allocated > 64<<10 || !strings.Contains(b.String(), "x…\n") {
		t.Errorf("%d bytes allocated for %d bytes of text", allocated, b.Len())
	}
	b.Reset()
	if stream.PrintEvent(&b, &e, cli.Style(false), 0); b.Len() > 16<<10 {
		t.Errorf("%d bytes of text without data", b.Len())
	}
	b.Reset()
	if stream.PrintEvent(&b, &e, cli.Style(false), -1); !strings.Contains(b.String(), long) {
		t.Error("an attribute is cut although all is to be shown")
	}
}
