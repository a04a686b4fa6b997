package cesarama

import (
	"github.com/IBM/sarama"

	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// FromConsumerMessage returns the parts of a message that can carry an event. Key, value and
// the values of headers are shared with r. Topic, partition, offset and timestamp are no part of
// the event.
func FromConsumerMessage(r *sarama.ConsumerMessage) cekafka.Message {
	m := cekafka.Message{Key: r.Key, Value: r.Value}
	if len(r.Headers) > 0 {
		m.Headers = make([]cekafka.Header, 0, len(r.Headers))
		for _, h := range r.Headers {
			if h != nil {
				m.Headers = append(m.Headers, cekafka.Header{Name: string(h.Key), Value: h.Value})
			}
		}
	}
	return m
}

// ToProducerMessage returns a message with the key, the value and the headers of m, which share
// its memory. Topic, partition and timestamp are for the caller and the client to set.
func ToProducerMessage(m *cekafka.Message) *sarama.ProducerMessage {
	p := new(sarama.ProducerMessage)
	CopyToProducerMessage(p, m)
	return p
}

// CopyToProducerMessage sets the key, the value and the headers of p to those of m. Everything
// else of p is kept.
func CopyToProducerMessage(p *sarama.ProducerMessage, m *cekafka.Message) {
	p.Key, p.Value, p.Headers = encoder(m.Key), encoder(m.Value), nil
	if len(m.Headers) > 0 {
		p.Headers = make([]sarama.RecordHeader, len(m.Headers))
		for i, h := range m.Headers {
			p.Headers[i] = sarama.RecordHeader{Key: []byte(h.Name), Value: h.Value}
		}
	}
}

// encoder returns b for the client. A nil Encoder is a null on the wire, which is not empty.
func encoder(b []byte) sarama.Encoder {
	if b == nil {
		return nil
	}
	return sarama.ByteEncoder(b)
}
