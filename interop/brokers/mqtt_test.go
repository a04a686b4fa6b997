package brokers_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/spec"
)

const mqttDeadline = time.Minute

// mqttClient is this module's side of a broker, or the peer paho.golang.
type mqttClient struct {
	client   *paho.Client
	received chan *paho.Publish
}

func startMosquitto(t *testing.T) string {
	program := peertest.Program(t, "mosquitto")
	address := freeport.Address(t)
	_, port, _ := net.SplitHostPort(address)
	config := filepath.Join(t.TempDir(), "mosquitto.conf")
	text := "listener " + port + " 127.0.0.1\nallow_anonymous true\npersistence false\n"
	if os.Getuid() == 0 {
		text += "user root\n"
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-c", config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for deadline := time.Now().Add(mqttDeadline); ; time.Sleep(10 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address
		}
		if time.Now().After(deadline) {
			t.Fatal("mosquitto does not start")
		}
	}
}

func startMochi(t *testing.T) string {
	address := freeport.Address(t)
	s := mochi.New(&mochi.Options{Logger: slog.New(slog.DiscardHandler)})
	if err := s.AddHook(new(auth.AllowHook), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.AddListener(listeners.NewTCP(listeners.Config{ID: "tcp", Address: address})); err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return address
}

// connectMQTT connects a client that subscribes to a topic.
func connectMQTT(t *testing.T, address, id, topic string) *mqttClient {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := &mqttClient{received: make(chan *paho.Publish, 1)}
	c.client = paho.NewClient(paho.ClientConfig{Conn: conn, OnPublishReceived: []func(paho.PublishReceived) (bool, error){
		func(r paho.PublishReceived) (bool, error) { c.received <- r.Packet; return true, nil },
	}})
	ctx, cancel := context.WithTimeout(t.Context(), mqttDeadline)
	defer cancel()
	if _, err := c.client.Connect(ctx, &paho.Connect{ClientID: id, CleanStart: true, KeepAlive: 60}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.client.Disconnect(&paho.Disconnect{}) })
	if _, err := c.client.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: topic, QoS: 1}}}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *mqttClient) publish(t *testing.T, topic string, m *cemqtt.Message) {
	t.Helper()
	p := &paho.Publish{Topic: topic, QoS: 1, Payload: m.Payload, Properties: &paho.PublishProperties{ContentType: m.ContentType}}
	for _, u := range m.UserProperties {
		p.Properties.User.Add(u.Name, u.Value)
	}
	ctx, cancel := context.WithTimeout(t.Context(), mqttDeadline)
	defer cancel()
	if _, err := c.client.Publish(ctx, p); err != nil {
		t.Fatal(err)
	}
}

func (c *mqttClient) next(t *testing.T) *cemqtt.Message {
	t.Helper()
	select {
	case p := <-c.received:
		m := &cemqtt.Message{ContentType: p.Properties.ContentType, Payload: p.Payload}
		for _, u := range p.Properties.User {
			m.UserProperties = append(m.UserProperties, cemqtt.UserProperty{Name: u.Key, Value: u.Value})
		}
		return m
	case <-time.After(mqttDeadline):
		t.Fatal("no message arrived")
		return nil
	}
}

func (c *mqttClient) send(t *testing.T, e *cloudevents.Event, mode cloudevents.Mode) {
	t.Helper()
	m, err := cemqtt.ToMessage(e, mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.publish(t, "to", &m)
}

func (c *mqttClient) receive(t *testing.T) peertest.Outcome {
	t.Helper()
	return peertest.Got(cemqtt.ToCloudEvent(c.next(t), nil))
}

// send311 and receive311 do that for a peer with MQTT 3.1.1.
func (c *mqttClient) send311(t *testing.T, e *cloudevents.Event, mode cloudevents.Mode) {
	t.Helper()
	enc := cemqtt.Encoder{Version: cemqtt.V311, Mode: mode}
	m, err := enc.ToMessage(e)
	if err != nil {
		t.Fatal(err)
	}
	c.publish(t, "to", &m)
}

func (c *mqttClient) receive311(t *testing.T) peertest.Outcome {
	t.Helper()
	d := cemqtt.Decoder{JSONEvents: true}
	return peertest.Got(d.ToCloudEvent(c.next(t)))
}

// mqttByHand returns the message that the document asks for.
func mqttByHand(e *cloudevents.Event, mode cloudevents.Mode) *peertest.Wire {
	if mode == cloudevents.StructuredMode {
		return &peertest.Wire{ContentType: "application/cloudevents+json; charset=utf-8", Value: peertest.JSONByHand(e)}
	}
	w := &peertest.Wire{ContentType: e.DataContentType, Value: e.Data}
	for name, v := range e.All() {
		if name != spec.DataContentType {
			w.Headers = append(w.Headers, peertest.WireHeader{Name: name, Value: v.String()})
		}
	}
	return w
}

// fromMQTTByHand is the inverse of mqttByHand.
func fromMQTTByHand(w *peertest.Wire) peertest.Outcome {
	if strings.HasPrefix(w.ContentType, "application/cloudevents") {
		return peertest.FromJSONByHand(w.Value)
	}
	var e conformance.Event
	if len(w.Value) > 0 {
		e.Data = w.Value
	}
	if w.ContentType != "" {
		e.Attributes = append(e.Attributes, conformance.Attribute{Name: spec.DataContentType, Type: spec.String, Text: w.ContentType})
	}
	for _, h := range w.Headers {
		e.Attributes = append(e.Attributes, conformance.Attribute{Name: h.Name, Type: spec.String, Text: h.Value})
	}
	return peertest.Outcome{Event: e}
}

func TestMQTTJavaScript(t *testing.T) {
	address := startMosquitto(t)
	c := connectMQTT(t, address, "ours", "from")
	js := peertest.StartJS(t, "js", "peer.js", "mqtt", address, "to")
	exchangeJS(t, js, mqtt(), mqttjs, javaScript, jsExchange{send: c.send, receive: c.receive, byHand: mqttByHand, fromHand: fromMQTTByHand})
}

func TestMQTT311JavaScript(t *testing.T) {
	address := startMosquitto(t)
	c := connectMQTT(t, address, "ours", "from")
	js := peertest.StartJS(t, "js", "peer.js", "mqtt311", address, "to")
	exchangeJS(t, js, mqtt(), mqttjs311, "", jsExchange{
		send: c.send311, receive: c.receive311,
		byHand: func(e *cloudevents.Event, _ cloudevents.Mode) *peertest.Wire {
			return &peertest.Wire{Value: peertest.JSONByHand(e)}
		},
		fromHand: func(w *peertest.Wire) peertest.Outcome { return peertest.FromJSONByHand(w.Value) },
	})
}

func TestMQTTMochi(t *testing.T) {
	address := startMochi(t)
	c := connectMQTT(t, address, "ours", "from")
	peer := connectMQTT(t, address, "peer", "to")
	for _, ch := range peertest.Both(pahoMochi, modes()...) {
		mqtt().Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			if ch.Direction == peertest.Writes {
				w := mqttByHand(e, ch.Mode)
				m := cemqtt.Message{ContentType: w.ContentType, Payload: w.Value}
				for _, h := range w.Headers {
					m.UserProperties = append(m.UserProperties, cemqtt.UserProperty{Name: h.Name, Value: h.Value})
				}
				peer.publish(t, "from", &m)
				return c.receive(t)
			}
			c.send(t, e, ch.Mode)
			m := peer.next(t)
			w := peertest.Wire{ContentType: m.ContentType, Value: m.Payload}
			for _, u := range m.UserProperties {
				w.Headers = append(w.Headers, peertest.WireHeader{Name: u.Name, Value: u.Value})
			}
			return fromMQTTByHand(&w)
		})
	}
}

