package cesarama

import (
	"strings"

	"github.com/IBM/sarama"

	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// FromConsumerMessage returns the key, value and headers of r as a Message, which shares
// the key, the value and the values of headers with r.
func FromConsumerMessage(r *sarama.ConsumerMessage) cekafka.Message {
	m := cekafka.Message{Key: r.Key, Value: r.Value}
	if len(r.Headers) == 0 {
		return m
	}
	size := 0
	for _, h := range r.Headers {
		if h != nil {
			size += len(h.Key)
		}
	}
	var names strings.Builder // one string for all names
	names.Grow(size)
	m.Headers = make([]cekafka.Header, 0, len(r.Headers))
	for _, h := range r.Headers {
		if h != nil {
			begin := names.Len()
			names.Write(h.Key)
			m.Headers = append(m.Headers, cekafka.Header{Name: names.String()[begin:], Value: h.Value})
		}
	}
	return m
}

// ToProducerMessage returns a message with the key, value and headers of m, which it
// shares. The caller or the client sets the topic, the partition and the timestamp.
func ToProducerMessage(m *cekafka.Message) *sarama.ProducerMessage {
	size := namesSize(m)
	if len(m.Headers) > len(outgoing{}.headers) || size > len(outgoing{}.names) {
		p := new(sarama.ProducerMessage)
		CopyToProducerMessage(p, m)
		return p
	}
	p := new(outgoing)
	fill(&p.message, m, p.headers[:0:len(m.Headers)], p.names[:0:size])
	return &p.message
}

// outgoing is a message and the memory for the headers of an event with a time and two
// extensions, in one allocation.
type outgoing struct {
	message sarama.ProducerMessage
	headers [10]sarama.RecordHeader
	names   [128]byte
}

// CopyToProducerMessage sets the key, value and headers of p to those of m, which p then
// shares. The other fields of p are kept.
func CopyToProducerMessage(p *sarama.ProducerMessage, m *cekafka.Message) {
	fill(p, m, make([]sarama.RecordHeader, 0, len(m.Headers)), make([]byte, 0, namesSize(m)))
}

// namesSize returns how many bytes the names of the headers have.
func namesSize(m *cekafka.Message) int {
	n := 0
	for i := range m.Headers {
		n += len(m.Headers[i].Name)
	}
	return n
}

// fill sets the parts of p. It appends the headers and their names to empty slices.
func fill(p *sarama.ProducerMessage, m *cekafka.Message, headers []sarama.RecordHeader, names []byte) {
	for i := range m.Headers {
		h := &m.Headers[i]
		begin := len(names)
		names = append(names, h.Name...)
		headers = append(headers, sarama.RecordHeader{Key: names[begin:len(names):len(names)], Value: h.Value})
	}
	p.Key, p.Value, p.Headers = encoder(m.Key), encoder(m.Value), nil
	if len(headers) > 0 {
		p.Headers = headers
	}
}

// encoder returns b for the client. A nil Encoder is a null on the wire, which is not empty.
func encoder(b []byte) sarama.Encoder {
	if b == nil {
		return nil
	}
	return sarama.ByteEncoder(b)
}
