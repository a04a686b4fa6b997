// Command brokers measures the consumers and senders of the client modules beside the bare clients
// and beside sdk-go, with the same acknowledgements, on brokers in this process. Run it in its
// directory:
//
//	go run .
//
// README.md says what is measured, and has a table.
package main

import (
	"flag"
	"slices"

	"github.com/seed763dd41b/cloudevents/bench"
	"github.com/seed763dd41b/cloudevents/bench/measure"
)

var events = flag.Int("events", 10000, "events of each side in each pass")

// row is two ways to move the events. A side prepares its broker and its events, and starts the
// watch then.
type row struct {
	path, against string
	ours, other   func(*measure.Watch) error
	bare          bool // the other side is the client alone
}

func main() {
	measure.Main(rows, "github.com/twmb/franz-go", "github.com/IBM/sarama", "github.com/nats-io/nats.go",
		"github.com/eclipse/paho.golang", "github.com/coder/websocket", "github.com/cloudevents/sdk-go/v2",
		"github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2", "github.com/cloudevents/sdk-go/protocol/nats_jetstream/v2")
}

// rows measures the rows that s wants.
func rows(s *measure.Settings) ([]measure.Row, error) {
	var measured []measure.Row
	for _, x := range slices.Concat(kafkaRows(), jetStreamRows(), mqttRows(), webSocketRows()) {
		if !s.Wants(x.path, x.against) {
			continue
		}
		s.Progress(x.path, x.against)
		r := measure.Row{Path: x.path, Against: x.against, Unit: "ns", AllocsOurs: -1, Cost: x.bare}
		if err := r.Race(s, *events, x.ours, x.other); err != nil {
			return nil, err
		}
		most := bench.Limit{Ratio: 1} // sdk-go's time over ours, at least
		if x.bare {
			most.Ratio = 1.1 // our time over the client's, at most
		}
		r.Judge(most, most)
		measured = append(measured, r)
	}
	return measured, nil
}
