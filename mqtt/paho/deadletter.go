package cepaho

import (
	"slices"
	"strconv"

	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// HeaderTopic is the user property of a dead letter that says where the message was. Those that
// say why it is there are dispatch.DeadLetterReason and dispatch.DeadLetterAttempts.
const HeaderTopic = "deadletter-topic"

// DeadLetterPublish returns the dead letter of p for a topic: its payload and properties as they
// are, and behind them the user properties of a dead letter. An older dead letter that is set
// aside again has only the new ones. Its QoS is 1. The Message Expiry Interval is left out, as are
// the properties that belong to a connection. To handle it once more, publish it to the topic
// that deadletter-topic names.
//
// A [Consumer] leaves the user properties of a dead letter out if the packet is larger with them
// than the broker takes.
func DeadLetterPublish(p *paho.Publish, topic string, cause error, attempts int) *paho.Publish {
	letter := &paho.Publish{Topic: topic, QoS: 1, Payload: p.Payload, Properties: new(paho.PublishProperties)}
	q := letter.Properties
	if p.Properties != nil {
		*q = *p.Properties
		q.MessageExpiry, q.TopicAlias, q.SubscriptionIdentifier = nil, nil, nil
		q.User = slices.DeleteFunc(slices.Clone(q.User), func(u paho.UserProperty) bool { return isAdded(u.Key) })
	}
	q.User.Add(dispatch.DeadLetterReason, dispatch.DeadLetterText(cause))
	q.User.Add(dispatch.DeadLetterAttempts, strconv.Itoa(attempts))
	q.User.Add(HeaderTopic, p.Topic)
	return letter
}

// barePublish returns the dead letter of p without the user properties of a dead letter.
func barePublish(p *paho.Publish, topic string) *paho.Publish {
	letter := DeadLetterPublish(p, topic, nil, 0)
	letter.Properties.User = slices.DeleteFunc(letter.Properties.User, func(u paho.UserProperty) bool { return isAdded(u.Key) })
	return letter
}

// addKnative adds extensions to a dead letter that carries an event in binary mode.
func addKnative(letter *paho.Publish, extensions []cloudevents.Extension) {
	in := FromPublish(letter)
	if mode, ok := cemqtt.ModeOf(&in); !ok || mode != cloudevents.BinaryMode {
		return
	}
	user := &letter.Properties.User
	for _, x := range extensions {
		*user = slices.DeleteFunc(*user, func(u paho.UserProperty) bool { return u.Key == x.Name })
		user.Add(x.Name, x.Value.String())
	}
}

// isAdded reports whether DeadLetterPublish adds a user property of that name.
func isAdded(name string) bool {
	switch name {
	case dispatch.DeadLetterReason, dispatch.DeadLetterAttempts, HeaderTopic:
		return true
	}
	return false
}
