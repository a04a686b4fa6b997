package brokers_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/IBM/sarama"
	kafkasarama "github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/interop/brokers/sdkgo"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
	"github.com/seed763dd41b/cloudevents/spec"
)

const kafkaDeadline = time.Minute

// kafkaBroker is a cluster in this process, with a topic to and a topic from each peer.
type kafkaBroker struct {
	address string
	client  *kgo.Client
}

func startKafka(t *testing.T) *kafkaBroker {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "to", "from"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	b := &kafkaBroker{address: cluster.ListenAddrs()[0]}
	// kafkajs has no Snappy, which is the default.
	b.client, err = kgo.NewClient(kgo.SeedBrokers(b.address), kgo.ConsumeTopics("from"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.ProducerBatchCompression(kgo.NoCompression()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.client.Close)
	return b
}

// send sends an event with this module to the peer.
func (b *kafkaBroker) send(t *testing.T, e *cloudevents.Event, mode cloudevents.Mode) {
	t.Helper()
	m, err := cekafka.ToMessage(e, mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := cekgo.ToRecord(&m)
	r.Topic = "to"
	if err := b.client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// receive reads an event of the peer with this module.
func (b *kafkaBroker) receive(t *testing.T) peertest.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), kafkaDeadline)
	defer cancel()
	fetches := b.client.PollRecords(ctx, 1)
	if err := fetches.Err(); err != nil {
		t.Fatal(err)
	}
	m := cekgo.FromRecord(fetches.Records()[0])
	return peertest.Got(cekafka.ToCloudEvent(&m, nil))
}

// kafkaByHand returns the message that the document asks for.
func kafkaByHand(e *cloudevents.Event, mode cloudevents.Mode) *peertest.Wire {
	if mode == cloudevents.StructuredMode {
		return &peertest.Wire{
			Headers: []peertest.WireHeader{{Name: "content-type", Value: "application/cloudevents+json; charset=UTF-8"}},
			Value:   peertest.JSONByHand(e),
		}
	}
	w := &peertest.Wire{Value: e.Data}
	for name, v := range e.All() {
		if name == spec.DataContentType {
			w.Headers = append(w.Headers, peertest.WireHeader{Name: "content-type", Value: v.String()})
		} else {
			w.Headers = append(w.Headers, peertest.WireHeader{Name: "ce_" + name, Value: v.String()})
		}
	}
	return w
}

// fromKafkaByHand is the inverse of kafkaByHand.
func fromKafkaByHand(w *peertest.Wire) peertest.Outcome {
	e := conformance.Event{Data: w.Value}
	for _, h := range w.Headers {
		name, ok := strings.CutPrefix(h.Name, "ce_")
		switch {
		case h.Name == "content-type" && strings.HasPrefix(h.Value, "application/cloudevents+json"):
			return peertest.FromJSONByHand(w.Value)
		case h.Name == "content-type":
			name = spec.DataContentType
		case !ok:
			continue
		}
		e.Attributes = append(e.Attributes, conformance.Attribute{Name: name, Type: spec.String, Text: h.Value})
	}
	return peertest.Outcome{Event: e}
}

func TestKafkaSDKGo(t *testing.T) {
	b := startKafka(t)
	config := sarama.NewConfig()
	config.Producer.Return.Successes = true
	config.Version = sarama.V2_8_0_0
	producer, err := sarama.NewSyncProducer([]string{b.address}, config)
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	consumer, err := sarama.NewConsumer([]string{b.address}, config)
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	partition, err := consumer.ConsumePartition("to", 0, sarama.OffsetOldest)
	if err != nil {
		t.Fatal(err)
	}
	defer partition.Close()
	for _, ch := range slices.Concat(peertest.Both(sdkGoKafka, modes()...), peertest.Old(sdkGoKafka, modes()...)) {
		kafka().Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			if ch.Direction == peertest.Reads {
				b.send(t, e, ch.Mode)
				o := sdkgo.Outcome(binding.ToEvent(t.Context(), kafkasarama.NewMessageFromConsumerMessage(<-partition.Messages())))
				peertest.Rewrite(func(string) string { return "an offset" }, "kafkaoffset")(&o.Event)
				return o
			}
			s, err := sdkgo.Build(e)
			if err != nil {
				return peertest.Failed(err)
			}
			m := sarama.ProducerMessage{Topic: "from"}
			if err := kafkasarama.WriteProducerMessage(sdkgo.Mode(t.Context(), ch.Mode), binding.ToMessage(&s), &m); err != nil {
				return peertest.Failed(err)
			}
			if _, _, err := producer.SendMessage(&m); err != nil {
				t.Fatal(err)
			}
			return b.receive(t)
		})
	}
}

