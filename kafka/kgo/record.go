package cekgo

import (
	"github.com/twmb/franz-go/pkg/kgo"

	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// FromRecord returns the parts of a record that can carry an event. Key, value and the values
// of headers are shared with r.
func FromRecord(r *kgo.Record) cekafka.Message {
	m := cekafka.Message{Key: r.Key, Value: r.Value}
	if len(r.Headers) > 0 {
		m.Headers = appendHeaders(make([]cekafka.Header, 0, len(r.Headers)), r)
	}
	return m
}

func appendHeaders(to []cekafka.Header, r *kgo.Record) []cekafka.Header {
	for i := range r.Headers {
		h := &r.Headers[i]
		to = append(to, cekafka.Header{Name: h.Key, Value: h.Value})
	}
	return to
}

// ToRecord returns a record with the key, the value and the headers of m, which share its
// memory. Topic, partition and timestamp are for the caller and the client to set.
func ToRecord(m *cekafka.Message) *kgo.Record {
	r := new(kgo.Record)
	CopyToRecord(r, m)
	return r
}

// CopyToRecord sets the key, the value and the headers of r to those of m. Everything else of
// r is kept.
func CopyToRecord(r *kgo.Record, m *cekafka.Message) {
	r.Key, r.Value, r.Headers = m.Key, m.Value, nil
	if len(m.Headers) > 0 {
		r.Headers = make([]kgo.RecordHeader, len(m.Headers))
		for i, h := range m.Headers {
			r.Headers[i] = kgo.RecordHeader{Key: h.Name, Value: h.Value}
		}
	}
}
