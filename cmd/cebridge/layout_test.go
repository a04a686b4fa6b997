package main

import (
	"io"
	"testing"

	"github.com/Azure/go-amqp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/twmb/franz-go/pkg/kgo"

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

// An event in JSON whose message does not say that it is one, or says no more than JSON, comes
// from every broker in structured mode.
func TestJSONEvents(t *testing.T) {
	const id = "unsaid"
	const document = `{"specversion":"1.0","id":"` + id + `","source":"/s","type":"t","data":{"n":1}}`
	for name, publish := range map[string]func(t *testing.T, url string) error{
		"Kafka": func(t *testing.T, url string) error {
			client, err := kgo.NewClient(kgo.SeedBrokers(hostOf(t, url)))
			if err != nil {
				return err
			}
			defer client.Close()
			return client.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: []byte(document), Headers: []kgo.RecordHeader{
				{Key: "content-type", Value: []byte("application/json")},
			}}).FirstErr()
		},
		"JetStream": func(t *testing.T, url string) error {
			conn, err := nats.Connect(hostOf(t, url))
			if err != nil {
				return err
			}
			defer conn.Close()
			js, err := jetstream.New(conn)
			if err != nil {
				return err
			}
			_, err = js.PublishMsg(t.Context(), &nats.Msg{
				Subject: "orders.placed", Header: nats.Header{"Content-Type": {"application/json"}}, Data: []byte(document),
			})
			return err
		},
		"AMQP": func(t *testing.T, url string) error {
			conn, err := amqp.Dial(t.Context(), "amqp://"+hostOf(t, url), nil)
			if err != nil {
				return err
			}
			defer conn.Close()
			session, err := conn.NewSession(t.Context(), nil)
			if err != nil {
				return err
			}
			link, err := session.NewSender(t.Context(), "orders", nil)
			if err != nil {
				return err
			}
			media := "application/json"
			return link.Send(t.Context(), &amqp.Message{Properties: &amqp.MessageProperties{ContentType: &media}, Data: [][]byte{[]byte(document)}}, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := places[name](t)
			if err := publish(t, p.url); err != nil {
				t.Fatal(err)
			}
			last := newSink(t)
			out := start(t, p.url, last.URL)
			last.has(t, 1)
			out.stop()
			last.mu.Lock()
			defer last.mu.Unlock()
			if e := last.events[id]; string(e.Data) != `{"n":1}` || last.layouts[id] != jsonLayout {
				t.Errorf("%v as %+v", e, last.layouts[id])
			}
		})
	}
}

// hostOf returns the host and the port of a place.
func hostOf(t *testing.T, url string) string {
	t.Helper()
	e, err := parseEndpoint(url)
	if err != nil {
		t.Fatal(err)
	}
	return e.host
}
