package bench

import (
	"bytes"
	"encoding/json"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/seed763dd41b/cloudevents"
)

// encodePairs write one event in the JSON event format. Ours validates the event and
// checks the data. json.Marshal checks the document; sdk-go does not validate.
func encodePairs(items []Item) []Pair {
	var pairs []Pair
	for _, x := range items {
		s := SDKEvent(&x.Event)
		check := func() error { return checkEncode(&x, &s) }
		newSlice := func() {
			b, err := cloudevents.AppendJSON(nil, &x.Event)
			must(err)
			kept.bytes = b
		}
		buffer := make([]byte, 0, 2*len(x.JSON))
		pairs = append(pairs, Pair{
			Path: "structured encode, " + x.Name, Against: "sdk-go json.Marshal",
			Ours:  newSlice,
			Other: sdkMarshal(&s),
			Check: check, Floor: times(3).allocs(1), Goal: times(4).allocs(1), Mean: meanEncode,
		}, Pair{
			Path: "structured encode into a given slice, " + x.Name, Against: "sdk-go json.Marshal",
			Ours: func() {
				b, err := cloudevents.AppendJSON(buffer[:0], &x.Event)
				must(err)
				kept.n = len(b)
			},
			Other: sdkMarshal(&s),
			Check: check, Floor: atMost(0), Goal: atMost(0),
		}, Pair{
			Path: "structured encode, " + x.Name, Against: "bytes.Clone",
			Ours:  newSlice,
			Other: func() { kept.bytes = bytes.Clone(x.JSON) },
			Check: check, Note: "limit",
		})
	}
	return pairs
}

func sdkMarshal(s *event.Event) func() {
	return func() {
		b, err := json.Marshal(s)
		must(err)
		kept.bytes = b
	}
}

func checkEncode(x *Item, s *event.Event) error {
	ours, err := cloudevents.AppendJSON(nil, &x.Event)
	if err != nil {
		return err
	}
	if err := sameJSON(ours, x.JSON); err != nil {
		return err
	}
	theirs, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return sameJSON(theirs, x.JSON)
}
