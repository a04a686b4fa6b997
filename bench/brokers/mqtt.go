package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents/bench/measure"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
)

const (
	mqttTopic    = "orders/placed"
	mqttSession  = "billing"
	unsettled    = 256                  // messages that the broker sends before they are acknowledged
	ackInterval  = 5 * time.Millisecond // of the client; a Consumer sets the same
	mqttDeadline = 10 * time.Second
)

func mqttRows() []row {
	return []row{
		{"MQTT 5, Send from 64 goroutines", "paho.golang", mqtt(false, mosquitto.send), mqtt(false, mosquitto.publish), true},
		{"MQTT 5, Consumer", "paho.golang", mqtt(true, mosquitto.consume), mqtt(true, mosquitto.receive), true},
	}
}

// mosquitto is the URL of a broker, which is another process.
type mosquitto struct{ url *url.URL }

// mqtt returns a side that runs on a Mosquitto of its own, with the events in a session if it is
// to be filled.
func mqtt(fill bool, side func(mosquitto, *measure.Watch) error) func(*measure.Watch) error {
	return func(w *measure.Watch) (err error) {
		m, stop, err := startMosquitto()
		if err != nil {
			return err
		}
		defer stop()
		if fill {
			if err := m.fill(); err != nil {
				return err
			}
		}
		return side(m, w)
	}
}

func startMosquitto() (m mosquitto, stop func(), err error) {
	program, err := exec.LookPath("mosquitto")
	if err != nil {
		if program = "/usr/sbin/mosquitto"; !exists(program) {
			return m, nil, errors.New("there is no mosquitto: leave its rows out with -rows, or apt-get install mosquitto")
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return m, nil, err
	}
	m.url = &url.URL{Scheme: "mqtt", Host: l.Addr().String()}
	if err := l.Close(); err != nil {
		return m, nil, err
	}
	dir, err := os.MkdirTemp("", "mosquitto")
	if err != nil {
		return m, nil, err
	}
	settings := fmt.Sprintf("listener %s 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n", m.url.Port())
	if os.Getuid() == 0 {
		settings += "user root\n"
	}
	file := filepath.Join(dir, "mosquitto.conf")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return m, nil, err
	}
	cmd := exec.Command(program, "-c", file)
	if err := cmd.Start(); err != nil {
		return m, nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	}
	for end := time.Now().Add(mqttDeadline); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", m.url.Host)
		if err == nil {
			return m, stop, conn.Close()
		}
		if time.Now().After(end) {
			stop()
			return m, nil, err
		}
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// config returns the configuration of a client with a session that lasts.
func (m mosquitto) config(id string) autopaho.ClientConfig {
	return autopaho.ClientConfig{
		ServerUrls: []*url.URL{m.url}, KeepAlive: 30, SessionExpiryInterval: 3600,
		ClientConfig: paho.ClientConfig{ClientID: id, PacketTimeout: time.Minute},
	}
}

// with calls f with a connection.
func with(cfg autopaho.ClientConfig, f func(*autopaho.ConnectionManager) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), mqttDeadline)
	defer cancel()
	manager, err := autopaho.NewConnection(context.Background(), cfg)
	if err != nil {
		return err
	}
	err = manager.AwaitConnection(ctx)
	if err == nil {
		err = f(manager)
	}
	ending, cancelEnding := context.WithTimeout(context.Background(), mqttDeadline)
	defer cancelEnding()
	return errors.Join(err, manager.Disconnect(ending))
}

func (m mosquitto) fill() error {
	err := with(m.config(mqttSession), func(manager *autopaho.ConnectionManager) error {
		_, err := manager.Subscribe(context.Background(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: mqttTopic, QoS: 1}}})
		return err
	})
	if err != nil {
		return err
	}
	es := ourEvents()
	return with(m.config("sender"), func(manager *autopaho.ConnectionManager) error {
		sender := cepaho.Sender{Client: manager, Topic: mqttTopic}
		return together(func(i int) error { return sender.Send(context.Background(), &es[i]) })
	})
}

func (m mosquitto) send(w *measure.Watch) error {
	es := ourEvents()
	return with(m.config("sender"), func(manager *autopaho.ConnectionManager) error {
		sender := cepaho.Sender{Client: manager, Topic: mqttTopic}
		w.Start()
		defer w.Stop()
		return together(func(i int) error { return sender.Send(context.Background(), &es[i]) })
	})
}

// publish makes the packet of an order.
func (o *order) publish() *paho.Publish {
	return &paho.Publish{Topic: mqttTopic, QoS: 1, Payload: o.Data, Properties: &paho.PublishProperties{
		ContentType: o.ContentType,
		User: paho.UserProperties{
			{Key: version, Value: "1.0"}, {Key: id, Value: o.ID}, {Key: source, Value: o.Source}, {Key: kind, Value: o.Type},
			{Key: at, Value: o.Time.Format(time.RFC3339Nano)}, {Key: partitionKey, Value: o.PartitionKey},
		},
	}}
}

// orderOfPublish reads the order of a packet.
func orderOfPublish(p *paho.Publish) (o order, err error) {
	o.ContentType, o.Data = p.Properties.ContentType, p.Payload
	for _, u := range p.Properties.User {
		if err := o.set(u.Key, u.Value); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (m mosquitto) publish(w *measure.Watch) error {
	all := orders()
	return with(m.config("sender"), func(manager *autopaho.ConnectionManager) error {
		w.Start()
		defer w.Stop()
		return together(func(i int) error {
			_, err := manager.Publish(context.Background(), all[i].publish())
			return err
		})
	})
}

func (m mosquitto) receive(w *measure.Watch) error {
	cfg := m.config(mqttSession)
	cfg.EnableManualAcknowledgment = true
	cfg.SendAcksInterval = ackInterval
	cfg.ConnectPacketBuilder = func(p *paho.Connect, _ *url.URL) (*paho.Connect, error) {
		most := uint16(unsettled)
		p.Properties.ReceiveMaximum = &most
		return p, nil
	}
	count, failed := newCounter(), make(chan error, 1)
	h := count.handler()
	cfg.OnPublishReceived = []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
		o, err := orderOfPublish(r.Packet)
		if err == nil {
			err = h(context.Background(), &o)
		}
		if err == nil {
			err = r.Client.Ack(r.Packet)
		}
		if err != nil {
			select {
			case failed <- err:
			default:
			}
		}
		return true, nil
	}}
	w.Start()
	return with(cfg, func(*autopaho.ConnectionManager) error {
		defer w.Stop()
		select {
		case err := <-failed:
			return err
		case <-count.all:
			return nil
		}
	})
}

func (m mosquitto) consume(w *measure.Watch) error {
	count := newCounter()
	consumer := &cepaho.Consumer{Delivery: count.delivery(nil)}
	cfg := m.config(mqttSession)
	consumer.Configure(&cfg)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.Start()
	return with(cfg, func(manager *autopaho.ConnectionManager) error {
		consumer.Client = manager
		ended := make(chan error, 1)
		go func() { ended <- consumer.Run(ctx) }()
		select {
		case <-count.all:
		case err := <-ended:
			w.Stop()
			return errors.Join(errors.New("the Consumer has ended"), err)
		}
		w.Stop()
		cancel()
		return <-ended
	})
}
