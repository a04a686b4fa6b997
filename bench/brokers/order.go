package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// order is what a program without an event library has instead of an event. It writes its fields
// into the headers of each message, and reads them from there.
type order struct {
	ID, Source, Type, ContentType, PartitionKey string
	Time                                        time.Time
	Data                                        []byte
}

// size is that of the content.
const size = 1 << 10

// content returns JSON about the order with that number. No two have the same: a client that
// compresses a batch of the same bytes has next to nothing to do, nor has the other end.
func content(number int) []byte {
	random := rand.New(rand.NewPCG(uint64(number), 0))
	b := fmt.Appendf(make([]byte, 0, size), `{"order":%d,"lines":[`, number)
	const begin, end = `{"note":"`, `"}]}` // no spaces, which encoding/json would remove
	for len(b) < size-64-len(begin+end) {
		b = fmt.Appendf(b, `{"article":"A-%d","amount":%d,"price":%d.%02d},`, random.IntN(10007), 1+random.IntN(9), random.IntN(1000), random.IntN(100))
	}
	b = append(b, begin...)
	b = append(b, bytes.Repeat([]byte("x"), size-len(b)-len(end))...)
	return append(b, end...)
}

func orders() []order {
	all := make([]order, *events)
	for i := range all {
		all[i] = order{
			ID: strconv.Itoa(i), Source: "/orders", Type: "com.example.order.placed", ContentType: "application/json",
			PartitionKey: strconv.Itoa(i % 100), Time: time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC), Data: content(i),
		}
	}
	return all
}

func ourEvents() []cloudevents.Event {
	es := make([]cloudevents.Event, *events)
	for i, o := range orders() {
		es[i] = cloudevents.Event{
			ID: o.ID, Source: o.Source, Type: o.Type, DataContentType: o.ContentType, Time: o.Time, Data: o.Data,
			Extensions: []cloudevents.Extension{{Name: "partitionkey", Value: cloudevents.StringValue(o.PartitionKey)}},
		}
	}
	return es
}

func sdkEvents() ([]event.Event, error) {
	es := make([]event.Event, *events)
	for i, o := range orders() {
		e := event.New()
		e.SetID(o.ID)
		e.SetSource(o.Source)
		e.SetType(o.Type)
		e.SetTime(o.Time)
		e.SetExtension("partitionkey", o.PartitionKey)
		if err := e.SetData(o.ContentType, o.Data); err != nil {
			return nil, err
		}
		es[i] = e
	}
	return es, nil
}

// Names of the headers in binary mode, with the prefix that a binding has.
const (
	id, source, kind, version, at, partitionKey = "id", "source", "type", "specversion", "time", "partitionkey"

	headers = 7 // with the content type
)

// set sets the field of an order that a header has.
func (o *order) set(name, value string) (err error) {
	switch name {
	case id:
		o.ID = value
	case source:
		o.Source = value
	case kind:
		o.Type = value
	case partitionKey:
		o.PartitionKey = value
	case at:
		o.Time, err = time.Parse(time.RFC3339, value)
	case version:
		if value != "1.0" {
			return errors.New("another version: " + strings.Clone(value))
		}
	}
	return err
}

var errNoOrder = errors.New("no order")

func (o *order) check() error {
	if o.ID == "" || o.Source == "" || o.Type == "" || len(o.Data) != size {
		return errNoOrder
	}
	return nil
}

// handle is the handler of a program without an event library.
type handle func(context.Context, *order) error

// handler counts orders.
func (c *counter) handler() handle {
	return func(_ context.Context, o *order) error {
		if err := o.check(); err != nil {
			return err
		}
		c.add()
		return nil
	}
}

// envelope is an order in a JSON document.
type envelope struct {
	SpecVersion     string          `json:"specversion"`
	ID              string          `json:"id"`
	Source          string          `json:"source"`
	Type            string          `json:"type"`
	DataContentType string          `json:"datacontenttype"`
	Time            time.Time       `json:"time"`
	PartitionKey    string          `json:"partitionkey"`
	Data            json.RawMessage `json:"data"`
}

func (o *order) envelope() *envelope {
	return &envelope{"1.0", o.ID, o.Source, o.Type, o.ContentType, o.Time, o.PartitionKey, o.Data}
}

func (e *envelope) order() *order {
	return &order{ID: e.ID, Source: e.Source, Type: e.Type, ContentType: e.DataContentType, Time: e.Time, PartitionKey: e.PartitionKey, Data: e.Data}
}

// counter counts handled events, and closes all with the last one.
type counter struct {
	n   atomic.Int64
	all chan struct{}
}

func newCounter() *counter { return &counter{all: make(chan struct{})} }

func (c *counter) add() {
	if c.n.Add(1) == int64(*events) {
		close(c.all)
	}
}

// delivery has a handler that counts, and calls end with the last event.
func (c *counter) delivery(end func()) dispatch.Delivery {
	return dispatch.Delivery{
		Logger: slog.New(slog.DiscardHandler),
		Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			if len(e.Data) != size {
				return nil, errNoOrder
			}
			if c.add(); c.n.Load() >= int64(*events) && end != nil {
				end()
			}
			return nil, nil
		},
	}
}

// together calls send for all indexes, from 64 goroutines.
func together(send func(i int) error) error {
	const goroutines = 64
	var next atomic.Int64
	errs := make(chan error, goroutines)
	for range goroutines {
		go func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= *events {
					errs <- nil
					return
				}
				if err := send(i); err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	var all error
	for range goroutines {
		all = errors.Join(all, <-errs)
	}
	return all
}
