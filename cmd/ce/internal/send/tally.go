package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// statusName is how an answer is called in the summary.
func statusName(status int) string {
	if status == 0 {
		return "no answer"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// summary says what was accepted. With --json it goes to standard error.
func (t *tally) summary(interrupted bool) {
	var w io.Writer = t.out
	s := style(t.colour())
	if t.json {
		w, s = t.err, false
	}
	var b bytes.Buffer
	took := time.Since(t.begin)
	paint := s.good
	if t.accepted < t.events || interrupted {
		paint = s.bad
	}
	switch {
	case t.events == 1 && !interrupted:
		verdict := "accepted"
		if t.accepted == 0 {
			verdict = "not accepted"
		}
		fmt.Fprintf(&b, "%s: %s in %s, id %s\n", paint(verdict), statusName(t.only.Status), round(took), visible(cut(t.only.ID, 64)))
	default:
		end := ""
		if interrupted {
			end = ", interrupted"
			if t.total > t.events {
				end += fmt.Sprintf(", %d not sent", t.total-t.events)
			}
		}
		fmt.Fprintf(&b, "%s in %s, %.0f a second%s\n",
			paint(fmt.Sprintf("%d of %s accepted", t.accepted, plural(t.events, "event"))), round(took), float64(t.events)/took.Seconds(), end)
		for _, name := range byCount(t.status) {
			fmt.Fprintf(&b, "  %7d  %s\n", t.status[name], name)
		}
	}
	if interrupted && t.accepted < t.events {
		fmt.Fprintf(&b, "  %s\n", s.bad("an event without answer may have arrived"))
	}
	if t.again > 0 {
		noun, _ := strings.CutPrefix(plural(t.again, "request"), strconv.Itoa(t.again)+" ")
		fmt.Fprintf(&b, "  %7d  %s made again\n", t.again, noun)
	}
	if t.events > 1 && t.latency.total > 0 {
		fmt.Fprintf(&b, "  latency  %s\n", t.latency.String())
	}
	for _, text := range byCount(t.errors) {
		count := fmt.Sprintf("%7d  ", t.errors[text])
		if t.events == 1 {
			count = ""
		}
		fmt.Fprintf(&b, "  %s%s\n", count, s.bad(visible(text)))
	}
	if t.events == 1 {
		t.answer(&b, s)
	}
	if _, err := w.Write(b.Bytes()); err != nil && t.failed == nil {
		t.failed = err
	}
}

// answer shows what the receiver of a single event had to say.
func (t *tally) answer(b *bytes.Buffer, s style) {
	r := t.only
	if r.reply != nil {
		fmt.Fprintf(b, "%s\n", s.bold("reply"))
		printEvent(b, r.reply, s, 4096)
	}
	if len(r.answer) > 0 && !r.Accepted {
		text, note := dataText(r.answer, "application/json", 4096)
		fmt.Fprintf(b, "%s%s\n", s.bold("answer"), note)
		for line := range strings.Lines(text) {
			fmt.Fprintf(b, "  %s\n", strings.TrimRight(line, "\n"))
		}
	}
}

// byCount returns the keys of m, that of the greatest number first.
func byCount(m map[string]int) []string {
	return slices.SortedFunc(maps.Keys(m), func(x, y string) int {
		return cmp.Or(cmp.Compare(m[y], m[x]), cmp.Compare(x, y))
	})
}

// latencies is a histogram of durations from 1 µs to 11 minutes, each class 2 %
// wider than the one before.
type latencies struct {
	count   [1024]int
	total   int
	longest time.Duration
}

const latencyStep = 1.02

func (l *latencies) add(d time.Duration) {
	class := 0
	if us := float64(d) / float64(time.Microsecond); us > 1 {
		class = min(int(math.Log(us)/math.Log(latencyStep)), len(l.count)-1)
	}
	l.count[class]++
	l.total++
	l.longest = max(l.longest, d)
}

// percentile returns a duration that p percent of all do not exceed, 2 % too much
// at most.
func (l *latencies) percentile(p float64) time.Duration {
	rank := int(math.Ceil(float64(l.total) * p / 100))
	for class, n := range l.count {
		if rank -= n; rank <= 0 {
			d := time.Duration(math.Pow(latencyStep, float64(class+1)) * float64(time.Microsecond))
			return min(d, l.longest)
		}
	}
	return l.longest
}

func (l *latencies) String() string {
	return fmt.Sprintf("p50 %s  p90 %s  p99 %s  max %s",
		round(l.percentile(50)), round(l.percentile(90)), round(l.percentile(99)), round(l.longest))
}

// round returns d with three digits.
func round(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for unit*1000 <= d {
		unit *= 10
	}
	return d.Round(unit)
}
