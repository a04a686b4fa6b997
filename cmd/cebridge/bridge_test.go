package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

// childArgs has the arguments of a process of this test that is cebridge, with tabs between
// them.
const childArgs = "CEBRIDGE_TEST_ARGS"

func TestMain(m *testing.M) {
	if args := os.Getenv(childArgs); args != "" {
		os.Args = append(os.Args[:1], strings.Split(args, "\t")...)
		main()
		return
	}
	os.Exit(m.Run())
}

// bridgeProcess is a cebridge in a process of its own.
type bridgeProcess struct {
	t    *testing.T
	args []string
	cmd  *exec.Cmd
}

func start(t *testing.T, args ...string) *bridgeProcess {
	p := &bridgeProcess{t: t, args: append([]string{"-admin", ""}, args...)}
	p.start()
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
	return p
}

func (p *bridgeProcess) start() {
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Env = append(os.Environ(), childArgs+"="+strings.Join(p.args, "\t"))
	if testing.Verbose() {
		p.cmd.Stderr = os.Stderr
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// crash kills the process and starts another one.
func (p *bridgeProcess) crash() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	p.start()
}

// stop ends the process as an orchestrator does, and wants it to succeed.
func (p *bridgeProcess) stop() {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Error(err)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func startKafka(t *testing.T, topics ...string) string {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second), kfake.SeedTopics(4, topics...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster.ListenAddrs()[0]
}

func startNATS(t *testing.T, stream string) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(context.Background(), jetstream.StreamConfig{Name: stream, Subjects: []string{strings.ToLower(stream) + ".>"}}); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(s.ClientURL(), "nats://")
}

// sink is a receiver that keeps what it gets.
type sink struct {
	*httptest.Server
	mu     sync.Mutex
	events map[string]cloudevents.Event
	modes  map[string]cloudevents.Mode
	repeat int
	fail   func(e *cloudevents.Event) error
}

func newSink(t *testing.T) *sink {
	s := &sink{events: map[string]cloudevents.Event{}, modes: map[string]cloudevents.Mode{}}
	receiver := &cehttp.Receiver{Handler: s.handle, Decoder: cehttp.Decoder{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		receiver.ServeHTTP(w, r.WithContext(withMode(r.Context(), cehttp.ModeOf(r.Header))))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sink) handle(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(e); err != nil {
			return nil, err
		}
	}
	if _, again := s.events[e.ID]; again {
		s.repeat++
	}
	s.events[e.ID] = e.Clone()
	s.modes[e.ID], _ = ctx.Value(modeKey{}).(cloudevents.Mode)
	return nil, nil
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.events)
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come to pass")
		}
	}
}

// generated returns the event with that number. All types of values and kinds of data come up.
func generated(i int) cloudevents.Event {
	e := cloudevents.Event{
		ID: fmt.Sprint(i), Source: "/bridge/%41", Type: fmt.Sprintf("com.example.type%d", i%7), Subject: "Grüße \"100 %\" 😀",
		Time: time.Date(2026, 11, 29, 10, 0, 0, 123456789, time.FixedZone("", 3600)),
		Extensions: []cloudevents.Extension{
			{Name: "binary", Value: cloudevents.BinaryValue([]byte{0, 255, byte(i)})},
			{Name: "boolean", Value: cloudevents.BooleanValue(i%2 == 0)},
			{Name: "integer", Value: cloudevents.IntegerValue(int32(-i))},
			{Name: "partitionkey", Value: cloudevents.StringValue(fmt.Sprint(i % 13))},
			{Name: "uri", Value: cloudevents.URIValue("urn:example:a%20b")},
		},
	}
	switch i % 6 {
	case 0:
		e.DataContentType, e.Data = "application/json", fmt.Appendf(nil, `{"n": %d, "text": "é\u0000"}`, i)
	case 1:
		e.DataContentType, e.Data = "text/plain", []byte("Grüße\r\n")
	case 2:
		e.DataContentType, e.Data = "application/octet-stream", []byte{0, 1, 255, byte(i)}
	case 3:
		e.DataContentType, e.Data = "application/xml", []byte("<a>&amp;</a>")
	case 4:
		e.Data = []byte{byte(i)}
	}
	return e
}

// same reports whether an event arrived as it was sent. Types of extensions are texts after
// headers.
func same(got, want *cloudevents.Event) bool {
	if string(got.Data) != string(want.Data) || got.DataContentType != want.DataContentType || got.Source != want.Source ||
		got.Type != want.Type || got.Subject != want.Subject || !got.Time.Equal(want.Time) || len(got.Extensions) != len(want.Extensions) {
		return false
	}
	for i, x := range got.Extensions {
		if x.Name != want.Extensions[i].Name || x.Value.String() != want.Extensions[i].Value.String() {
			return false
		}
	}
	return true
}

