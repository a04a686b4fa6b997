package listen

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// script has the answers that --status, --retry-after and --delay ask for.
type script struct {
	statuses   []int // successive answers to valid messages; the last one is for all others
	retryAfter time.Duration
	delay      time.Duration
	next       int
}

// parse sets the statuses of --status.
func (s *script) parse(text string) error {
	s.statuses = nil
	for word := range strings.SplitSeq(text, ",") {
		status, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || status < 200 || status > 599 {
			return errors.New("it is a list of statuses from 200 to 599, as 503,503,204")
		}
		s.statuses = append(s.statuses, status)
	}
	return nil
}

// take returns the next status, or 0 if the command line has none.
func (s *script) take() int {
	if len(s.statuses) == 0 {
		return 0
	}
	status := s.statuses[min(s.next, len(s.statuses)-1)]
	s.next++
	return status
}

// rehearse answers a valid message as --status asks for. The body of an error is text, because
// JSON with a member "retryable" would tell a sender more than the status does.
func (l *listener) rehearse(m *received) {
	l.mu.Lock()
	status := l.script.take()
	l.mu.Unlock()
	if status == 0 {
		return
	}
	m.answer = answer{header: http.Header{}, status: status}
	m.scripted = true
	m.note = "answered with --status"
	if status < 400 {
		return
	}
	m.answer.header.Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(&m.answer.body, "%d %s\n", status, http.StatusText(status))
	if l.script.retryAfter > 0 {
		seconds := (l.script.retryAfter + time.Second - 1) / time.Second
		m.answer.header.Set("Retry-After", strconv.Itoa(int(seconds)))
		m.note += ", Retry-After " + strconv.Itoa(int(seconds))
	}
}

// wait waits as long as --delay says, unless the sender or the listener ends before that.
func (l *listener) wait(m *received) {
	if l.script.delay <= 0 {
		return
	}
	begin := time.Now()
	timer := time.NewTimer(l.script.delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.ending:
	case <-m.r.Context().Done():
		if m.note != "" {
			m.note += "; "
		}
		m.note += fmt.Sprintf("the sender hung up after %s, without the answer", time.Since(begin).Round(time.Millisecond))
	}
}
