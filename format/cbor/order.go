package cecbor

import (
	"math"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// In a deterministic map the shorter key is first, and of two that are as long the
// lesser.

// isBefore reports whether a name is before another one.
func isBefore(name, other string) bool {
	if len(name) != len(other) {
		return len(name) < len(other)
	}
	return ascii.Less(name, other)
}

// sorted returns the indexes of the extensions in the order of a deterministic map, in the
// given room if that is enough.
func sorted(room []uint32, xs []cloudevents.Extension) []uint32 {
	if len(xs) > 32 {
		return manySorted(room, xs)
	}
	order := room[:len(xs)]
	for i := range xs {
		k := i
		for ; k > 0 && isBefore(xs[i].Name, xs[order[k-1]].Name); k-- {
			order[k] = order[k-1]
		}
		order[k] = uint32(i)
	}
	return order
}

func manySorted(room []uint32, xs []cloudevents.Extension) []uint32 {
	order := slices.Grow(room[:0], len(xs))
	for i := range xs {
		order = append(order, uint32(i))
	}
	slices.SortFunc(order, func(x, y uint32) int {
		if isBefore(xs[x].Name, xs[y].Name) {
			return -1
		}
		return 1
	})
	return order
}

// extensions are written between the keys.
type extensions struct {
	of    []cloudevents.Extension
	order []uint32 // their indexes
	at    int      // in order, of the first that is not written yet
	next  int      // the length of its name, or more than that of any key
}

func (x *extensions) setNext() {
	x.next = math.MaxInt
	if x.at < len(x.order) {
		x.next = len(x.of[x.order[x.at]].Name)
	}
}

// before appends the extensions that are before a key.
func (x *extensions) before(dst []byte, key string) []byte {
	if x.next > len(key) { // as for most keys
		return dst
	}
	return x.appendBefore(dst, key)
}

func (x *extensions) appendBefore(dst []byte, key string) []byte {
	for ; x.at < len(x.order); x.at++ {
		next := &x.of[x.order[x.at]]
		if !isBefore(next.Name, key) {
			break
		}
		dst = appendExtension(dst, next)
	}
	x.setNext()
	return dst
}

// rest appends the extensions that are behind all keys.
func (x *extensions) rest(dst []byte) []byte {
	for _, i := range x.order[x.at:] {
		dst = appendExtension(dst, &x.of[i])
	}
	return dst
}
