package cloudevents

import (
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/textbuf"
)

// attributeMemory is the memory that the attributes of decoded events are cut from.
// Events of a batch share it, in pieces that are small enough for one event to keep
// them all.
type attributeMemory struct {
	text       textbuf.Buffer
	extensions []Extension
	span       string // a copy of a part of the document, from its first attribute on
}

const (
	sharedText       = 8 << 10 // bytes that one event of a batch can keep from being freed
	sharedExtensions = 64
)

// reserve makes room for the attributes of an event, and of others like it, if there is
// none left. If the attributes are two thirds of what is from the first to the last in a
// document, as with many extensions, that is copied at once, and they are cut from it.
func (m *attributeMemory) reserve(a *Attributes, others int) {
	size := a.size
	d := &a.document
	m.span = ""
	together := d.b != nil && d.last-d.first <= size+size/2
	if together {
		size = d.last - d.first + d.rewritten
	}
	if others == 0 && !together && m.reserveTogether(a.count, size) {
		return
	}
	if cap(m.text.Room()) < size {
		m.text.Grow(max(size, min(size*(1+others), sharedText)))
	}
	if cap(m.extensions)-len(m.extensions) < a.count {
		m.extensions = make([]Extension, 0, max(a.count, min(a.count*(1+others), sharedExtensions)))
	}
	if together {
		m.span = m.text.Cut(append(m.text.Room(), d.b[d.first:d.last]...))
	}
}

// Memory for the attributes of an event with few extensions, in one allocation.
type (
	smallMemory struct {
		extensions [1]Extension
		text       [88]byte
	}
	mediumMemory struct {
		extensions [1]Extension
		text       [152]byte
	}
	largeMemory struct {
		extensions [2]Extension
		text       [176]byte
	}
)

// reserveTogether makes room for the extensions and the texts of one event in one allocation. It
// reports whether it did: m has none then, and there are few of them.
func (m *attributeMemory) reserveTogether(count, size int) bool {
	switch {
	case count == 0 || size == 0 || cap(m.extensions) > 0 || cap(m.text.Room()) > 0:
		return false
	case count <= len(smallMemory{}.extensions) && size <= len(smallMemory{}.text):
		own := new(smallMemory)
		m.extensions = own.extensions[:0]
		m.text.Use(own.text[:])
	case count <= len(mediumMemory{}.extensions) && size <= len(mediumMemory{}.text):
		own := new(mediumMemory)
		m.extensions = own.extensions[:0]
		m.text.Use(own.text[:])
	case count <= len(largeMemory{}.extensions) && size <= len(largeMemory{}.text):
		own := new(largeMemory)
		m.extensions = own.extensions[:0]
		m.text.Use(own.text[:])
	default:
		return false
	}
	return true
}

// copied returns a copy of a borrowed text.
func (a *Attributes) copied(text string, m *attributeMemory) string {
	if m.span != "" && text != "" {
		start := a.document.offset(text) - a.document.first
		return m.span[start : start+len(text)]
	}
	return m.text.Cut(append(m.text.Room(), text...))
}

// lower sets the name of x to lower case, as a part of m if it is not so.
func (m *attributeMemory) lower(x *addedExtension) {
	name := x.name
	if name == "" {
		return
	}
	first := ascii.Lower(name[0])
	if isLower := ascii.LowerAlphanumeric(name[1:]); isLower && first == name[0] {
		return
	} else if isLower { // as net/http has it
		x.state |= isNameLegal
	}
	b := append(m.text.Room(), name...)
	b[0] = first
	if x.state&isNameLegal == 0 {
		for i, c := range b {
			b[i] = ascii.Lower(c)
		}
	}
	x.name = m.text.Cut(b)
}
