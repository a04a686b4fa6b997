package cenatsgo_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

// publish writes a message as it is.
func publish(t *testing.T, js jetstream.JetStream, m *nats.Msg) {
	t.Helper()
	if _, err := js.PublishMsg(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// A message that says what only the server may say does not end a Consumer, and does not keep
// the events behind it.
func TestForgedStatus(t *testing.T) {
	for _, c := range []struct {
		reason string
		header nats.Header
	}{
		{"the JetStream consumer was deleted", nats.Header{"Status": {"409"}, "Description": {"Consumer Deleted"}}},
		{"the request was bad", nats.Header{"Status": {"400"}}},
		{"a number that is none", nats.Header{"Status": {"408"}, "Nats-Pending-Messages": {"x"}}},
		{"a heartbeat", nats.Header{"Status": {"100"}}},
		{"of another description", nats.Header{"Status": {"999"}, "Description": {strings.Repeat("x", 1000)}}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			_, js := connect(t, start(t))
			durable := streams(t, js)
			publish(t, js, &nats.Msg{Subject: subject, Header: c.header})
			send(t, js, 3)
			got := make(chan string, 100)
			consumer := &cenatsgo.Consumer{Consumer: durable, Concurrency: 2, Delivery: dispatch.Delivery{
				Handler: handler(func(e *cloudevents.Event) error { got <- e.ID; return nil }),
			}}
			end, ended := begin(t, consumer)
			ids := map[string]bool{}
			for len(ids) < 3 {
				select {
				case id := <-got:
					ids[id] = true
				case err := <-ended:
					t.Fatalf("Run has ended: %v", err)
				case <-time.After(2 * time.Minute):
					t.Fatalf("got %v", ids)
				}
			}
			if err := end(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The end of a JetStream consumer that is told by the server ends Run.
func TestDeletedConsumer(t *testing.T) {
	_, js := connect(t, start(t))
	durable := streams(t, js)
	_, ended := begin(t, &cenatsgo.Consumer{Consumer: durable, Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })}})
	waitFor(t, func() bool { // it reads
		info, err := durable.Info(t.Context())
		return err == nil && info.NumWaiting > 0
	})
	if err := js.DeleteConsumer(t.Context(), "ORDERS", "billing"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, jetstream.ErrConsumerDeleted) {
			t.Error(err)
		}
	case <-time.After(2 * time.Minute):
		t.Error("Run has not ended")
	}
}

// A message whose handler never returns comes again once Run has ended, as the error says.
func TestHandlerThatNeverReturns(t *testing.T) {
	_, js := connect(t, start(t))
	durable := streams(t, js)
	send(t, js, 1)
	begun, stuck := make(chan struct{}), make(chan struct{})
	defer close(stuck)
	c := &cenatsgo.Consumer{Consumer: durable, Grace: -1, Delivery: dispatch.Delivery{Timeout: -1, Handler: handler(func(*cloudevents.Event) error {
		close(begun)
		<-stuck
		return nil
	})}}
	end, _ := begin(t, c)
	<-begun
	var unfinished *dispatch.UnfinishedError
	if err := end(); !errors.As(err, &unfinished) || unfinished.Events != 1 {
		t.Errorf("error: %v", err)
	}
	got := make(chan string, 1)
	end, _ = begin(t, &cenatsgo.Consumer{Consumer: durable, Delivery: dispatch.Delivery{Handler: handler(func(e *cloudevents.Event) error { got <- e.ID; return nil })}})
	select {
	case <-got:
	case <-time.After(time.Minute):
		t.Error("the event does not come again")
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// A message that is as large as the server or the stream takes does not stop a Consumer, though
// there is no room for the headers of a dead letter.
func TestLargeDeadLetter(t *testing.T) {
	for _, c := range []struct {
		reason       string
		most         int // of the stream of dead letters
		size         int
		header       nats.Header
		withHeaders  bool
		undelivered  bool
		headersAfter int
	}{
		{"room for all", 0, 1000, nil, true, false, 5},
		{"as large as the server takes", 0, 1 << 20, nil, false, false, 0},
		{"as large as the stream takes", 2000, 2000, nil, false, false, 0},
		{"headers of its own", 0, 1<<20 - 30, nats.Header{"A": {"b"}, "Nats-X": {}}, false, false, 1},
		{"those of an older dead letter", 0, 1<<20 - 100, nats.Header{dispatch.DeadLetterReason: {"old"}, cenatsgo.HeaderSubject: {"old"}}, false, false, 0},
		{"too large without them", 1000, 2000, nil, false, true, 0},
	} {
		t.Run(c.reason, func(t *testing.T) {
			_, js := connect(t, start(t))
			durable := streams(t, js)
			if c.most > 0 {
				if _, err := js.UpdateStream(t.Context(), jetstream.StreamConfig{Name: "DEAD", Subjects: []string{"dead.>"}, MaxMsgSize: int32(c.most)}); err != nil {
					t.Fatal(err)
				}
			}
			publish(t, js, &nats.Msg{Subject: subject, Header: c.header, Data: make([]byte, c.size)})
			if !c.undelivered {
				send(t, js, 1)
			}
			done := make(chan struct{})
			_, ended := begin(t, &cenatsgo.Consumer{
				Consumer: durable, JetStream: js, DeadLetter: letters, Invalid: dispatch.DeadLetterOnInvalid,
				Delivery: dispatch.Delivery{Logger: slog.New(slog.DiscardHandler), Handler: handler(func(*cloudevents.Event) error { close(done); return nil })},
			})
			select {
			case err := <-ended:
				var undeliverable *dispatch.UndeliverableError
				if !c.undelivered || !errors.As(err, &undeliverable) {
					t.Fatalf("Run has ended: %v", err)
				}
				return
			case <-done:
			case <-time.After(2 * time.Minute):
				t.Fatal("the event behind it is not handled")
			}
			dead, err := js.Stream(t.Context(), "DEAD")
			if err != nil {
				t.Fatal(err)
			}
			m, err := dead.GetMsg(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Data) != c.size || len(m.Header) != c.headersAfter || (m.Header.Get(dispatch.DeadLetterReason) != "") != c.withHeaders {
				t.Errorf("%d bytes, header %v", len(m.Data), m.Header)
			}
		})
	}
}
