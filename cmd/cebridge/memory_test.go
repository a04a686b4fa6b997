package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// resident returns the MiB of memory that a process has, and the most that it ever had.
func (p *bridgeProcess) resident() (now, most int) {
	p.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Skip("needs /proc")
	}
	for line := range strings.Lines(string(status)) {
		_, _ = fmt.Sscanf(line, "VmRSS: %d", &now)
		_, _ = fmt.Sscanf(line, "VmHWM: %d", &most)
	}
	return now >> 10, most >> 10
}

// With a target that does not answer, the memory of a bridge has a limit: brokers keep what
// is not under way, and senders of HTTP are asked to come again.
func TestStalledTarget(t *testing.T) {
	const n, size = 2500, 64 << 10
	large := func(id string) *cloudevents.Event {
		return &cloudevents.Event{ID: id, Source: "/s", Type: "t", DataContentType: "text/plain", Data: []byte(strings.Repeat("x", size))}
	}
	for name, begin := range places {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			door := "http://" + freeport.Address(t) + "/"
			feed := start(t, door, p.url)
			sender := cehttp.Sender{Target: door}
			var running sync.WaitGroup
			for w := range 8 {
				running.Go(func() {
					for i := w; i < n; i += 8 {
						if err := sender.Send(t.Context(), large(fmt.Sprint(i))); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			running.Wait()
			feed.stop()
			last, took, _ := stalled(t)
			out := start(t, p.url, last.URL)
			<-took
			before := -1
			waitFor(t, func() bool { // until it takes no more
				time.Sleep(500 * time.Millisecond)
				now, _ := out.resident()
				grows := now > before
				before = now
				return !grows
			})
			_, most := out.resident()
			t.Logf("%d MiB of events, %d MiB of memory", n*size>>20, most)
			if most > 140 {
				t.Errorf("%d MiB of memory", most)
			}
		})
	}
	t.Run("HTTP", func(t *testing.T) {
		last, took, release := stalled(t)
		door := "http://" + freeport.Address(t) + "/"
		const places, senders = 8, 200
		p := start(t, "-concurrency", fmt.Sprint(places), "-timeout", "5m", door, last.URL)
		sender := cehttp.Sender{
			Target: door, Retry: cehttp.Retry{Attempts: 1}, Timeout: 5 * time.Minute, Logger: slog.New(slog.DiscardHandler),
			Client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}},
		}
		data := []byte(strings.Repeat("x", 1<<20))
		var running sync.WaitGroup
		var sent, refused atomic.Int32
		for i := range senders {
			running.Go(func() {
				e := large(fmt.Sprint(i))
				e.Data = data
				if err := sender.Send(t.Context(), e); err == nil {
					sent.Add(1)
				} else {
					refused.Add(1)
				}
			})
		}
		for range places {
			<-took
		}
		waitFor(t, func() bool { return refused.Load() == senders-places })
		_, most := p.resident()
		release()
		running.Wait()
		t.Logf("%d MiB of events, %d MiB of memory", senders, most)
		if sent.Load() != places || most > 120 {
			t.Errorf("%d sent, %d MiB of memory", sent.Load(), most)
		}
	})
}
