package cegoamqp_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/amqpbroker"
)

// section returns a section of a message.
func section(code byte, v ...byte) []byte { return append([]byte{0, 0x53, code}, v...) }

// property returns a message of no event with one application property, "x", and a message-id.
func property(v ...byte) []byte {
	raw := section(0x73, 0xc0, 6, 1, 0xa1, 3, 'i', 'd', 0xff)
	body := append([]byte{0xa1, 1, 'x'}, v...)
	raw = append(raw, section(0x74, 0xd1)...)
	raw = binary.BigEndian.AppendUint32(raw, uint32(len(body)+4))
	raw = append(binary.BigEndian.AppendUint32(raw, 2), body...)
	return append(raw, section(0x75, 0xa0, 1, 'd')...)
}

// Whatever a sender writes, a message that is no event goes to the dead letter, and those behind it
// are handled.
func TestHostileMessages(t *testing.T) {
	bad := []byte{0xa1, 1, 0xff} // a string that is not UTF-8
	for _, c := range []struct {
		reason string
		raw    []byte
		want   any // of the property x in the dead letter
	}{
		{"a string that is not UTF-8", property(bad...), "\uFFFD"},
		{"a list", property(0xc0, 3, 1, 0x50, 1), []any{uint8(1)}},
		{"a list with such a string", property(append([]byte{0xc0, 4, 1}, bad...)...), "[\uFFFD]"},
		{"a map", property(0xc1, 6, 2, 0xa1, 1, 'a', 0x50, 1), map[string]any{"a": uint8(1)}},
		{"a map whose key is such a string", property(append(append([]byte{0xc1, 6, 2}, bad...), 0x50, 1)...), "map[\uFFFD:1]"},
		{"an array", property(0xe0, 4, 1, 0xa1, 1, 'a'), []string{"a"}},
		{"an array of such strings", property(0xe0, 4, 1, 0xa1, 1, 0xff), "[\uFFFD]"},
		{"a described value", property(0, 0x53, 0x7f, 0x50, 1), nil},
		{"a state of a delivery", property(0, 0x53, 0x24, 0x45), nil},
		{"an amqp-value that is such a string", section(0x77, bad...), nil},
		{"a sequence with one", section(0x76, append([]byte{0xc0, 4, 1}, bad...)...), nil},
		{"an annotation with one", append(section(0x72, append([]byte{0xc1, 7, 2, 0xa3, 1, 'a'}, bad...)...), property(0x41)...), true},
		{"a footer with one", append(property(0x41), section(0x78, append([]byte{0xc1, 7, 2, 0xa3, 1, 'a'}, bad...)...)...), true},
		{"nothing but a header", section(0x70, 0x45), nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			b := start(t)
			b.Put(orders, c.raw)
			letter := setAside(t, b, &cegoamqp.Consumer{})
			if got := letter.ApplicationProperties["x"]; c.want != nil && fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("the property is %T %v", got, got)
			}
			if letter.ApplicationProperties[dispatch.DeadLetterReason] == nil || letter.ApplicationProperties[cegoamqp.HeaderAddress] != orders {
				t.Errorf("properties: %v", letter.ApplicationProperties)
			}
		})
	}
}

