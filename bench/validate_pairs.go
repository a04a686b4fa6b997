package bench

import (
	"strings"

	"github.com/seed763dd41b/cloudevents"
)

// validatePairs check events that are in memory. Ours also checks every character of
// strings and URIs, and the media type.
func validatePairs(items []Item) []Pair {
	required := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.order.placed"}
	long := items[0].Event
	long.Source = "https://shop.example.com/" + strings.Repeat("orders/", 28) + "?region=eu-west#part"
	long.DataSchema = "https://schemas.example.com/orders/placed/v3.json"
	var pairs []Pair
	for _, x := range []struct {
		name        string
		event       cloudevents.Event
		floor, goal float64
	}{
		{"required attributes", required, 0.75, 1},
		{"small", items[0].Event, 0.75, 1},
		{"URIs of 220 and 49 bytes", long, 0.75, 1},
		{"16 extensions", Pick(items, "16 extensions")[0].Event, 1.2, 1.5},
	} {
		s := SDKEvent(&x.event)
		if x.event.DataSchema != "" {
			s.SetDataSchema(x.event.DataSchema)
		}
		pairs = append(pairs, Pair{
			Path: "validation, " + x.name, Against: "sdk-go Validate",
			Ours:  func() { must(x.event.Validate()) },
			Other: func() { must(s.Validate()) },
			Check: func() error {
				if err := sameFacts(sdkFacts(&s), factsOf(&x.event)); err != nil {
					return err
				}
				if err := x.event.Validate(); err != nil {
					return err
				}
				return s.Validate()
			},
			Floor: times(x.floor).allocs(0), Goal: times(x.goal).allocs(0),
		})
	}
	return pairs
}
