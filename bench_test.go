package cloudevents_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
)

// benchEvents returns an event for each path through the codec.
func benchEvents() []struct {
	name  string
	event cloudevents.Event
} {
	jsonData := func(size int) cloudevents.Event {
		e := full()
		const row = `{"id":12345,"name":"Grüße, \"world\"","price":9.50,"tags":["a","b"]},`
		e.Data = []byte("[" + strings.Repeat(row, size/len(row)) + "null]")
		return e
	}
	with := func(contentType, data string) cloudevents.Event {
		e := full()
		e.DataContentType, e.Data = contentType, []byte(data)
		return e
	}
	sixteen := full()
	sixteen.Extensions = nil
	for i := range 16 {
		sixteen.Extensions = append(sixteen.Extensions, cloudevents.Extension{Name: fmt.Sprintf("extension%02d", i), Value: cloudevents.StringValue("value")})
	}
	return []struct {
		name  string
		event cloudevents.Event
	}{
		{"minimal", minimal()},
		{"small", full()},
		{"4KiB", jsonData(4 << 10)},
		{"64KiB", jsonData(64 << 10)},
		{"text", with("text/plain", strings.Repeat("plain text ", 372))},
		{"text-escapes", with("text/csv", strings.Repeat("\"quoted\",text\n", 292))},
		{"base64", with("image/png", strings.Repeat("\x89PNG", 1024))},
		{"16-extensions", sixteen},
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, bb := range benchEvents() {
		document, err := cloudevents.AppendJSON(nil, &bb.event)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(document)))
			b.ReportAllocs()
			var d cloudevents.JSONDecoder
			for b.Loop() {
				if _, err := d.Decode(document); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	for _, bb := range benchEvents() {
		dst, err := cloudevents.AppendJSON(nil, &bb.event)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(dst)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := cloudevents.AppendJSON(dst[:0], &bb.event); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func batch(b *testing.B, n int) ([]cloudevents.Event, []byte) {
	es := make([]cloudevents.Event, n)
	for i := range es {
		es[i] = full()
	}
	document, err := cloudevents.AppendJSONBatch(nil, es)
	if err != nil {
		b.Fatal(err)
	}
	return es, document
}

func BenchmarkDecodeBatch(b *testing.B) {
	_, document := batch(b, 100)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	var d cloudevents.JSONDecoder
	for b.Loop() {
		if _, err := d.DecodeBatch(document); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendJSONBatch(b *testing.B) {
	es, document := batch(b, 100)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cloudevents.AppendJSONBatch(document[:0], es); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnmarshalJSON(b *testing.B) {
	document := []byte(fullDocument)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	var e cloudevents.Event
	for b.Loop() {
		if err := e.UnmarshalJSON(document); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	for _, bb := range benchEvents() {
		if bb.name != "minimal" && bb.name != "small" && bb.name != "16-extensions" {
			continue // Validate does not look at data
		}
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := bb.event.Validate(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkClone(b *testing.B) {
	e := full()
	b.ReportAllocs()
	for b.Loop() {
		e.Clone()
	}
}

func BenchmarkNewID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		cloudevents.NewID()
	}
}
