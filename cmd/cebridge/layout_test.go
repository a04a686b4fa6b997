package main

import (
	"io"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cetest"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// formatted is an event that every format can carry.
func formatted(id string) cloudevents.Event {
	e := cloudevents.Event{ID: id, Source: "/s", Type: "t", DataContentType: "application/octet-stream", Data: []byte{0, 255}}
	if err := e.Set("n", cloudevents.IntegerValue(-5)); err != nil {
		panic(err)
	}
	return e
}

// Events in each format pass every broker, and are in the same format behind it. A batch becomes
// events in the format of the batch.
func TestFormats(t *testing.T) {
	for name, begin := range places {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			last := newSink(t)
			door := "http://" + freeport.Address(t) + "/"
			start(t, door, p.url)
			want := map[string]layout{}
			for _, f := range all.Formats() {
				s := cehttp.Sender{Target: door, Mode: cloudevents.StructuredMode, Format: f}
				id := f.MediaType()
				e := formatted(id)
				want[id] = layout{cloudevents.StructuredMode, f.MediaType()}
				if err := s.Send(t.Context(), &e); err != nil {
					t.Error(err)
				}
				if batch, ok := f.(format.Batch); ok {
					s = cehttp.Sender{Target: door, Mode: cloudevents.BatchMode, Format: f}
					id = batch.BatchMediaType()
					want[id] = layout{cloudevents.StructuredMode, f.MediaType()}
					if _, err := s.SendBatch(t.Context(), []cloudevents.Event{formatted(id)}); err != nil {
						t.Error(err)
					}
				}
			}
			out := start(t, p.url, last.URL)
			last.has(t, len(want))
			out.stop()
			last.mu.Lock()
			defer last.mu.Unlock()
			for id, l := range want {
				got, e := last.events[id], formatted(id)
				if d := cetest.Diff(e, got); d != "" || last.layouts[id] != l {
					t.Errorf("%s came as %+v: %s", id, last.layouts[id], d)
				}
			}
		})
	}
}

// The flag -mode changes the mode and keeps the format, where there is one.
func TestLayout(t *testing.T) {
	xml := layout{cloudevents.StructuredMode, "application/cloudevents+xml"}
	for _, c := range []struct {
		reason string
		flag   string
		mode   cloudevents.Mode
		media  string
		want   layout
	}{
		{"binary mode", "keep", cloudevents.BinaryMode, "text/plain", binaryLayout},
		{"structured mode", "keep", cloudevents.StructuredMode, "application/cloudevents+xml; charset=utf-8", xml},
		{"an event of a batch", "keep", cloudevents.BatchMode, "application/cloudevents-batch+xml", xml},
		{"no content type", "keep", cloudevents.StructuredMode, "", jsonLayout},
		{"binary made structured", "structured", cloudevents.BinaryMode, "text/plain", jsonLayout},
		{"structured stays in its format", "structured", cloudevents.StructuredMode, "application/cloudevents+xml", xml},
		{"structured made binary", "binary", cloudevents.StructuredMode, "application/cloudevents+xml", binaryLayout},
	} {
		s, err := parse([]string{"-mode", c.flag, "http://:0", "http://host"}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		b := &bridge{settings: s}
		if got := b.layout(withLayout(t.Context(), layoutOf(c.mode, c.media))); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.reason, got, c.want)
		}
	}
}
