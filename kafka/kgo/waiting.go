package cekgo

import (
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"
)

// waiting is the records of a partition that wait for their lanes, and the bytes of their keys and
// values, in one number: records come and go one by one, and each changes both.
type waiting struct{ n atomic.Int64 }

// bytesShift is how many bits the number of records has.
const bytesShift = 24

// maxRecords is above what can wait: what one poll brings is added to a limit of half of it.
const maxRecords = 1<<bytesShift - 1

// load is what a waiting has at a time.
type load int64

func loadOf(r *kgo.Record) load { return load(len(r.Key)+len(r.Value))<<bytesShift | 1 }

func (l load) records() int64 { return int64(l & maxRecords) }

func (l load) bytes() int64 { return int64(l >> bytesShift) }

// exceeds reports whether there is more than a share of the limits: 1 is all, 2 is half.
func (l load) exceeds(records, bytes, share int64) bool {
	return l.records() > records/share || l.bytes() > bytes/share
}

func (w *waiting) load() load { return load(w.n.Load()) }

func (w *waiting) add(l load) { w.n.Add(int64(l)) }

// remove takes a record away, and returns what there was before and is now.
func (w *waiting) remove(r *kgo.Record) (before, now load) {
	l := loadOf(r)
	now = load(w.n.Add(-int64(l)))
	return now + l, now
}
