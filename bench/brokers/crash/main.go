// Command crash counts the events that a receiver of Kafka loses. Run it in the directory
// bench/brokers:
//
//	go run ./crash
//
// For each receiver it starts a broker in this process with 20,000 events in four partitions, and
// a second process that handles them. A third of the attempts fail at random. The second process
// is killed five times, and the sixth one runs until nothing comes any more. An event whose
// handler has never returned without an error is lost.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

const (
	topic      = "orders"
	group      = "billing"
	partitions = 4

	quiet = 20 * time.Second // after which nothing is expected any more
)

var (
	events = flag.Int("events", 20000, "events of each receiver")
	kills  = flag.Int("kills", 5, "how often its process is killed")

	receiver = flag.String("receive", "", "be the process that is killed: the `name` of the receiver")
	brokers  = flag.String("brokers", "", "the addresses for -receive")
	file     = flag.String("file", "", "the file to which -receive appends the ids of handled events")
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("crash: ")
	flag.Parse()
	if *receiver != "" {
		if err := receivers[*receiver](strings.Split(*brokers, ","), *file); err != nil {
			log.Fatal(err)
		}
		return
	}
	fmt.Printf("%d events, %d kills:\n\n| receiver | handled | lost | handled again |\n|---|--:|--:|--:|\n", *events, *kills)
	for _, name := range names {
		handled, lines, err := run(name)
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		fmt.Printf("| %s | %d | %d | %d |\n", name, handled, *events-handled, lines-handled)
	}
}

// run returns how many different events a receiver has handled, and how many in all.
func run(name string) (handled, lines int, err error) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second), kfake.SeedTopics(partitions, topic))
	if err != nil {
		return 0, 0, err
	}
	defer cluster.Close()
	if err := fill(cluster.ListenAddrs()); err != nil {
		return 0, 0, err
	}
	dir, err := os.MkdirTemp("", "crash")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "handled")
	for i := range *kills + 1 {
		last := i == *kills
		enough := (i + 1) * *events / (2 * *kills) // half of them are handled when it is killed last
		if last {
			enough = *events
		}
		handled, lines, err = attempt(name, cluster.ListenAddrs(), out, enough)
		if err != nil {
			return 0, 0, err
		}
	}
	return handled, lines, nil
}

// attempt starts a process, and kills it after it has handled so many events, or when nothing
// comes any more.
func attempt(name string, addrs []string, out string, enough int) (handled, lines int, err error) {
	program, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.Command(program, "-receive", name, "-brokers", strings.Join(addrs, ","), "-file", out)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		_ = cmd.Process.Kill() // SIGKILL
		_ = cmd.Wait()
		if err == nil {
			handled, lines, err = count(out)
		}
	}()
	seen := 0
	for since := time.Now(); time.Since(since) < quiet; time.Sleep(10 * time.Millisecond) {
		handled, lines, err := count(out)
		if err != nil || handled >= enough {
			return 0, 0, err
		}
		if lines > seen {
			seen, since = lines, time.Now()
		}
	}
	return 0, 0, nil
}

// count returns how many different ids a file has, and how many lines.
func count(file string) (distinct, lines int, err error) {
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, 0, err
	}
	ids := map[string]bool{}
	for line := range strings.Lines(string(content)) {
		if id, ok := strings.CutSuffix(line, "\n"); ok { // the last one may be cut
			ids[id] = true
			lines++
		}
	}
	return len(ids), lines, nil
}

func fill(addrs []string) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(addrs...), kgo.ProducerBatchCompression(kgo.NoCompression()))
	if err != nil {
		return err
	}
	defer client.Close()
	es := make([]cloudevents.Event, *events)
	for i := range es {
		es[i] = cloudevents.Event{
			ID: strconv.Itoa(i), Source: "/orders", Type: "com.example.order.placed",
			Extensions: []cloudevents.Extension{{Name: "partitionkey", Value: cloudevents.StringValue(strconv.Itoa(i % 100))}},
		}
	}
	sender := cekgo.Sender{Client: client, Topic: topic, Encoder: cekafka.Encoder{Key: cekafka.PartitionKey}}
	return sender.SendBatch(context.Background(), es)
}
