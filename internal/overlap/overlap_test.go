package overlap_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/overlap"
)

func TestBytes(t *testing.T) {
	b := make([]byte, 8)
	for name, c := range map[string]struct {
		a, b []byte
		want bool
	}{
		"the same":           {b, b, true},
		"one byte":           {b[:4], b[3:], true},
		"within":             {b, b[2:3], true},
		"next to each other": {b[:4], b[4:], false},
		"other memory":       {b, make([]byte, 8), false},
		"empty":              {b[2:2], b, false},
		"nil":                {b, nil, false},
	} {
		if overlap.Bytes(c.a, c.b) != c.want || overlap.Bytes(c.b, c.a) != c.want {
			t.Errorf("%s: not %t", name, c.want)
		}
	}
}

func TestIndex(t *testing.T) {
	b := make([]byte, 8)
	for name, c := range map[string]struct {
		outer, inner []byte
		want         int
	}{
		"the same":       {b, b, 0},
		"within":         {b, b[3:5], 3},
		"the last byte":  {b, b[7:], 7},
		"longer":         {b[2:4], b[3:], 1},
		"before":         {b[4:], b[:6], -1},
		"behind":         {b[:4], b[4:], -1},
		"empty":          {b, b[3:3], -1},
		"in nothing":     {nil, b, -1},
		"in other bytes": {make([]byte, 8), b, -1},
	} {
		if got := overlap.Index(c.outer, c.inner); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
