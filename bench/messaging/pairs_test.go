package messaging_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/bench"
	"github.com/seed763dd41b/cloudevents/bench/messaging"
)

func TestPairsAgree(t *testing.T) {
	if err := bench.Agree(messaging.Pairs()); err != nil {
		t.Error(err)
	}
}