// Events go from HTTP through Kafka and JetStream back to HTTP, byte for byte, although two of
// the bridges are killed on the way, and the last receiver fails now and then.
func TestChain(t *testing.T) {
	const n = 2000
	kafka, js := startKafka(t, "orders"), startNATS(t, "ORDERS")
	last := newSink(t)
	fails := 0
	last.fail = func(*cloudevents.Event) error {
		if fails++; fails%50 == 0 {
			return dispatch.Retryable(io.ErrUnexpectedEOF, 0)
		}
		return nil
	}
	door := freePort(t)
	start(t, "http://"+door+"/in", "kafka://"+kafka+"/orders")
	second := start(t, "kafka://"+kafka+"/orders", "nats://"+js+"/ORDERS/orders.placed")
	third := start(t, "nats://"+js+"/ORDERS/orders.>", last.URL)
	waitFor(t, func() bool {
		r, err := http.Get("http://" + door + "/health")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})

	senders := [2]cehttp.Sender{{Target: "http://" + door + "/in", Mode: cloudevents.BinaryMode}, {Target: "http://" + door + "/in", Mode: cloudevents.StructuredMode}}
	var running sync.WaitGroup
	for w := range 8 {
		running.Go(func() {
			for i := w; i < n; i += 8 {
				e := generated(i)
				if err := senders[i%2].Send(context.Background(), &e); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	waitFor(t, func() bool { return last.count() > n/10 })
	second.crash()
	waitFor(t, func() bool { return last.count() > n/2 })
	third.crash()
	running.Wait()
	waitFor(t, func() bool { return last.count() == n })

	last.mu.Lock()
	defer last.mu.Unlock()
	for i := range n {
		want := generated(i)
		got := last.events[want.ID]
		if !same(&got, &want) {
			t.Fatalf("event %d is\n%v\n%q\nwant\n%v\n%q", i, got, got.Data, want, want.Data)
		}
		if mode := last.modes[want.ID]; mode != cloudevents.Mode(i%2) {
			t.Fatalf("event %d came in %s mode", i, mode)
		}
	}
	t.Logf("%d events, %d came again", n, last.repeat)
	second.stop()
	third.stop()
}

// Events go over a WebSocket between two bridges, and are the same.
func TestWebSocket(t *testing.T) {
	last := newSink(t)
	door, socket := freePort(t), freePort(t)
	start(t, "ws://"+socket+"/events", last.URL)
	start(t, "-mode", "binary", "http://"+door+"/", "ws://"+socket+"/events")
	waitFor(t, func() bool {
		r, err := http.Get("http://" + door + "/health")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	sender := cehttp.Sender{Target: "http://" + door + "/", Retry: cehttp.Retry{Attempts: 20, Wait: 50 * time.Millisecond}}
	for i := range 20 {
		want := generated(i)
		if err := sender.Send(context.Background(), &want); err != nil {
			t.Fatal(err)
		}
		if got := last.events[want.ID]; !same(&got, &want) {
			t.Errorf("event %d is %v", i, got)
		}
	}
}

// A filter keeps events back, and a refused event goes to the dead letter of the source.
func TestFilterAndDeadLetter(t *testing.T) {
	kafka := startKafka(t, "orders", "orders-dead")
	last := newSink(t)
	last.fail = func(e *cloudevents.Event) error {
		if e.ID == "3" {
			return dispatch.Permanent(io.ErrUnexpectedEOF)
		}
		return nil
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(kafka), kgo.ConsumeTopics("orders-dead"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	sender := cekgo.Sender{Client: client, Topic: "orders"}
	for i := range 14 {
		e := generated(i)
		if err := sender.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
	}
	p := start(t, "-type", "com.example.type1", "-type", "com.example.type3*", "-filter", "boolean = FALSE OR integer < -9",
		"-dead-letter", "orders-dead", "-mode", "structured", "kafka://"+kafka+"/orders", last.URL)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	dead := client.PollFetches(ctx).Records()
	if len(dead) != 1 || string(dead[0].Value) != string(generated(3).Data) {
		t.Errorf("dead letters: %d", len(dead))
	}
	waitFor(t, func() bool { return last.count() == 2 })
	p.stop()
	last.mu.Lock()
	defer last.mu.Unlock()
	for _, id := range []string{"1", "10"} {
		if _, ok := last.events[id]; !ok || last.modes[id] != cloudevents.StructuredMode {
			t.Errorf("event %s: %v, in %s mode", id, ok, last.modes[id])
		}
	}
}
