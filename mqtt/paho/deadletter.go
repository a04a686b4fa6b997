package cepaho

import (
	"slices"
	"strconv"

	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// HeaderTopic is the user property of a dead letter that says where the message was. The
// user properties dispatch.DeadLetterReason and dispatch.DeadLetterAttempts say why it is
// a dead letter.
const HeaderTopic = "deadletter-topic"

// DeadLetterPublish returns the dead letter of p for a topic, with QoS 1. It has the
// payload and properties of p, followed by the dead-letter user properties, which replace
// those of an earlier dead letter. The Message Expiry Interval and the properties that
// belong to a connection are left out. To handle the event again, publish the packet to
// the topic named by [HeaderTopic].
//
// If the packet is larger with these user properties than the broker accepts, a
// [Consumer] publishes it without them.
func DeadLetterPublish(p *paho.Publish, topic string, cause error, attempts int) *paho.Publish {
	letter := &paho.Publish{Topic: topic, QoS: atLeastOnce, Payload: p.Payload, Properties: new(paho.PublishProperties)}
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

// barePublish returns the dead letter of p without the dead-letter user properties.
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

// isAdded reports whether name is one of the dead-letter user properties.
func isAdded(name string) bool {
	switch name {
	case dispatch.DeadLetterReason, dispatch.DeadLetterAttempts, HeaderTopic:
		return true
	}
	return false
}
