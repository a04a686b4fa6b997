package bench

import (
	"context"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// relayPairs take an event out of a request in one mode and put it into a request
// in the other.
func relayPairs(items []Item) []Pair {
	var pairs []Pair
	for _, x := range Pick(items, "4 KiB", "64 KiB", "1 MiB") {
		pairs = append(pairs, relay(&x, "structured to structured", structuredMessage(&x), cloudevents.StructuredMode)...)
		pairs = append(pairs, relay(&x, "structured to binary", structuredMessage(&x), cloudevents.BinaryMode)...)
		pairs = append(pairs, relay(&x, "binary to structured", binaryMessage(&x), cloudevents.StructuredMode)...)
	}
	return pairs
}

func relay(x *Item, direction string, in *incoming, m cloudevents.Mode) []Pair {
	ctx := sdkMode(m)
	ours := func() (*http.Request, error) {
		s, err := cehttp.ToSealed(in.next())
		if err != nil {
			return nil, err
		}
		return cehttp.SealedToHTTPRequest(context.Background(), target, &s, m)
	}
	other := func() (*http.Request, error) {
		s, err := sdkReceive(in.next())
		if err != nil {
			return nil, err
		}
		return sdkRequest(ctx, s)
	}
	check := func() error {
		r, err := ours()
		if err := checkRequest(r, err, &x.Event); err != nil {
			return err
		}
		r, err = other()
		return checkRequest(r, err, &x.Event)
	}
	path := "relay " + direction + ", " + x.Name
	run := func() {
		_, err := ours()
		must(err)
	}
	pairs := []Pair{{
		Path: path, Against: "sdk-go NewEventFromHTTPRequest, WriteRequest", Ours: run,
		Other: func() {
			_, err := other()
			must(err)
		},
		Check: check, Note: "does not validate",
	}, {
		Path: path, Against: "our decode alone", Ours: run,
		Other: func() {
			_, err := cehttp.ToSealed(in.next())
			must(err)
		},
		Check: check, Note: "what is missing to 1 is the encode's share",
	}}
	return append(pairs, relayEncode(x, direction, in, m))
}

// relayEncode is the second half of a relay, beside the encoding of an event whose
// data nobody has checked yet.
func relayEncode(x *Item, direction string, in *incoming, m cloudevents.Mode) Pair {
	relayed, err := cehttp.ToSealed(in.next())
	must(err)
	buffer := make([]byte, 0, 2*len(x.JSON))
	h := http.Header{}
	p := Pair{
		Path: "relay encode, " + direction + ", " + x.Name, Against: "structured encode of an unchecked event",
		Ours: func() {
			b, err := relayed.AppendJSON(buffer[:0])
			must(err)
			kept.n = len(b)
		},
		Other: func() {
			b, err := cloudevents.AppendJSON(buffer[:0], &x.Event)
			must(err)
			kept.n = len(b)
		},
		Check: func() error {
			e := relayed.Event()
			return sameFacts(factsOf(&e), factsOf(&x.Event))
		},
		Goal: times(4),
	}
	if m == cloudevents.BinaryMode {
		p.Ours = func() {
			clear(h)
			must(cehttp.SetHeader(h, &relayed.Attributes))
		}
	}
	return p
}
