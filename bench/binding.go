package bench

import (
	"errors"
	"fmt"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/seed763dd41b/cloudevents"
)

// Binding is how this module and sdk-go make events of messages of a client library, and
// messages of events, in one content mode. In is a message that the client has received, Out
// one that it is to send.
type Binding[In, Out any] struct {
	Name    string // of the protocol and the mode
	Mode    cloudevents.Mode
	Message func(*Item) In // made by hand, with the event of the item

	Decode func(In) (cloudevents.Event, error)
	Encode func(*cloudevents.Event) (Out, error)

	SDKDecode  func(In) (*event.Event, error)
	SDKEncode  func(*event.Event) (Out, error)
	SDKDecoder string   // the name of that function
	SDKEncoder string   // the same
	SDKAdds    []string // attributes of decoded events that the message does not have

	// Converting is how often Decode allocates to make the message of our package of In.
	Converting float64

	// DecodeAlone and EncodeAlone return our side without the conversion between the message
	// of our package and that of the client, or are nil if there is no such conversion.
	DecodeAlone func(In) func() error
	EncodeAlone func(*cloudevents.Event) func() error

	// DecodeLimit and EncodeLimit return what no codec can do without with this client, such
	// as filling its map, or are nil. They are for binary mode.
	DecodeLimit func(In) func()
	EncodeLimit func(*cloudevents.Event) func()

	// Arrive returns the message that arrives when m is sent.
	Arrive func(m Out) In
}

// Pairs returns pairs that decode and encode the events of items. sdk-go does not validate
// events in these functions, and we do. In binary mode there is a row with Validate, too.
func (b Binding[In, Out]) Pairs(items []Item) []Pair {
	var pairs []Pair
	for _, x := range items {
		decode, encode := b.decodePair(&x), b.encodePair(&x)
		pairs = append(pairs, decode, encode)
		if b.Mode == cloudevents.BinaryMode {
			pairs = append(pairs, b.validated(decode, b.Message(&x)))
		}
		if b.DecodeAlone != nil {
			decode.Floor.Allocs, decode.Goal.Allocs = atMost(3).Allocs, atMost(3).Allocs
			pairs = append(pairs, alone(decode, b.DecodeAlone(b.Message(&x))), alone(encode, b.EncodeAlone(&x.Event)))
		}
		if b.DecodeLimit != nil {
			pairs = append(pairs, limited(decode, b.DecodeLimit(b.Message(&x))))
		}
		if b.EncodeLimit != nil {
			pairs = append(pairs, limited(encode, b.EncodeLimit(&x.Event)))
		}
	}
	return pairs
}

// validated returns a pair with the check that the receiver of sdk-go makes.
func (b *Binding[In, Out]) validated(p Pair, m In) Pair {
	p.Against += " + Validate"
	p.Other = func() {
		s, err := b.SDKDecode(m)
		must(err)
		must(s.Validate())
	}
	p.Floor, p.Goal, p.Note = Limit{}, Limit{}, ""
	return p
}

// alone returns p with another function on our side.
func alone(p Pair, run func() error) Pair {
	p.Path += ", codec alone"
	p.Ours = func() { must(run()) }
	p.Note += "; ours without the conversion of the message"
	return p
}

// limited returns p with the least that our side can do.
func limited(p Pair, run func()) Pair {
	p.Path += ", client alone"
	p.Ours = run
	p.Floor, p.Goal, p.Note = Limit{}, Limit{}, "limit: ours is what the type of the client costs, without an event"
	return p
}

func (b *Binding[In, Out]) decodePair(x *Item) Pair {
	m := b.Message(x)
	allocs := 3 + b.Converting
	floor, goal := times(4).allocs(allocs), times(6).allocs(allocs)
	if b.Mode == cloudevents.StructuredMode {
		floor.Ratio, goal.Ratio = 5, 8
	}
	return Pair{
		Path: b.Name + " decode, " + x.Name, Against: b.SDKDecoder,
		Ours: func() {
			_, err := b.Decode(m)
			must(err)
		},
		Other: func() {
			_, err := b.SDKDecode(m)
			must(err)
		},
		Check: func() error { return b.check(m, &x.Event) },
		Floor: floor, Goal: goal, Note: doesNotValidate,
	}
}

func (b *Binding[In, Out]) encodePair(x *Item) Pair {
	e, s := x.Event, SDKEvent(&x.Event)
	return Pair{
		Path: b.Name + " encode, " + x.Name, Against: b.SDKEncoder,
		Ours: func() {
			_, err := b.Encode(&e)
			must(err)
		},
		Other: func() {
			_, err := b.SDKEncode(&s)
			must(err)
		},
		Check: func() error {
			ours, err := b.Encode(&e)
			if err != nil {
				return err
			}
			theirs, err := b.SDKEncode(&s)
			if err != nil {
				return fmt.Errorf("sdk-go: %w", err)
			}
			if err := b.check(b.Arrive(ours), &e); err != nil {
				return fmt.Errorf("our message: %w", err)
			}
			if err := b.check(b.Arrive(theirs), &e); err != nil {
				return fmt.Errorf("the message of sdk-go: %w", err)
			}
			return nil
		},
		Floor: times(5), Goal: times(8), Note: doesNotValidate,
	}
}

// check decodes a message with both libraries.
func (b *Binding[In, Out]) check(m In, want *cloudevents.Event) error {
	e, err := b.Decode(m)
	if err := CheckEvent(e, err, want); err != nil {
		return err
	}
	s, err := b.SDKDecode(m)
	if err != nil {
		return fmt.Errorf("sdk-go: %w", err)
	}
	return CheckSDKEvent(s, nil, want, b.SDKAdds...)
}

const doesNotValidate = "does not validate"

// Agree returns an error if the sides of a pair differ, or if two pairs have one name.
func Agree(pairs []Pair) error {
	var errs []error
	seen := map[string]bool{}
	for _, p := range pairs {
		name := p.Path + " / " + p.Against
		if seen[name] {
			errs = append(errs, fmt.Errorf("two pairs are called %q", name))
		}
		seen[name] = true
		if err := p.Check(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		p.Ours()
		p.Other()
	}
	return errors.Join(errs...)
}