func TestMQTTMosquittoClients(t *testing.T) {
	pub, sub := peertest.Program(t, "mosquitto_pub"), peertest.Program(t, "mosquitto_sub")
	address := startMosquitto(t)
	_, port, _ := net.SplitHostPort(address)
	c := connectMQTT(t, address, "ours", "from")
	lines := subscribeMosquitto(t, c, sub, port)
	for _, ch := range peertest.Both(mosquitto, modes()...) {
		mqtt().Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			if ch.Direction == peertest.Reads {
				c.send(t, e, ch.Mode)
				return fromMQTTByHand(parseMosquitto(t, lines))
			}
			w := mqttByHand(e, ch.Mode)
			args := []string{"-h", "127.0.0.1", "-p", port, "-V", "5", "-q", "1", "-t", "from"}
			if w.ContentType != "" {
				args = append(args, "-D", "publish", "content-type", w.ContentType)
			}
			for _, h := range w.Headers {
				args = append(args, "-D", "publish", "user-property", h.Name, h.Value)
			}
			if len(w.Value) == 0 {
				args = append(args, "-n")
			} else {
				file := filepath.Join(t.TempDir(), "payload")
				if err := os.WriteFile(file, w.Value, 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "-f", file)
			}
			if out, err := exec.CommandContext(t.Context(), pub, args...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			return c.receive(t)
		})
	}
}

// subscribeMosquitto starts mosquitto_sub, and returns what it prints once it is subscribed.
// A message is three lines: content type, user properties, payload in hexadecimal.
func subscribeMosquitto(t *testing.T, c *mqttClient, sub, port string) *bufio.Reader {
	cmd := exec.Command(sub, "-h", "127.0.0.1", "-p", port, "-V", "5", "-q", "1", "-t", "to", "-F", `%C\n%P\n%x`)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	lines := bufio.NewReader(stdout)
	ready := make(chan struct{})
	go func() {
		lines.Peek(1)
		close(ready)
	}()
	sent := 0
	for deadline := time.Now().Add(mqttDeadline); ; {
		sent++
		c.publish(t, "to", &cemqtt.Message{ContentType: fmt.Sprint("probe ", sent), Payload: []byte("?")})
		select {
		case <-ready:
			for parseMosquitto(t, lines).ContentType != fmt.Sprint("probe ", sent) {
			}
			return lines
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("mosquitto_sub does not subscribe")
		}
	}
}

func parseMosquitto(t *testing.T, lines *bufio.Reader) *peertest.Wire {
	t.Helper()
	var text [3]string
	for i := range text {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		text[i] = strings.TrimSuffix(line, "\n")
	}
	w := &peertest.Wire{ContentType: text[0]}
	names := regexp.MustCompile(`(?:^| )([a-z0-9]+):`).FindAllStringSubmatchIndex(text[1], -1)
	for i, at := range names {
		end := len(text[1])
		if i+1 < len(names) {
			end = names[i+1][0]
		}
		w.Headers = append(w.Headers, peertest.WireHeader{Name: text[1][at[2]:at[3]], Value: text[1][at[1]:end]})
	}
	var err error
	if w.Value, err = hex.DecodeString(text[2]); err != nil {
		t.Fatal(err)
	}
	return w
}
