package main

import (
	"context"
	"net/url"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
)

// sessionExpiry is how long a broker keeps what comes in while the bridge is away, in seconds.
const sessionExpiry = 24 * 60 * 60

// mqttConfig is what a source and a target need to connect.
func mqttConfig(e endpoint, s secret, clientID string) autopaho.ClientConfig {
	config := autopaho.ClientConfig{
		ServerUrls: []*url.URL{{Scheme: e.scheme, Host: e.host}}, KeepAlive: 30, SessionExpiryInterval: sessionExpiry,
		ClientConfig: paho.ClientConfig{ClientID: clientID},
	}
	if s.user != "" {
		config.ConnectUsername, config.ConnectPassword = s.user, []byte(s.password)
	}
	return config
}

// mqttTarget publishes events on a topic.
type mqttTarget struct {
	manager *autopaho.ConnectionManager
	senders [2]*cepaho.Sender // by mode
}

func newMQTTTarget(ctx context.Context, b *bridge, s secret) (*mqttTarget, error) {
	config := mqttConfig(b.settings.target, s, "cebridge-"+cloudevents.NewID())
	config.SessionExpiryInterval = 0
	manager, err := autopaho.NewConnection(context.WithoutCancel(ctx), config)
	if err != nil {
		return nil, err
	}
	within, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	t := &mqttTarget{manager: manager}
	if err := manager.AwaitConnection(within); err != nil {
		t.close()
		return nil, err
	}
	for _, m := range modes {
		t.senders[m] = &cepaho.Sender{Client: manager, Topic: b.settings.target.path, Encoder: cemqtt.Encoder{Mode: m}, Observer: b.telemetry.sending}
	}
	return t, nil
}

func (t *mqttTarget) send(ctx context.Context, e *cloudevents.Event, mode cloudevents.Mode) error {
	return t.senders[mode].Send(ctx, e)
}

func (t *mqttTarget) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = t.manager.Disconnect(ctx) // the broker finds out by itself
}

// mqttSource reads events as a session that the group names.
type mqttSource struct {
	config   autopaho.ClientConfig
	consumer *cepaho.Consumer
}

func newMQTTSource(b *bridge, s secret) (*mqttSource, error) {
	delivery := b.delivery()
	delivery.Handler = func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		p, _ := cepaho.MessageFrom(ctx)
		mode := cloudevents.StructuredMode
		if p.Properties != nil {
			if mode = format.ModeOf(p.Properties.ContentType); mode == cloudevents.BinaryMode && p.Properties.User.Get("specversion") == "" {
				mode = cloudevents.StructuredMode
			}
		}
		return b.pass(withMode(ctx, mode), e)
	}
	c := &cepaho.Consumer{
		Topics: []string{b.settings.source.path}, Delivery: delivery, Concurrency: b.settings.concurrency, DeadLetter: b.settings.deadLetter,
		Invalid: policies[b.settings.invalid], Skipped: func(context.Context, *paho.Publish, error) {}, Grace: b.settings.grace,
		Decoder: cemqtt.Decoder{JSONEvents: true},
	}
	config := mqttConfig(b.settings.source, s, b.settings.group)
	c.Configure(&config)
	return &mqttSource{config, c}, nil
}

func (s *mqttSource) run(ctx context.Context) error {
	manager, err := autopaho.NewConnection(context.WithoutCancel(ctx), s.config)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = manager.Disconnect(ctx) // the broker keeps the session
	}()
	s.consumer.Client = manager
	return s.consumer.Run(ctx)
}
