package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
)

const (
	// sessionExpiry is how long a broker keeps messages while the bridge is away, in seconds.
	sessionExpiry = 24 * 60 * 60

	keepAlive         = 30 // seconds
	disconnectTimeout = 5 * time.Second
)

// mqttConfig is what a source and a target need to connect.
func mqttConfig(b *bridge, e endpoint, s secret, clientID string) autopaho.ClientConfig {
	config := autopaho.ClientConfig{
		ServerUrls: []*url.URL{{Scheme: e.scheme, Host: mqttAddress(e)}}, KeepAlive: keepAlive, SessionExpiryInterval: sessionExpiry,
		OnConnectError:   func(err error) { b.logger.Warn("mqtt: no connection", "error", err.Error()) },
		OnConnectionDown: func() bool { b.logger.Warn("mqtt: disconnected"); return true },
		ClientConfig: paho.ClientConfig{
			ClientID:      clientID,
			OnClientError: func(err error) { b.logger.Warn("mqtt: connection lost", "error", err.Error()) },
			OnServerDisconnect: func(d *paho.Disconnect) {
				b.logger.Warn("mqtt: the broker ends the connection", "reason", fmt.Sprintf("0x%02x", d.ReasonCode))
			},
		},
	}
	if s.user != "" {
		config.ConnectUsername, config.ConnectPassword = s.user, []byte(s.password)
	}
	return config
}

// mqttAddress returns the address of a broker. The client knows no default port.
func mqttAddress(e endpoint) string {
	u := url.URL{Host: e.host}
	if u.Port() != "" || strings.HasSuffix(e.host, ":") {
		return e.host
	}
	port := "1883"
	if e.scheme == "mqtts" {
		port = "8883"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// connectMQTT makes a connection. If there is none in time, or the broker refuses it for good,
// the error says why.
func connectMQTT(ctx context.Context, config autopaho.ClientConfig) (*autopaho.ConnectionManager, error) {
	waiting, giveUp := context.WithCancel(ctx)
	defer giveUp()
	var cause atomic.Pointer[error]
	tell := config.OnConnectError
	config.OnConnectError = func(err error) {
		refused := refusal(err)
		if refused != nil {
			err = refused
		}
		cause.Store(&err)
		tell(err)
		if refused != nil {
			giveUp()
		}
	}
	manager, err := autopaho.NewConnection(context.WithoutCancel(ctx), config)
	if err != nil {
		return nil, err
	}
	if err := manager.AwaitConnection(waiting); err != nil {
		disconnectMQTT(manager)
		if last := cause.Load(); last != nil {
			err = *last
		}
		return nil, err
	}
	return manager, nil
}

// refusal returns an error about a broker that would refuse a connection like this the next time
// as well (MQTT 5, section 3.2.2.2), or nil.
func refusal(err error) error {
	var denied *autopaho.ConnackError
	if !errors.As(err, &denied) {
		return nil
	}
	text := ""
	switch denied.ReasonCode {
	case packets.ConnackUnsupportedProtocolVersion:
		text = "it does not support MQTT 5"
	case packets.ConnackInvalidClientID:
		text = "it does not accept the client ID, which is -group"
	case packets.ConnackBadUsernameOrPassword, packets.ConnackNotAuthorized:
		text = "it does not accept the user and the password, or their absence"
	case packets.ConnackBanned:
		text = "the client is banned"
	case packets.ConnackBadAuthenticationMethod:
		text = "it wants another method of authentication"
	default:
		return nil
	}
	if denied.Reason != "" {
		text += fmt.Sprintf(": %q", excerpt.Of(denied.Reason))
	}
	return fmt.Errorf("the broker refuses the connection: %s (reason code 0x%02x)", text, denied.ReasonCode)
}

func disconnectMQTT(manager *autopaho.ConnectionManager) {
	ctx, cancel := context.WithTimeout(context.Background(), disconnectTimeout)
	defer cancel()
	_ = manager.Disconnect(ctx) // the broker finds out by itself
}

// mqttTarget publishes events on a topic.
type mqttTarget struct {
	manager *autopaho.ConnectionManager
	senders map[layout]*cepaho.Sender
}

func newMQTTTarget(ctx context.Context, b *bridge, s secret) (*mqttTarget, error) {
	config := mqttConfig(b, b.settings.target, s, "cebridge-"+cloudevents.NewID())
	config.SessionExpiryInterval = 0
	manager, err := connectMQTT(ctx, config)
	if err != nil {
		return nil, err
	}
	return &mqttTarget{manager, eachLayout(func(m cloudevents.Mode, f format.Formatter) *cepaho.Sender {
		return &cepaho.Sender{
			Client: manager, Topic: b.settings.target.path, Encoder: cemqtt.Encoder{Mode: m, Format: f}, Observer: b.telemetry.sending,
		}
	})}, nil
}

func (t *mqttTarget) send(ctx context.Context, e *cloudevents.Event, l layout) error {
	return t.senders[l].Send(ctx, e)
}

func (t *mqttTarget) close() { disconnectMQTT(t.manager) }

// mqttSource reads events as a session that the group names.
type mqttSource struct{ consumer *cepaho.Consumer }

func newMQTTSource(ctx context.Context, b *bridge, s secret) (*mqttSource, error) {
	delivery := b.delivery()
	delivery.Handler = b.passFrom(mqttLayout)
	c := &cepaho.Consumer{
		Topics: []string{b.settings.source.path}, Delivery: delivery, Concurrency: b.settings.atATime(), DeadLetter: b.settings.deadLetter,
		Invalid: policies[b.settings.invalid], Skipped: func(context.Context, *paho.Publish, error) {}, Grace: b.settings.grace,
		Decoder: cemqtt.Decoder{Format: all.Formats(), JSONEvents: true},
	}
	config := mqttConfig(b, b.settings.source, s, b.settings.group)
	c.Configure(&config)
	manager, err := connectMQTT(ctx, config)
	if err != nil {
		return nil, err
	}
	c.Client = manager
	return &mqttSource{c}, nil
}

func (s *mqttSource) run(ctx context.Context) error {
	defer disconnectMQTT(s.consumer.Client) // the broker keeps the session
	return s.consumer.Run(ctx)
}

// mqttLayout returns the layout of the message that carried an event.
func mqttLayout(ctx context.Context) layout {
	p, _ := cepaho.MessageFrom(ctx)
	m := cepaho.FromPublish(p)
	mode, declared := cemqtt.ModeOf(&m)
	return messageLayout(mode, declared, m.ContentType)
}
