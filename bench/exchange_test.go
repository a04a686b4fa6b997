package bench

import (
	"testing"
	"time"
)

// Open compares what arrives on both sides.
func TestExchangesAgree(t *testing.T) {
	for _, x := range Exchanges() {
		r, err := x.Open()
		if err != nil {
			t.Errorf("%s / %s: %v", x.Path, x.Against, err)
			continue
		}
		for _, run := range []func(time.Duration) (time.Duration, error){r.Ours, r.Other} {
			if _, err := run(time.Millisecond); err != nil {
				t.Errorf("%s / %s: %v", x.Path, x.Against, err)
			}
		}
		r.Close()
	}
}
