package send

import (
	"strings"
	"testing"
	"time"
)

func TestLatencies(t *testing.T) {
	var l latencies
	for i := range 1000 {
		l.add(time.Duration(i+1) * time.Millisecond)
	}
	for p, want := range map[float64]time.Duration{50: 500 * time.Millisecond, 90: 900 * time.Millisecond, 99: 990 * time.Millisecond, 100: time.Second} {
		if got := l.percentile(p); got < want || float64(got) > float64(want)*1.02 {
			t.Errorf("p%v is %v, want %v to 2 %% more", p, got, want)
		}
	}
	l = latencies{}
	l.add(time.Hour)
	l.add(0)
	if s := l.String(); !strings.HasPrefix(s, "p50 1µs") && !strings.HasPrefix(s, "p50 1.02µs") || !strings.HasSuffix(s, "max 1h0m0s") {
		t.Error(s)
	}
}
