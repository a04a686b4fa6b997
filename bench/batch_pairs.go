package bench

import (
	"encoding/json"

	"github.com/seed763dd41b/cloudevents"
)

func batchPairs(groups []Group) []Pair {
	var pairs []Pair
	for _, g := range groups {
		n := float64(len(g.Events))
		theirs := sdkEvents(g.Events)
		pairs = append(pairs, Pair{
			Path: "batch decode, " + g.Name, Against: "sdk-go json.Unmarshal + Validate",
			Ours: func() {
				_, err := decodeBatch(g.JSON)
				must(err)
			},
			Other: func() {
				_, err := sdkDecodeBatch(g.JSON)
				must(err)
			},
			Check: func() error { return checkBatchDecode(&g) },
			Floor: times(5).allocs(3*n + 12), Goal: times(8).allocs(n/10 + 12),
		}, Pair{
			Path: "batch decode, " + g.Name, Against: "json.Valid",
			Ours: func() {
				_, err := decodeBatch(g.JSON)
				must(err)
			},
			Other: func() { mustBe(json.Valid(g.JSON)) },
			Check: func() error { return checkBatchDecode(&g) },
			Note:  "limit",
		}, Pair{
			Path: "batch encode, " + g.Name, Against: "sdk-go json.Marshal",
			Ours: func() {
				b, err := cloudevents.AppendJSONBatch(nil, g.Events)
				must(err)
				kept.bytes = b
			},
			Other: func() {
				b, err := json.Marshal(theirs)
				must(err)
				kept.bytes = b
			},
			Check: func() error {
				b, err := cloudevents.AppendJSONBatch(nil, g.Events)
				if err != nil {
					return err
				}
				if err := sameJSON(b, g.JSON); err != nil {
					return err
				}
				if b, err = json.Marshal(theirs); err != nil {
					return err
				}
				return sameJSON(b, g.JSON)
			},
			Floor: times(6.5).allocs(1), Goal: times(10).allocs(1),
		})
	}
	return pairs
}

func checkBatchDecode(g *Group) error {
	es, err := decodeBatch(g.JSON)
	if err != nil {
		return err
	}
	if err := sameEvents(factsOfAll(es), g.Events); err != nil {
		return err
	}
	theirs, err := sdkDecodeBatch(g.JSON)
	if err != nil {
		return err
	}
	return sameEvents(sdkFactsOf(theirs), g.Events)
}
