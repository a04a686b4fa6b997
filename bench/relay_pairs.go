package bench

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// relayPairs take an event out of a request in one mode and put it into a request in the
// same mode or the other. Ours is a [cloudevents.Sealed] on the way, so that its data is
// scanned once.
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
	ctx := SDKMode(m)
	ours := func() (*http.Request, error) {
		s, err := receiveSealed(in.next())
		if err != nil {
			return nil, err
		}
		return sealedRequest(&s, m)
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
			_, err := receiveSealed(in.next())
			must(err)
		},
		Check: check, Note: "what is missing to 1 is the encode's share",
	}}
	return append(pairs, relayEncode(x, direction, in, m))
}

// receiveSealed reads a request as a relay does that keeps its events sealed.
func receiveSealed(r *http.Request) (cloudevents.Sealed, error) {
	if cehttp.ModeOf(r.Header) != cloudevents.StructuredMode {
		e, err := cehttp.ToCloudEvent(r, nil)
		if err != nil {
			return cloudevents.Sealed{}, err
		}
		return cloudevents.Seal(e)
	}
	body := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		return cloudevents.Sealed{}, err
	}
	d := cloudevents.JSONDecoder{InPlace: true}
	return d.DecodeSealed(body)
}

// sealedRequest makes a request of a sealed event. Its data is not scanned.
func sealedRequest(s *cloudevents.Sealed, m cloudevents.Mode) (*http.Request, error) {
	if m == cloudevents.StructuredMode {
		body, err := s.AppendJSON(nil)
		if err != nil {
			return nil, err
		}
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", spec.MediaTypeJSON)
		return r, nil
	}
	data, _ := s.Data()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, strings.NewReader(data))
	if err != nil {
		return nil, err
	}
	return r, cehttp.SetHeader(r.Header, &s.Attributes)
}

// relayEncode is the second half of a relay, beside the encoding of an event whose data
// has not been checked yet.
func relayEncode(x *Item, direction string, in *incoming, m cloudevents.Mode) Pair {
	relayed, err := receiveSealed(in.next())
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
