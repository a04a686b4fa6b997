package send

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// tally counts results and reports them.
type tally struct {
	process *cli.Process
	json    bool // print a JSON object for each event
	total   int  // of the events to send; 0 if it is not known

	mu       sync.Mutex
	begin    time.Time
	events   int
	accepted int
	again    int            // requests after the first of each delivery
	status   map[string]int // events by answer
	errors   map[string]int // events by error
	latency  latencies
	last     *result
	warned   time.Time // when a retry was last shown
	failed   error     // of writing
}

func newTally(p *cli.Process, json bool, total int) *tally {
	return &tally{process: p, json: json, total: total, begin: time.Now(), status: map[string]int{}, errors: map[string]int{}}
}

// maxErrors limits the different texts that are kept.
const maxErrors = 20

func (t *tally) add(rs []result, seen *attempts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range rs {
		r := &rs[i]
		t.events++
		if r.Accepted {
			t.accepted++
		}
		t.status[statusName(r.Status)]++
		if r.Error != "" {
			if _, known := t.errors[r.Error]; known || len(t.errors) < maxErrors {
				t.errors[r.Error]++
			}
		}
		t.last = r
	}
	t.again += max(seen.count-1, 0)
	for _, d := range seen.answered {
		t.latency.add(d)
	}
	if t.json {
		t.writeJSON(rs)
	}
}

// writeJSON writes results immediately, so that they are not lost if the process dies.
func (t *tally) writeJSON(rs []result) {
	var lines []byte
	for i := range rs {
		line, err := json.Marshal(&rs[i])
		if err != nil {
			continue
		}
		lines = append(append(lines, line...), '\n')
	}
	if _, err := t.process.Display().Write(lines); err != nil && t.failed == nil {
		t.failed = err
	}
}

// progress shows on a terminal how many events were sent, until the returned function is
// called.
func (t *tally) progress() (stop func()) {
	if !t.process.Terminal(t.process.Err) {
		return func() {}
	}
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for shown := false; ; {
			select {
			case <-tick.C:
				fmt.Fprint(t.process.Err, "\r\x1b[K"+t.line())
				shown = true
			case <-ended:
				if shown {
					fmt.Fprint(t.process.Err, "\r\x1b[K")
				}
				return
			}
		}
	}()
	return func() { close(ended); <-gone }
}

// A wait for another attempt is shown if people notice it, or would notice one as long as --wait
// allows, and with several events not more often than they read.
const (
	noticeable = 100 * time.Millisecond
	readable   = time.Second
)

// retry shows on standard error that a request is about to be made again.
func (t *tally) retry(a cehttp.Attempt, of int, longest time.Duration) {
	if max(a.Wait, longest) < noticeable {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if !t.warned.IsZero() && now.Sub(t.warned) < readable && t.total != 1 {
		return
	}
	t.warned = now
	why := statusName(a.Status)
	if a.Err != nil {
		why += ", " + cli.OneLine(causeText(a.Err))
	}
	clear := ""
	if t.process.Terminal(t.process.Err) {
		clear = "\r\x1b[K" // the progress
	}
	fmt.Fprintf(t.process.Err, "%sce: attempt %d of %d: %s; again in %s\n", clear, a.Number, of, cli.Visible(why), round(a.Wait))
}

func (t *tally) line() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := ""
	if t.total > 0 {
		of = fmt.Sprintf(" of %d", t.total)
	}
	failed := ""
	if t.events > t.accepted {
		failed = fmt.Sprintf(", %d not accepted", t.events-t.accepted)
	}
	return fmt.Sprintf("%d%s sent%s, %.0f a second", t.events, of, failed, float64(t.events)/time.Since(t.begin).Seconds())
}

// statusName returns the name of an answer in the summary.
func statusName(status int) string {
	if status == 0 {
		return "no answer"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// summary prints how many events were accepted, and why others were not. With --json it goes
// to standard error.
func (t *tally) summary(interrupted bool) {
	var w io.Writer = t.process.Out
	s := t.process.Style()
	if t.json {
		w, s = t.process.Err, false
	}
	var b bytes.Buffer
	took := time.Since(t.begin)
	paint := s.Good
	if t.accepted < t.events || interrupted {
		paint = s.Bad
	}
	switch {
	case t.events == 1 && !interrupted:
		verdict := "accepted"
		if t.accepted == 0 {
			verdict = "not accepted"
		}
		fmt.Fprintf(&b, "%s: %s in %s, id %s\n", paint(verdict), statusName(t.last.Status), round(took), cli.Visible(excerpt.Cut(t.last.ID, excerpt.Size)))
	default:
		end := ""
		if interrupted {
			end = ", interrupted"
			if t.total > t.events {
				end += fmt.Sprintf(", %d not sent", t.total-t.events)
			}
		}
		fmt.Fprintf(&b, "%s in %s, %.0f a second%s\n",
			paint(fmt.Sprintf("%d of %s accepted", t.accepted, cli.Plural(t.events, "event"))), round(took), float64(t.events)/took.Seconds(), end)
		for _, name := range byCount(t.status) {
			fmt.Fprintf(&b, "  %7d  %s\n", t.status[name], name)
		}
	}
	if interrupted && t.accepted < t.events {
		fmt.Fprintf(&b, "  %s\n", s.Bad("an event without answer may have arrived"))
	}
	if t.again > 0 {
		noun, _ := strings.CutPrefix(cli.Plural(t.again, "request"), strconv.Itoa(t.again)+" ")
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
		fmt.Fprintf(&b, "  %s%s\n", count, s.Bad(cli.Visible(text)))
	}
	if t.events == 1 {
		t.answer(&b, s)
	}
	if _, err := w.Write(b.Bytes()); err != nil && t.failed == nil {
		t.failed = err
	}
}

// answer shows the reply or the refusal of the receiver of a single event.
func (t *tally) answer(b *bytes.Buffer, s cli.Style) {
	r := t.last
	if r.reply != nil {
		fmt.Fprintf(b, "%s\n", s.Bold("reply"))
		stream.PrintEvent(b, r.reply, s, 4096)
	}
	if len(r.answer) > 0 && !r.Accepted {
		text, note := stream.DataText(r.answer, "application/json", 4096)
		fmt.Fprintf(b, "%s%s\n", s.Bold("answer"), note)
		for line := range strings.Lines(text) {
			fmt.Fprintf(b, "  %s\n", strings.TrimRight(line, "\n"))
		}
	}
}

// byCount returns the keys of m, the one with the greatest number first.
func byCount(m map[string]int) []string {
	return slices.SortedFunc(maps.Keys(m), func(x, y string) int {
		return cmp.Or(cmp.Compare(m[y], m[x]), cmp.Compare(x, y))
	})
}
