// Package limit says what the settings of this module that limit something stand for.
package limit

import "unsafe"

// Of returns the limit that a setting stands for: 0 is the default, and a negative number is
// no limit, which is the largest number there is.
func Of[T ~int | ~int64](setting, byDefault T) T {
	switch {
	case setting == 0:
		return byDefault
	case setting < 0:
		return T(1)<<(8*unsafe.Sizeof(setting)-1) - 1
	}
	return setting
}

// InvalidEvents returns how many invalid events of a batch of so many bytes a forgiving decoder
// leaves out: 100 of any batch, and one for each 256 bytes of a large one. Events as small as
// {} cost a hundred times their size to report.
func InvalidEvents(size int) int { return max(100, size/256) }
