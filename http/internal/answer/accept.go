package answer

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

const (
	maxRanges  = 64 // media ranges that are looked at; browsers send less than 10
	maxQuality = 16 // bytes of a weight
)

// AcceptsJSON reports whether the header Accept of a request admits application/json, by
// the most specific range that does. It is false without the header. No more than 64
// ranges are looked at.
func AcceptsJSON(h http.Header) bool {
	q, said := accepts(h, "application/json", "application/*", "*/*")
	return firstSaid(q[:], said[:]) > 0
}

// PrefersJSON reports whether the header Accept of a request prefers application/json to
// text/html. It is false if the header admits both alike by a wildcard, or is missing. No
// more than 64 ranges are looked at.
func PrefersJSON(h http.Header) bool {
	q, said := accepts(h, "application/json", "text/html", "text/*", "*/*")
	return q[0] > 0 && q[0] >= firstSaid(q[1:], said[1:])
}

// Best returns the index of the media type that the header Accept of a request prefers, by the
// most specific range for each, and the first of those that it likes as much. It is -1 if the
// header admits none of them, or is missing. No more than 64 ranges are looked at.
func Best(h http.Header, mediaTypes []string) int {
	best, weight := -1, 0.0
	for i, t := range mediaTypes {
		kind, _, _ := strings.Cut(t, "/")
		q, said := accepts(h, t, kind+"/*", "*/*")
		if w := firstSaid(q[:], said[:]); w > weight {
			best, weight = i, w
		}
	}
	return best
}

const maxNames = 4

// accepts returns the largest weight that the header Accept has for each of the ranges,
// and which of them it has. A range with a malformed weight is skipped.
func accepts(h http.Header, ranges ...string) (q [maxNames]float64, said [maxNames]bool) {
	left := maxRanges
	for _, line := range h["Accept"] {
		for item := range strings.SplitSeq(line, ",") {
			if left--; left < 0 {
				return q, said
			}
			essence := mediatype.Essence(item)
			for i, name := range ranges {
				if !ascii.EqualFold(name, essence) {
					continue
				}
				weight, ok := 1.0, true
				if text, has := mediatype.Parameter(item, "q"); has {
					weight, ok = parseQuality(text)
				}
				if ok {
					q[i], said[i] = max(q[i], weight), true
				}
				break
			}
		}
	}
	return q, said
}

// firstSaid returns the weight of the first range that the header has, or 0.
func firstSaid(q []float64, said []bool) float64 {
	for i := range q {
		if said[i] {
			return q[i]
		}
	}
	return 0
}

// parseQuality parses a weight (RFC 9110, section 12.4.2), and takes more digits.
func parseQuality(text string) (q float64, ok bool) {
	if len(text) > maxQuality {
		return 0, false
	}
	q, err := strconv.ParseFloat(text, 64)
	return q, err == nil && q >= 0 && q <= 1
}
