package main

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// Events go over a WebSocket between two bridges, and are the same.
func TestWebSocket(t *testing.T) {
	last := newSink(t)
	socket, door := "ws://"+freeport.Address(t)+"/events", "http://"+freeport.Address(t)
	start(t, socket, last.URL)
	start(t, door, socket)
	const n = 40
	send(t, door, 0, n).Wait()
	last.has(t, n)
	last.mu.Lock()
	defer last.mu.Unlock()
	for i := range n {
		want := generated(i)
		got := last.events[want.ID]
		if d := difference(&got, &want, modeOf(i)); d != "" {
			t.Errorf("event %d, %s: %v", i, d, got)
		}
	}
}
