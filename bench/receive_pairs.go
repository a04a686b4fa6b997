package bench

import (
	"fmt"
	"net/http"

	"github.com/cloudevents/sdk-go/v2/event"
	sdkhttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// sdkReceive is how a handler of sdk-go's users gets an event. It does not
// validate.
func sdkReceive(r *http.Request) (*event.Event, error) { return sdkhttp.NewEventFromHTTPRequest(r) }

// sdkReceiveValid adds the check that sdk-go's own receiver makes.
func sdkReceiveValid(r *http.Request) (*event.Event, error) {
	e, err := sdkhttp.NewEventFromHTTPRequest(r)
	if err != nil {
		return nil, err
	}
	return e, e.Validate()
}

// receivePairs decode requests. The network is not in it, reading the body is.
func receivePairs(items []Item, groups []Group) []Pair {
	var pairs []Pair
	limits := map[string][2]float64{"small": {3.5, 5}, "4 KiB": {2.2, 3}, "64 KiB": {2, 2.6}, "16 extensions": {3, 4}}
	for _, x := range Pick(items, "small", "4 KiB", "64 KiB", "16 extensions") {
		ratio := limits[x.Name]
		pairs = append(pairs, receivePair("HTTP binary decode, ", &x, binaryMessage(&x),
			times(ratio[0]).allocs(3), times(ratio[1]).allocs(3))...)
	}
	for _, x := range items {
		pairs = append(pairs, receivePair("HTTP structured decode, ", &x, structuredMessage(&x),
			times(4.5).allocs(3), times(8).allocs(3))...)
	}
	for _, g := range groups {
		pairs = append(pairs, receiveBatchPair(&g))
	}
	return pairs
}

func receivePair(path string, x *Item, in *incoming, floor, goal Limit) []Pair {
	pair := func(against string, other func(*http.Request) (*event.Event, error)) Pair {
		return Pair{
			Path: path + x.Name, Against: against,
			Ours: func() {
				_, err := cehttp.ToCloudEvent(in.next(), nil)
				must(err)
			},
			Other: func() {
				_, err := other(in.next())
				must(err)
			},
			Check: func() error {
				e, err := cehttp.ToCloudEvent(in.next(), nil)
				if err := CheckEvent(e, err, &x.Event); err != nil {
					return err
				}
				s, err := other(in.next())
				if err != nil {
					return err
				}
				return sameFacts(sdkFacts(s), factsOf(&x.Event))
			},
		}
	}
	gated := pair("sdk-go NewEventFromHTTPRequest", sdkReceive)
	gated.Floor, gated.Goal, gated.Note = floor, goal, "does not validate"
	return []Pair{gated, pair("sdk-go NewEventFromHTTPRequest + Validate", sdkReceiveValid)}
}

func receiveBatchPair(g *Group) Pair {
	in := batchMessage(g)
	theirs := func() ([]event.Event, error) {
		es, err := sdkhttp.NewEventsFromHTTPRequest(in.next())
		for i := range es {
			if err == nil {
				err = es[i].Validate()
			}
		}
		return es, err
	}
	return Pair{
		Path: "HTTP batch decode, " + g.Name, Against: "sdk-go NewEventsFromHTTPRequest + Validate",
		Ours: func() {
			_, err := cehttp.ToCloudEventBatch(in.next(), nil)
			must(err)
		},
		Other: func() {
			_, err := theirs()
			must(err)
		},
		Check: func() error {
			es, err := cehttp.ToCloudEventBatch(in.next(), nil)
			if err != nil {
				return err
			}
			if err := sameEvents(factsOfAll(es), g.Events); err != nil {
				return fmt.Errorf("ours: %w", err)
			}
			all, err := theirs()
			if err != nil {
				return err
			}
			return sameEvents(sdkFactsOf(all), g.Events)
		},
	}
}
