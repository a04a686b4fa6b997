// Command adapter lets "ce conformance --adapter" test sdk-go. It does what a user of that
// SDK does: events are read by the functions of its bindings and validated, built with its
// setters, and written by the functions of its bindings. With -jetstream, messages of NATS
// are those of its binding for JetStream.
//
// It is a module of its own, because the AMQP binding needs an old version of its client.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"runtime/debug"

	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
)

func main() {
	log.SetFlags(0)
	jetStream := flag.Bool("jetstream", false, "take the binding for JetStream in place of that for NATS")
	flag.Parse()
	a, name := newAdapter(*jetStream), "sdk-go "+version()
	if *jetStream {
		name += " with JetStream"
	}
	codec := conformance.Codec{Check: check, Decode: a.decode, Encode: a.encode, Transcode: a.transcode}
	if err := codec.Serve(name, os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/cloudevents/sdk-go/v2" {
				return m.Version[len("v"):]
			}
		}
	}
	return "of an unknown version"
}

// adapter has the bindings but HTTP.
type adapter map[conformance.Protocol]messages

// messages is a binding of the SDK. Its messages carry one event.
type messages struct {
	read  func(parts []conformance.Part) (*event.Event, error)
	write func(m binding.Message, mode cloudevents.Mode) ([]conformance.Part, error)
}

func newAdapter(jetStream bool) adapter {
	nats := messages{readNATS, writeNATS}
	if jetStream {
		nats = messages{readJetStream, writeJetStream}
	}
	return adapter{conformance.Kafka: {readKafka, writeKafka}, conformance.NATS: nats, conformance.AMQP: {readAMQP, writeAMQP}}
}

func (a adapter) decode(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
	if len(exts) > 0 {
		return nil, conformance.ErrSkipped // it has no types for extensions in a decode
	}
	events, err := a.read(m, batch)
	if err != nil {
		return nil, err
	}
	neutral := []conformance.Event{}
	for i := range events {
		neutral = append(neutral, describe(&events[i]))
	}
	return neutral, nil
}

// read returns the events in a message, as receivers of the SDK get them.
func (a adapter) read(m conformance.Message, batch bool) (events []event.Event, err error) {
	b, ok := a[m.Protocol]
	switch {
	case overHTTP(m.Protocol):
		events, err = readHTTP(m, batch)
	case ok && !batch:
		events, err = one(b.read(m.Parts))
	default:
		err = conformance.ErrSkipped
	}
	if err != nil {
		return nil, err
	}
	for i := range events {
		if err := events[i].Validate(); err != nil {
			return nil, err
		}
	}
	return events, nil
}

func (a adapter) encode(neutral []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
	b, ok := a[p]
	if !overHTTP(p) && (!ok || mode == cloudevents.BatchMode) {
		return conformance.Message{}, conformance.ErrSkipped
	}
	events := []event.Event{} // it writes nil as null
	for _, n := range neutral {
		e, err := build(n)
		if err != nil {
			return conformance.Message{}, err
		}
		events = append(events, e)
	}
	if overHTTP(p) {
		return writeHTTP(events, mode, p)
	}
	parts, err := b.write(binding.ToMessage(&events[0]), mode)
	return conformance.Message{Protocol: p, Parts: parts}, err
}

func (a adapter) transcode(m conformance.Message, batch bool, mode cloudevents.Mode) (conformance.Message, error) {
	events, err := a.read(m, batch)
	if err != nil {
		return conformance.Message{}, err
	}
	return writeHTTP(events, mode, conformance.Request)
}

// modeContext returns the context with which the SDK writes a message in that mode.
func modeContext(mode cloudevents.Mode) context.Context {
	if mode == cloudevents.StructuredMode {
		return binding.WithForceStructured(context.Background())
	}
	return binding.WithForceBinary(context.Background())
}

// one returns the event as a list.
func one(e *event.Event, err error) ([]event.Event, error) {
	if err != nil {
		return nil, err
	}
	return []event.Event{*e}, nil
}
