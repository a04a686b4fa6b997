package cecbor

import (
	"math"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
)

// In a deterministic map the shorter key is first, and of two that are as long the
// lesser.

// key is the name of what is no extension.
type key struct {
	name string
	rank uint64
}

// Keys of every event.
var (
	keyID              = keyOf(spec.ID)
	keyData            = keyOf(spec.Data)
	keyTime            = keyOf(spec.Time)
	keyType            = keyOf(spec.EventType)
	keySource          = keyOf(spec.Source)
	keySubject         = keyOf(spec.Subject)
	keySchemaURL       = keyOf(spec.SchemaURL)
	keyDataSchema      = keyOf(spec.DataSchema)
	keySpecVersion     = keyOf(spec.SpecVersion)
	keyDataContentType = keyOf(spec.DataContentType)
)

func keyOf(name string) key { return key{name, rankOf(name)} }

// rankOf returns a number that is ordered as names are, as far as their size and their
// first seven bytes go. Names of 255 bytes and more have the same.
func rankOf(name string) uint64 {
	if len(name) >= math.MaxUint8 {
		return math.MaxUint8 << 56
	}
	return uint64(len(name))<<56 | ascii.Prefix(name)>>8
}

// isBefore reports whether a name is before another one.
func isBefore(name, other string) bool {
	if len(name) != len(other) {
		return len(name) < len(other)
	}
	return strings.Compare(name, other) < 0
}

// ranked is the extension at an index.
type ranked struct {
	rank uint64
	at   int
}

// fewExtensions is how many extensions have room that is cleared in no time.
const fewExtensions = 8

// sorted returns the extensions in the order of a deterministic map, in the given room if
// that is enough.
func sorted(room []ranked, xs []cloudevents.Extension) []ranked {
	if len(xs) > len(room) {
		room = make([]ranked, len(xs))
	}
	order := room[:len(xs)]
	for i := range xs {
		x := ranked{rankOf(xs[i].Name), i}
		k := i
		for ; 0 < k && k < 32; k-- { // few are sorted here
			if y := order[k-1]; x.rank > y.rank || x.rank == y.rank && !isBefore(xs[i].Name, xs[y.at].Name) {
				break
			}
			order[k] = order[k-1]
		}
		order[k] = x
	}
	if len(xs) > 32 {
		slices.SortFunc(order, func(x, y ranked) int {
			if isBefore(xs[x.at].Name, xs[y.at].Name) {
				return -1
			}
			return 1
		})
	}
	return order
}

// rankOfNext returns the rank of the first of the extensions that are left, or more than
// that of any name.
func rankOfNext(left []ranked) uint64 {
	if len(left) == 0 {
		return math.MaxUint64
	}
	return left[0].rank
}

// extensions are written between the keys.
type extensions struct {
	of   []cloudevents.Extension
	left []ranked // those that are not written yet, in their order
	next uint64   // the rank of the first of them
}

// before appends the extensions that are before a key.
func (x *extensions) before(dst []byte, key *key) []byte {
	if x.next > key.rank { // as for most keys
		return dst
	}
	return x.appendBefore(dst, key)
}

func (x *extensions) appendBefore(dst []byte, key *key) []byte {
	for len(x.left) > 0 && x.left[0].rank <= key.rank {
		first := &x.of[x.left[0].at]
		if x.left[0].rank == key.rank && !isBefore(first.Name, key.name) {
			break
		}
		dst = appendExtension(dst, first)
		x.left = x.left[1:]
	}
	x.next = rankOfNext(x.left)
	return dst
}

// rest appends the extensions that are behind all keys.
func (x *extensions) rest(dst []byte) []byte {
	for _, y := range x.left {
		dst = appendExtension(dst, &x.of[y.at])
	}
	return dst
}
