package main

import (
	"cmp"
	"net/http"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// message is what a stranger sends. A document has no header.
type message struct {
	method  string // of a request
	query   string
	host    string
	header  http.Header
	body    []byte
	claimed int64 // the Content-Length, if it is not that of body
	packed  int   // the size of body before it was unpacked by net/http, if it was
}

// size returns the bytes on the wire that the sender chooses.
func (m *message) size() int {
	n := len(m.query) + len(m.host) + len(m.body)
	if m.packed > 0 {
		n += m.packed - len(m.body)
	}
	for name, values := range m.header {
		for _, v := range values {
			n += len(name) + len(": ") + len(v) + len("\r\n")
		}
	}
	return n
}

// document makes messages of about n bytes. It is nil for sizes that it does not have.
type document struct {
	name string
	make func(n int) *message
}

// reader is what reads messages.
type reader struct {
	name      string
	documents []document

	// prepare returns the function that reads m. What prepare allocates is not counted.
	prepare func(m *message) func()

	// ordinary is a message whose cost is taken off, for readers that have a cost of their
	// own: a request that they send, or a page. It may be nil.
	ordinary *message
}

// row is a line of the table. A ratio is -1 for a size that the document does not have.
type row struct {
	reader, document string
	ratios           []float64
}

// worst returns the largest ratio, of large documents if there are any.
func (r *row) worst(sizes []int) float64 {
	worst := -1.0
	for i, n := range sizes {
		if n >= large {
			worst = max(worst, r.ratios[i])
		}
	}
	if worst < 0 {
		return slices.Max(r.ratios)
	}
	return worst
}

// measureAll returns the rows of each reader, the largest ratio first.
func measureAll(all []reader, sizes []int, matches *regexp.Regexp) (rows []row) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, r := range all {
		if !matches.MatchString(r.name) {
			continue
		}
		begin := len(rows)
		fixed := uint64(0)
		if r.ordinary != nil {
			fixed = allocated(r, r.ordinary)
		}
		for _, d := range r.documents {
			line := row{r.name, d.name, nil}
			for _, n := range sizes {
				ratio := -1.0
				if m := d.make(n); m != nil {
					bytes := allocated(r, m)
					ratio = float64(bytes-min(bytes, fixed)) / float64(max(m.size(), 1))
				}
				line.ratios = append(line.ratios, ratio)
			}
			rows = append(rows, line)
		}
		slices.SortStableFunc(rows[begin:], func(a, b row) int {
			return cmp.Or(cmp.Compare(b.worst(sizes), a.worst(sizes)), strings.Compare(a.document, b.document))
		})
	}
	return rows
}

// allocated returns the bytes that are allocated while m is read. No garbage collection
// runs meanwhile, which would empty pools.
func allocated(r reader, m *message) uint64 {
	least := ^uint64(0)
	for range 3 { // the first run fills pools and caches
		read := r.prepare(m)
		runtime.GC()
		percent := debug.SetGCPercent(-1)
		limit := debug.SetMemoryLimit(2 << 30)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read()
		runtime.ReadMemStats(&after)
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
		if least = min(least, after.TotalAlloc-before.TotalAlloc); least > 16<<20 {
			break // beside which pools and caches do not count
		}
	}
	return least
}