// An error of a handler that quotes what is not UTF-8 neither keeps the message nor loses the link.
func TestErrorThatQuotesBytes(t *testing.T) {
	for _, deadLetter := range []bool{true, false} {
		b := start(t)
		c := &cegoamqp.Consumer{BrokerDeadLetter: !deadLetter}
		if deadLetter {
			c.Connect = connectTo(b.URL(), 1)
		} else {
			c.Links = cegoamqp.Links{Receiver: newReceiver(t, dial(t, b.URL()), orders, 1)}
		}
		send(t, b.URL(), 2)
		done := make(chan struct{})
		c.Delivery.Handler = handler(func(e *cloudevents.Event) error {
			if e.ID == "1" {
				close(done)
				return nil
			}
			return dispatch.Permanent(errors.New("no such customer: \xff\x00"))
		})
		end, ended := begin(t, c)
		select {
		case <-done:
		case err := <-ended:
			t.Fatalf("dead letter %t: Run has ended: %v", deadLetter, err)
		case <-time.After(time.Minute):
			t.Fatalf("dead letter %t: the event behind it is not handled", deadLetter)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
		if deadLetter {
			letter := receive(t, newReceiver(t, dial(t, b.URL()), letters, 1))
			if got := letter.ApplicationProperties[dispatch.DeadLetterReason]; got != "no such customer: \uFFFD " {
				t.Errorf("reason %q", got)
			}
		}
	}
}

// A message as large as the link takes goes to the dead letter without its properties.
func TestLargeDeadLetter(t *testing.T) {
	const most = 1 << 20 // of the broker
	for _, c := range []struct {
		reason string
		size   int
		added  bool
	}{
		{"room for all", 1000, true},
		{"no room for the properties", most - 150, false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			b := start(t)
			m := &amqp.Message{Data: [][]byte{make([]byte, c.size)}, ApplicationProperties: map[string]any{
				dispatch.DeadLetterReason: "old", "cloudEvents_specversion": "1.0", "cloudEvents_knativeerrorcode": int32(500),
			}}
			if err := newSender(t, dial(t, b.URL()), orders).Send(t.Context(), m, nil); err != nil {
				t.Fatal(err)
			}
			letter := setAside(t, b, &cegoamqp.Consumer{KnativeErrors: true})
			want := 2
			if c.added {
				want = 7
			}
			if got := letter.ApplicationProperties; len(letter.GetData()) != c.size || len(got) != want || (got[dispatch.DeadLetterReason] != nil) != c.added || !c.added && got["cloudEvents_knativeerrorcode"] != int32(500) {
				t.Errorf("%d bytes, properties %v", len(letter.GetData()), got)
			}
		})
	}
}

// The message-id in a log is cut, whatever it is.
func TestLongMessageID(t *testing.T) {
	for _, id := range []any{strings.Repeat("x", 1<<16), bytes.Repeat([]byte{0xff}, 1<<16), uint64(7)} {
		b := start(t)
		m := &amqp.Message{Data: [][]byte{{}}, Properties: &amqp.MessageProperties{MessageID: id}}
		if err := newSender(t, dial(t, b.URL()), orders).Send(t.Context(), m, nil); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		done := make(chan struct{})
		end, _ := begin(t, &cegoamqp.Consumer{
			Connect: connectTo(b.URL(), 1), Invalid: dispatch.SkipInvalid, Skipped: func(context.Context, *amqp.Message, error) { close(done) },
			Delivery: dispatch.Delivery{Logger: slog.New(slog.NewJSONHandler(&log, nil)), Handler: handler(func(*cloudevents.Event) error { return nil })},
		})
		<-done
		if err := end(); err != nil {
			t.Error(err)
		}
		if text := log.String(); len(text) > 1000 || !strings.Contains(text, "messageID") {
			t.Errorf("the log has %d bytes", len(text))
		}
	}
}

// setAside returns the dead letter of the message in orders, which has no valid event, after an
// event behind it was handled.
func setAside(t *testing.T, b *amqpbroker.Broker, c *cegoamqp.Consumer) *amqp.Message {
	t.Helper()
	send(t, b.URL(), 1)
	done := make(chan struct{})
	c.Connect, c.Invalid = connectTo(b.URL(), 1), dispatch.DeadLetterOnInvalid
	c.Delivery.Handler = handler(func(*cloudevents.Event) error { close(done); return nil })
	end, ended := begin(t, c)
	select {
	case <-done:
	case err := <-ended:
		t.Fatalf("Run has ended: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("the event behind it is not handled")
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	return receive(t, newReceiver(t, dial(t, b.URL()), letters, 1))
}
