package cekgo

import (
	"unsafe"

	"github.com/twmb/franz-go/pkg/kgo"

	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// FromRecord returns the key, value and headers of r as a Message. The Message shares all
// its memory with r, the slice of headers too: a change to one is a change to the other.
func FromRecord(r *kgo.Record) cekafka.Message {
	return cekafka.Message{Key: r.Key, Value: r.Value, Headers: fromHeaders(r.Headers)}
}

// ToRecord returns a record with the key, value and headers of m, which it shares. The
// caller or the client sets the topic, the partition and the timestamp.
func ToRecord(m *cekafka.Message) *kgo.Record {
	r := new(kgo.Record)
	CopyToRecord(r, m)
	return r
}

// CopyToRecord sets the key, value and headers of r to those of m, which r then shares.
// The other fields of r are kept.
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
