package page

import (
	"encoding/json"
	"net/http"
	"time"
)

const (
	maxStreams = 16                     // browsers that look at the same time
	pace       = 250 * time.Millisecond // between two parts of a stream
	heartbeat  = 20 * time.Second       // of a stream without messages
)

// update is a part of a stream. The first one has Reset, and the messages that are kept.
type update struct {
	Run      string    `json:"run,omitempty"`
	Reset    bool      `json:"reset,omitempty"`
	Messages []summary `json:"messages"` // the oldest at first
	Totals   totals    `json:"totals"`
}

// serveStream sends the messages that match a search as server-sent events, at most four times a
// second. A browser that reads slowly misses messages that are no longer kept when it is ready; it
// holds up nobody else.
func (p *Page) serveStream(w http.ResponseWriter, r *http.Request) {
	woken, end := p.store.watch()
	if woken == nil {
		writeJSON(w, http.StatusServiceUnavailable, problem{"Too many pages are open."})
		return
	}
	defer end()
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	words := searchWords(r.URL.Query().Get("q"))
	u := update{Reset: true, Run: p.run}
	for last := int64(0); ; {
		var found []*kept
		found, last, u.Totals = p.store.since(last, words)
		u.Messages = make([]summary, len(found))
		for i, k := range found {
			u.Messages[i] = k.summary()
		}
		line, err := json.Marshal(&u) // it has no line ends
		if err != nil {
			return
		}
		if _, err := w.Write(append(append([]byte("data: "), line...), "\n\n"...)); err != nil {
			return
		}
		if err := control.Flush(); err != nil {
			return
		}
		u = update{}
		if !p.pause(r, woken) {
			return
		}
	}
}

// pause waits for messages, or for the time of a heartbeat, but at least for the pace of a stream.
// It returns false when the stream ends.
func (p *Page) pause(r *http.Request, woken <-chan struct{}) bool {
	rest := time.After(pace)
	beat := time.After(heartbeat)
	for ready := false; ; {
		select {
		case <-rest:
			if ready {
				return true
			}
			rest = nil
		case <-woken:
			if rest == nil {
				return true
			}
			ready = true
		case <-beat:
			return true
		case <-r.Context().Done():
			return false
		case <-p.Ending:
			return false
		}
	}
}
