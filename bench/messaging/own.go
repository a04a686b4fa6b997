package messaging

import (
	"bytes"

	"github.com/IBM/sarama"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/bench"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// mqttPairs measure both modes beside a copy of the bytes of the message: of its content
// type, its properties and its payload.
func mqttPairs(items []bench.Item) []bench.Pair {
	var pairs []bench.Pair
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		for _, x := range items {
			m, err := cemqtt.ToMessage(&x.Event, mode, nil)
			must(err)
			content := append([]byte(m.ContentType), m.Payload...)
			for _, p := range m.UserProperties {
				content = append(append(content, p.Name...), p.Value...)
			}
			pairs = append(pairs, ownPairs("MQTT "+mode.String(), &x, content,
				func() (cloudevents.Event, error) { return cemqtt.ToCloudEvent(&m, nil) },
				func() (cloudevents.Event, error) {
					sent, err := cemqtt.ToMessage(&x.Event, mode, nil)
					if err != nil {
						return cloudevents.Event{}, err
					}
					return cemqtt.ToCloudEvent(&sent, nil)
				},
				func() error {
					_, err := cemqtt.ToMessage(&x.Event, mode, nil)
					return err
				})...)
		}
	}
	return pairs
}

// webSocketPairs measure events on a connection with JSON, beside a copy of the payload.
func webSocketPairs(items []bench.Item) []bench.Pair {
	var pairs []bench.Pair
	for _, x := range items {
		m := cews.Message{Frame: cews.Text, Payload: x.JSON}
		pairs = append(pairs, ownPairs("WebSockets", &x, x.JSON,
			func() (cloudevents.Event, error) { return cews.ToCloudEvent(&m, cews.SubprotocolJSON, nil) },
			func() (cloudevents.Event, error) {
				sent, err := cews.ToMessage(&x.Event, cews.SubprotocolJSON, nil)
				if err != nil {
					return cloudevents.Event{}, err
				}
				return cews.ToCloudEvent(&sent, cews.SubprotocolJSON, nil)
			},
			func() error {
				_, err := cews.ToMessage(&x.Event, cews.SubprotocolJSON, nil)
				return err
			})...)
	}
	return pairs
}

// kept holds what a side has made, so that the compiler does not remove it.
var kept struct {
	bytes       []byte
	name, value string
	message     *sarama.ProducerMessage
}

// ownPairs are the two directions beside a copy of content. again decodes what encode has
// made.
func ownPairs(name string, x *bench.Item, content []byte, decode, again func() (cloudevents.Event, error), encode func() error) []bench.Pair {
	pair := func(direction string, ours func() error, result func() (cloudevents.Event, error)) bench.Pair {
		return bench.Pair{
			Path: name + " " + direction + ", " + x.Name, Against: "bytes.Clone of the message",
			Ours:  func() { must(ours()) },
			Other: func() { kept.bytes = bytes.Clone(content) },
			Check: func() error {
				e, err := result()
				return bench.CheckEvent(e, err, &x.Event)
			},
			Note: "limit",
		}
	}
	return []bench.Pair{
		pair("decode", func() error {
			_, err := decode()
			return err
		}, decode),
		pair("encode", encode, again),
	}
}
