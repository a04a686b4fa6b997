package formats_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/bench"
	"github.com/seed763dd41b/cloudevents/bench/formats"
)

func TestPairsAgree(t *testing.T) {
	if err := bench.Agree(formats.Pairs()); err != nil {
		t.Error(err)
	}
}
