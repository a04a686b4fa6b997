// Command report measures the AMQP binding beside that of sdk-go, and prints a Markdown
// table. Run it in the directory bench/amqp:
//
//	go run ./report
package main

import (
	"github.com/seed763dd41b/cloudevents/bench/amqp"
	"github.com/seed763dd41b/cloudevents/bench/measure"
)

func main() {
	measure.Main(func(s *measure.Settings) ([]measure.Row, error) { return measure.Pairs(amqp.Pairs, s) },
		"github.com/Azure/go-amqp",
		"github.com/cloudevents/sdk-go/v2", "github.com/cloudevents/sdk-go/protocol/amqp/v2")
}
