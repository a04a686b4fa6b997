package cloudevents_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

const twoExtensions = `"partitionkey":"p1","sampledrate":5,`

func TestDecodeAllocations(t *testing.T) {
	var sixteen strings.Builder
	for i := range 16 {
		fmt.Fprintf(&sixteen, `"e%02d":"value",`, i)
	}
	tests := []struct {
		name     string
		document string
		max      float64
	}{
		{"nothing but what is required", minimalDocument, 1},
		{"every attribute and JSON data", fullDocument, 2},
		{"two extensions and JSON data", event(twoExtensions + `"data":{"a":1}`), 2},
		{"two extensions and text", event(twoExtensions + `"datacontenttype":"text/plain","data":"abc"`), 2},
		{"two extensions and base64", event(twoExtensions + `"data_base64":"YWJj"`), 3},
		{"two extensions and text with an escape", event(twoExtensions + `"datacontenttype":"text/plain","data":"a\nc"`), 3},
		{"an attribute with an escape", event(`"subject":"a\u0062"`), 1},
		{"sixteen extensions, more than fit on the stack", event(sixteen.String() + `"data":1`), 3},
		{"an offset makes a time.Location", event(`"time":"2024-01-01T00:00:00+01:00"`), 2},
		{"64 levels of data", event(`"data":` + nested(64)), 1},
	}
	for _, tt := range tests {
		document := []byte(tt.document)
		var d cloudevents.JSONDecoder
		alloctest.AtMost(t, tt.name, tt.max, func() {
			if _, err := d.Decode(document); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestDecodeBatchAllocations(t *testing.T) {
	for _, n := range []int{0, 1, 10, 100, 1000} {
		for _, c := range []struct {
			name, event string
			data        int // allocations for the data of an event
		}{
			{"small events", minimalDocument, 0},
			{"two extensions, JSON", event(twoExtensions + `"data":{"a":1}`), 0},
			{"two extensions, base64", event(twoExtensions + `"data_base64":"YWJj"`), 1},
		} {
			document := []byte("[" + strings.TrimSuffix(strings.Repeat(c.event+",", n), ",") + "]")
			var d cloudevents.JSONDecoder
			alloctest.AtMost(t, fmt.Sprintf("%d %s", n, c.name), float64(n/10+12+n*c.data), func() {
				if es, err := d.DecodeBatch(document); err != nil || len(es) != n {
					t.Fatal(len(es), err)
				}
			})
		}
	}
}

func TestEncodeAllocations(t *testing.T) {
	text, binary, escaped := full(), full(), full()
	text.DataContentType, text.Data = "text/plain", []byte("plain é")
	binary.DataContentType, binary.Data = "image/png", []byte(strings.Repeat("\xFF", 4096))
	escaped.Subject = "\"\\"
	dst := make([]byte, 0, 64<<10)
	for _, tt := range []struct {
		name  string
		event cloudevents.Event
	}{
		{"JSON data", full()}, {"text", text}, {"base64", binary}, {"escapes", escaped}, {"no data", minimal()},
	} {
		alloctest.AtMost(t, tt.name, 0, func() {
			if _, err := cloudevents.AppendJSON(dst, &tt.event); err != nil {
				t.Fatal(err)
			}
		})
		es := []cloudevents.Event{tt.event, tt.event, tt.event}
		alloctest.AtMost(t, tt.name+" in a batch", 0, func() {
			if _, err := cloudevents.AppendJSONBatch(dst, es); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestModelAllocations(t *testing.T) {
	e := full()
	unsorted := full()
	unsorted.Extensions = named("zyxwvutsrqponmlkjihgfedcba012345") // 32
	alloctest.AtMost(t, "Validate", 0, func() {
		if err := e.Validate(); err != nil {
			t.Fatal(err)
		}
	})
	alloctest.AtMost(t, "Validate of 32 extensions that are not sorted", 0, func() {
		if err := unsorted.Validate(); err != nil {
			t.Fatal(err)
		}
	})
	alloctest.AtMost(t, "Get", 0, func() {
		for _, name := range []string{"id", "specversion", "subject", "sampledrate", "nosuch"} {
			e.Get(name)
		}
	})
	v := cloudevents.StringValue("p2")
	alloctest.AtMost(t, "Set of what is there", 1, func() { // the extensions, which a copy may share
		if e.Set("partitionkey", v) != nil || e.Set("subject", v) != nil {
			t.Fatal("refused")
		}
	})
	alloctest.AtMost(t, "DataAs of bytes", 1, func() {
		if _, err := cloudevents.DataAs[[]byte](&e); err != nil {
			t.Fatal(err)
		}
	})
}

// Base64 costs its bytes and no more.
func TestBase64IsNotDoubled(t *testing.T) {
	const size = 1 << 20
	document := []byte(event(`"data_base64":"` + base64.StdEncoding.EncodeToString(make([]byte, size)) + `"`))
	var d cloudevents.JSONDecoder
	bytes := alloctest.Least(func() {
		if e, err := d.Decode(document); err != nil || len(e.Data) != size {
			t.Fatal(err)
		}
	})
	if bytes > size+size/8 {
		t.Errorf("%d bytes allocated for %d bytes of data", bytes, size)
	}
}
