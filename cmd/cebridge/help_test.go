package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/brokertest"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// words splits a command line as a shell does, as far as examples need that. It fails on what a
// shell would take for a redirection, a wildcard or a comment.
func words(line string) (out []string, err error) {
	var word strings.Builder
	quote, began := rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, began = r, true
		case r == ' ':
			if began {
				out = append(out, word.String())
				word.Reset()
				began = false
			}
		case strings.ContainsRune("<>*#|&;$`\\()", r):
			return nil, fmt.Errorf("the shell would not take %q as it is", r)
		default:
			began = true
			word.WriteRune(r)
		}
	}
	if began {
		out = append(out, word.String())
	}
	return out, nil
}

// examplesIn returns the command lines of cebridge in a text.
func examplesIn(text string) (lines []string) {
	text = regexp.MustCompile(`\\\n *`).ReplaceAllString(text, "") // lines that go on
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		line = strings.TrimPrefix(line, "//")
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "cebridge ") && strings.Contains(line, "://") || strings.HasPrefix(line, "CEBRIDGE_") && strings.Contains(line, " cebridge ") {
			lines = append(lines, line)
		}
	}
	return lines
}

// The command lines of the documents can be typed into a shell.
func TestDocumentedCommands(t *testing.T) {
	found := 0
	for _, file := range []string{"main.go", "../../docs/brokers.md", "../../docs/observability.md", "../../README.md"} {
		text, err := os.ReadFile(filepath.FromSlash(file))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range examplesIn(string(text)) {
			found++
			args, err := words(line)
			if err == nil {
				_, err = parse(args[1:], t.Output())
			}
			if err != nil {
				t.Errorf("%s: %s: %v", file, line, err)
			}
		}
	}
	if found < 3 {
		t.Errorf("%d command lines", found)
	}
}

// Each example of the help passes an event.
func TestHelpExamples(t *testing.T) {
	kafka, js, mqtt := startKafka(t, "orders", "orders-dead"), startNATS(t, "ORDERS"), brokertest.Mosquitto(t)
	amqp := strings.TrimPrefix(startAMQP(t).URL(), "amqp://")
	last := newSink(t)
	web, socket := freeport.Address(t), freeport.Address(t)
	replace := strings.NewReplacer("://:8080", "://"+web, "://:8081", "://"+socket, "localhost:9092", kafka, "https://example.com/hook", last.URL+"/hook",
		"localhost:4222", js, "localhost:5672", amqp, "localhost:1883", mqtt)
	makeSession(t, mqtt, "last", "orders")
	begin, end, ok := strings.Cut(help, "examples:\n")
	if !ok || begin == "" {
		t.Fatal("the help has no examples")
	}
	// Where an event goes in so that it comes to the source, and where the target is read.
	feed := map[string]string{"kafka": "kafka://" + kafka + "/orders", "nats": "nats://" + js + "/ORDERS/orders.new", "mqtt": "mqtt://" + mqtt + "/shop/a/b"}
	for i, line := range examplesIn(end) {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			args, err := words(replace.Replace(line))
			if err != nil {
				t.Fatal(err)
			}
			var env []string
			for args[0] != "cebridge" {
				env, args = append(env, args[0]), args[1:]
			}
			s, err := parse(args[1:], t.Output())
			if err != nil {
				t.Fatal(err)
			}
			p := startWith(t, env, args[1:]...)
			e := generated(0)
			e.ID, e.Type = fmt.Sprint("example-", i), "com.example.order.placed"
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: "partition", Value: cloudevents.IntegerValue(7)})
			switch s.source.scheme {
			case "ws":
				token, _ := strings.CutPrefix(env[0], "CEBRIDGE_SOURCE_TOKEN=")
				sender := &cecoderws.Sender{URL: "ws://" + socket + "/events", DialOptions: &websocket.DialOptions{HTTPHeader: secret{token: token}.header()}}
				err = sender.Send(t.Context(), &e)
				defer sender.Close()
			default:
				door := "http://" + web + "/"
				if s.source.scheme != "http" {
					door = "http://" + freeport.Address(t) + "/"
					defer start(t, door, feed[s.source.scheme]).stop()
				}
				err = (&cehttp.Sender{Target: door}).Send(t.Context(), &e)
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.target.scheme != "https" && s.target.scheme != "http" {
				defer start(t, "-group", "last", s.target.scheme+"://"+s.target.host+"/"+s.target.path, last.URL).stop()
			}
			waitFor(t, func() bool {
				last.mu.Lock()
				defer last.mu.Unlock()
				_, ok := last.events[e.ID]
				return ok
			})
			p.stop()
		})
	}
}
