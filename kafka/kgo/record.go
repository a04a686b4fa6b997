package cekgo

import (
	"unsafe"

	"github.com/twmb/franz-go/pkg/kgo"

	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// FromRecord returns the parts of a record that can carry an event. They share all memory with
// r: a header that is changed in one of them is changed in the other.
func FromRecord(r *kgo.Record) cekafka.Message {
	return cekafka.Message{Key: r.Key, Value: r.Value, Headers: fromHeaders(r.Headers)}
}

// ToRecord returns a record with the key, the value and the headers of m, which share its
// memory. Topic, partition and timestamp are for the caller and the client to set.
func ToRecord(m *cekafka.Message) *kgo.Record {
	r := new(kgo.Record)
	CopyToRecord(r, m)
	return r
}

// CopyToRecord sets the key, the value and the headers of r to those of m, which share its
// memory. Everything else of r is kept.
func CopyToRecord(r *kgo.Record, m *cekafka.Message) {
	r.Key, r.Value, r.Headers = m.Key, m.Value, toHeaders(m.Headers)
}

// A header of package cekafka and one of the client are the same in memory: a name, and a value
// behind it. What follows does not compile if they ever differ. A copy of the headers costs as
// much as all else that is done for an event.
var (
	_ = func(h cekafka.Header) kgo.RecordHeader { return kgo.RecordHeader{Key: h.Name, Value: h.Value} }

	_ [unsafe.Sizeof(kgo.RecordHeader{})]struct{}         = [unsafe.Sizeof(cekafka.Header{})]struct{}{}
	_ [unsafe.Offsetof(kgo.RecordHeader{}.Key)]struct{}   = [unsafe.Offsetof(cekafka.Header{}.Name)]struct{}{}
	_ [unsafe.Offsetof(kgo.RecordHeader{}.Value)]struct{} = [unsafe.Offsetof(cekafka.Header{}.Value)]struct{}{}
)

// fromHeaders returns the headers of a record as those of a message. Its capacity is its length,
// so that an append to it does not write into the record.
func fromHeaders(hs []kgo.RecordHeader) []cekafka.Header {
	return unsafe.Slice((*cekafka.Header)(unsafe.Pointer(unsafe.SliceData(hs))), len(hs))
}

// toHeaders is the inverse of fromHeaders.
func toHeaders(hs []cekafka.Header) []kgo.RecordHeader {
	return unsafe.Slice((*kgo.RecordHeader)(unsafe.Pointer(unsafe.SliceData(hs))), len(hs))
}
