package messaging

import (
	"slices"

	"github.com/seed763dd41b/cloudevents/bench"
)

// Pairs returns all pairs of this module.
func Pairs() []bench.Pair {
	items := bench.Pick(bench.Items(), "small", "64 KiB")
	return slices.Concat(kafkaPairs(items), natsPairs(items), mqttPairs(items), webSocketPairs(items))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
