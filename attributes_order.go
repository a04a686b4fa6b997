package cloudevents

import (
	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// ascending reports whether extensions are sorted by name, and no name is there twice.
func ascending(xs []addedExtension) bool {
	for i := 1; i < len(xs); i++ {
		if xs[i-1].name >= xs[i].name {
			return false
		}
	}
	return true
}

// sorted returns the order of the names of a few extensions.
func sorted(xs []addedExtension, order *[fewExtensions]uint8) []uint8 {
	var keys [fewExtensions]uint64 // the first seven bytes of a name, and its place in xs
	for i := range xs {
		key := ascii.Prefix(xs[i].name)&^0xFF | uint64(i)
		j := i
		for ; j > 0; j-- {
			before := keys[j-1]
			if key>>8 > before>>8 || key>>8 == before>>8 && xs[i].name >= xs[uint8(before)].name {
				break
			}
			keys[j] = before
		}
		keys[j] = key
	}
	for i := range xs {
		order[i] = uint8(keys[i])
	}
	return order[:len(xs)]
}

// byName sorts by name and keeps the order of those with the same, by their offsets.
type byName []addedExtension

func (xs byName) Len() int      { return len(xs) }
func (xs byName) Swap(i, j int) { xs[i], xs[j] = xs[j], xs[i] }
func (xs byName) Less(i, j int) bool {
	if xs[i].name != xs[j].name {
		return xs[i].name < xs[j].name
	}
	return xs[i].at < xs[j].at
}
