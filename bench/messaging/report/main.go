// Command report measures the bindings beside those of sdk-go, and prints a Markdown table.
// Run it in the directory bench/messaging:
//
//	go run ./report
package main

import (
	"github.com/seed763dd41b/cloudevents/bench/measure"
	"github.com/seed763dd41b/cloudevents/bench/messaging"
)

func main() {
	measure.Main(func(s *measure.Settings) ([]measure.Row, error) { return measure.Pairs(messaging.Pairs, s) },
		"github.com/IBM/sarama", "github.com/nats-io/nats.go",
		"github.com/cloudevents/sdk-go/v2", "github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2",
		"github.com/cloudevents/sdk-go/protocol/nats/v2", "github.com/cloudevents/sdk-go/protocol/nats_jetstream/v2")
}
