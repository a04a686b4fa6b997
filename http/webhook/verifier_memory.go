package cehttp

import (
	"container/list"
	"sync"
	"time"
)

// seenIDs is a bounded memory of webhook-ids. The zero value is ready to use.
type seenIDs struct {
	mutex sync.Mutex
	ids   map[string]*list.Element
	order list.List // of *seenID, oldest first
}

type seenID struct {
	id      string
	handled bool
	forget  time.Time // when the id is of no use any more; zero is never
}

// What is known of an id.
const (
	idNew = iota
	idUnderWay
	idHandled
	idTooLate // it may have been forgotten while the body came
)

// begin says what is known of an id, and notes that it is being handled if it is new.
func (m *seenIDs) begin(id string, forget time.Time, max int) int {
	now := time.Now()
	if !forget.IsZero() && now.After(forget) {
		return idTooLate
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for e := m.order.Front(); e != nil && e.Value.(*seenID).over(now); e = m.order.Front() {
		m.remove(e)
	}
	if e := m.ids[id]; e != nil {
		s := e.Value.(*seenID)
		switch {
		case s.over(now):
			m.remove(e)
		case s.handled:
			if forget.IsZero() || forget.After(s.forget) {
				s.forget = forget
			}
			return idHandled
		default:
			return idUnderWay
		}
	}
	if m.order.Len() >= max {
		m.remove(m.order.Front())
	}
	if m.ids == nil {
		m.ids = map[string]*list.Element{}
	}
	m.ids[id] = m.order.PushBack(&seenID{id: id, forget: forget})
	return idNew
}

// end says that an id is not handled any more. One that failed may come again.
func (m *seenIDs) end(id string, handled bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	e := m.ids[id]
	switch {
	case e == nil: // forgotten
	case handled:
		e.Value.(*seenID).handled = true
	case !e.Value.(*seenID).handled:
		m.remove(e)
	}
}

func (m *seenIDs) remove(e *list.Element) {
	delete(m.ids, e.Value.(*seenID).id)
	m.order.Remove(e)
}

// over reports whether an id need not be known any more.
func (s *seenID) over(now time.Time) bool {
	return s.handled && !s.forget.IsZero() && now.After(s.forget)
}
