package amqp_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/bench"
	"github.com/seed763dd41b/cloudevents/bench/amqp"
)

func TestPairsAgree(t *testing.T) {
	if err := bench.Agree(amqp.Pairs()); err != nil {
		t.Error(err)
	}
}
