package page

import (
	"bytes"
	"strings"
	"sync"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// The limits of what a page keeps. The oldest messages make room for new ones.
const (
	MaxMessages = 1000
	MaxBytes    = 64 << 20 // of all messages together
	MaxBody     = 4 << 20  // of the body of a message; a longer one is not kept
)

// overhead is what a message takes beside its texts, in bytes, rounded up.
const overhead = 1 << 10

// kept is a message in a store.
type kept struct {
	*Message
	number  int64
	size    int64 // in memory
	length  int   // of the body that came
	dropped bool  // the body was too long to be kept
}

// store has the last messages.
type store struct {
	mu      sync.Mutex
	ring    []*kept // the oldest is at first
	first   int
	bytes   int64
	last    int64 // the number of the newest; the first message is 1
	refused int64 // messages
	events  int64 // in messages that were accepted
	wake    map[chan struct{}]bool
}

// add keeps m. It never waits for those who look at the messages.
func (s *store) add(m *Message) {
	k := &kept{Message: m, length: len(m.Body)}
	if len(m.Body) > MaxBody {
		copied := *m
		copied.Body = nil
		k.Message, k.dropped = &copied, true
	}
	k.size = k.Message.size()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	k.number = s.last
	if m.Status >= 300 {
		s.refused++
	} else {
		s.events += int64(m.Events)
	}
	s.ring = append(s.ring, k)
	s.bytes += k.size
	for s.bytes > MaxBytes || len(s.ring)-s.first > MaxMessages {
		s.bytes -= s.ring[s.first].size
		s.ring[s.first] = nil
		s.first++
	}
	if s.first >= MaxMessages { // half of the slice is empty
		n := copy(s.ring, s.ring[s.first:])
		clear(s.ring[n:])
		s.ring, s.first = s.ring[:n], 0
	}
	for c := range s.wake {
		select {
		case c <- struct{}{}:
		default: // it is awake
		}
	}
}

// size returns how many bytes of memory m takes.
func (m *Message) size() int64 {
	n := overhead + cap(m.Body) + len(m.URI) + len(m.Host) + len(m.Problem) + len(m.Note) + len(m.Answer) +
		len(m.Type) + len(m.Source) + len(m.ID) + len(m.Subject) + len(m.Text)
	for key, values := range m.Header {
		n += len(key) + 64
		for _, value := range values {
			n += len(value) + 16
		}
	}
	return int64(n)
}

// totals are the numbers in the headline of the page.
type totals struct {
	Messages int64 `json:"messages"`
	Events   int64 `json:"events"`
	Refused  int64 `json:"refused"`
	Oldest   int64 `json:"oldest"` // the number of the oldest message that is kept
}

// since returns the messages behind a number that match all words, the oldest at first, the number
// of the newest, and the totals.
func (s *store) since(number int64, words [][]byte) (found []*kept, last int64, t totals) {
	s.mu.Lock()
	all := s.ring[s.first:]
	if behind := s.last - number; behind < int64(len(all)) {
		all = all[int64(len(all))-behind:]
	}
	found = append(found, all...)
	last = s.last
	t = totals{Messages: s.last, Events: s.events, Refused: s.refused, Oldest: s.last - int64(len(s.ring)-s.first) + 1}
	s.mu.Unlock()
	if len(words) == 0 {
		return found, last, t
	}
	matching := found[:0]
	for _, k := range found {
		if k.matches(words) {
			matching = append(matching, k)
		}
	}
	return matching, last, t
}

// get returns the message of a number, or nil if it is not kept.
func (s *store) get(number int64) *kept {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := int64(len(s.ring)) - 1 - (s.last - number); i >= int64(s.first) && i < int64(len(s.ring)) {
		return s.ring[i]
	}
	return nil
}

// watch returns a channel that gets a value when messages were added since the last one, and the
// function that ends that. It returns nil if too many watch already.
func (s *store) watch() (woken chan struct{}, end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wake) >= maxStreams {
		return nil, nil
	}
	if s.wake == nil {
		s.wake = map[chan struct{}]bool{}
	}
	woken = make(chan struct{}, 1)
	s.wake[woken] = true
	return woken, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.wake, woken)
	}
}

// maxSearch limits a search, in bytes.
const maxSearch = 256

// searchWords returns the words of a search.
func searchWords(q string) (words [][]byte) {
	for word := range strings.FieldsSeq(strings.ToLower(excerpt.Shorten(q, maxSearch))) {
		words = append(words, []byte(word))
	}
	return words
}

// matches reports whether the message has every word, in its attributes or as it came over the
// wire. Case does not matter.
func (k *kept) matches(words [][]byte) bool {
	front := strings.ToLower(strings.Join([]string{k.Mode, k.Text, k.statusText(), k.Problem, k.Note, k.head()}, "\n"))
	var body []byte
	for _, word := range words {
		if strings.Contains(front, string(word)) {
			continue
		}
		if body == nil {
			body = bytes.ToLower(k.Body)
		}
		if !bytes.Contains(body, word) {
			return false
		}
	}
	return true
}