func TestKafkaJavaScript(t *testing.T) {
	b := startKafka(t)
	js := peertest.StartJS(t, "js", "peer.js", "kafka", b.address, "to")
	exchangeJS(t, js, kafka(), kafkajs, javaScript, jsExchange{
		send: b.send, receive: b.receive, byHand: kafkaByHand, fromHand: fromKafkaByHand,
	})
}

func TestKafkaKcat(t *testing.T) {
	kcat := peertest.Program(t, "kcat")
	b := startKafka(t)
	offset := 0
	for _, ch := range peertest.Both(kcatName, modes()...) {
		kafka().Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			if ch.Direction == peertest.Reads {
				b.send(t, e, ch.Mode)
				out, err := exec.CommandContext(t.Context(), kcat, "-C", "-b", b.address, "-t", "to", "-p", "0",
					"-o", strconv.Itoa(offset), "-c", "1", "-q", "-D", "", "-f", `%S\n%s\n%h`).Output()
				if err != nil {
					t.Fatal(err)
				}
				offset++
				return fromKafkaByHand(parseKcat(t, out))
			}
			w := kafkaByHand(e, ch.Mode)
			args := []string{"-P", "-b", b.address, "-t", "from", "-p", "0"}
			for _, h := range w.Headers {
				args = append(args, "-H", h.Name+"="+h.Value)
			}
			cmd := exec.CommandContext(t.Context(), kcat, args...)
			switch {
			case len(w.Value) > 0:
				file := filepath.Join(t.TempDir(), "value")
				if err := os.WriteFile(file, w.Value, 0o600); err != nil {
					t.Fatal(err)
				}
				cmd.Args = append(cmd.Args, file)
			case w.Value == nil:
				cmd.Args = append(cmd.Args, "-Z") // empty is null
				fallthrough
			default:
				cmd.Args = append(cmd.Args, "-K", "|") // it sends nothing for an empty file or line
				cmd.Stdin = strings.NewReader("|\n")
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			return b.receive(t)
		})
	}
}

// parseKcat reads the length, the value and the headers of a message. A length of -1 is null.
func parseKcat(t *testing.T, out []byte) *peertest.Wire {
	t.Helper()
	length, rest, _ := bytes.Cut(out, []byte("\n"))
	n, err := strconv.Atoi(string(length))
	if err != nil || len(rest) < n+1 {
		t.Fatalf("kcat says %.200q", out)
	}
	var w peertest.Wire
	if n >= 0 {
		w.Value = append([]byte{}, rest[:n]...)
	}
	_, headers, _ := strings.Cut(string(rest[max(n, 0):]), "\n")
	names := regexp.MustCompile(`(?:^|,)(ce_[a-z0-9]+|content-type)=`).FindAllStringSubmatchIndex(headers, -1)
	for i, at := range names {
		end := len(headers)
		if i+1 < len(names) {
			end = names[i+1][0]
		}
		w.Headers = append(w.Headers, peertest.WireHeader{Name: headers[at[2]:at[3]], Value: headers[at[1]:end]})
	}
	if len(w.Headers) == 0 {
		t.Fatalf("kcat says %.200q", fmt.Sprint(headers))
	}
	return &w
}
