package cloudevents_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// The programs of examples/ do what their comments say.
func TestExamplePrograms(t *testing.T) {
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	out, err := exec.Command(command, "build", "-o", dir, "./examples/orders", "./examples/producer",
		"./examples/gateway", "./examples/function", "./examples/conformance-adapter-go", "./cmd/ce").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program := func(name string) string { return filepath.Join(dir, name) }

	t.Run("orders", func(t *testing.T) {
		address := freeport.Address(t)
		orders := startProgram(t, address, program("orders"), "-address", address)
		for _, c := range []struct {
			eventType, data string
			status          int
			retryAfter      string
			printed         string
		}{
			{"com.example.order.placed", `{"number":17,"item":"espresso"}`, 204, "", "placed 17 espresso by /shop\n"},
			{"com.example.order.paid", `{"number":17,"cents":240}`, 204, "", "paid 17 240\n"},
			{"com.example.order.paid", `{"number":17,"cents":0}`, 422, "", ""},
			{"com.example.order.canceled", `{"number":17,"reason":"cold"}`, 503, "60", "canceled 17 cold\n"},
			{"com.example.order.placed", `{"number":"17"}`, 400, "", ""},
			{"com.example.order.packed", `{}`, 422, "", ""},
		} {
			before := len(orders.printed(t))
			answer := postEvent(t, "http://"+address, c.eventType, c.data)
			if answer.StatusCode != c.status || answer.Header.Get("Retry-After") != c.retryAfter || orders.printed(t)[before:] != c.printed {
				t.Errorf("%s %s: %s %q, prints %q", c.eventType, c.data, answer.Status, answer.Header.Get("Retry-After"), orders.printed(t)[before:])
			}
		}
	})

	t.Run("producer", func(t *testing.T) {
		out, err := exec.Command(program("producer")).Output()
		if want := "20.5 accepted\n21 accepted\n-300 refused with 422 after attempts: 2\n"; err != nil || string(out) != want {
			t.Errorf("%v, %q", err, out)
		}
	})

	t.Run("gateway", func(t *testing.T) {
		var received []string
		status := http.StatusNoContent
		target := httptest.NewServer(&cehttp.Receiver{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			received = append(received, e.Type+" "+string(e.Data))
			if status == http.StatusNoContent {
				return nil, nil
			}
			return nil, &statusError{status}
		}})
		defer target.Close()
		address := freeport.Address(t)
		startProgram(t, address, program("gateway"), "-address", address, "-target", target.URL, "-filter", "type LIKE 'com.example.%'")
		for _, c := range []struct {
			eventType string
			target    int // the status of the target's answer
			status    int
			requests  int // at the target
		}{
			{"com.example.order.placed", 204, 204, 1},
			{"org.example.order.placed", 204, 204, 0},
			{"com.example.order.refused", 422, 422, 1},
		} {
			received, status = nil, c.target
			if answer := postEvent(t, "http://"+address, c.eventType, `{"number":1}`); answer.StatusCode != c.status || len(received) != c.requests {
				t.Errorf("%s: %s, the target received %q", c.eventType, answer.Status, received)
			}
		}
	})

	t.Run("function", func(t *testing.T) {
		address := freeport.Address(t)
		t.Setenv("PORT", address[strings.LastIndex(address, ":")+1:])
		startProgram(t, address, program("function"))
		answer := postEvent(t, "http://"+address, "com.example.price.asked", `{"item":"espresso"}`)
		reply, err := cehttp.ResponseToCloudEvent(answer, nil)
		if err != nil || reply.Type != "com.example.price.told" || reply.Source != "/prices" || string(reply.Data) != `{"item":"espresso","cents":240}` {
			t.Errorf("%v, %s, %v", reply, reply.Data, err)
		}
		if answer := postEvent(t, "http://"+address, "com.example.price.asked", `{"item":"tea"}`); answer.StatusCode != 422 {
			t.Errorf("tea: %s", answer.Status)
		}
	})

	// The adapter answers for every protocol: nothing is skipped but what the judge does not ask.
	t.Run("conformance-adapter-go", func(t *testing.T) {
		out, err := exec.Command(program("ce"), "conformance", "--json", "--timeout", "1m",
			"--adapter", program("conformance-adapter-go")).Output()
		if err != nil {
			t.Fatalf("%v: %.2000s", err, out)
		}
		var report struct {
			Passed, Failed, Differ, Skipped int
			Results                         []struct{ Case, Protocol, Op, Mode, Verdict, Reason string }
		}
		if err := json.Unmarshal(out, &report); err != nil {
			t.Fatal(err)
		}
		if report.Passed < 8900 || report.Failed+report.Differ > 0 || report.Skipped > 200 {
			t.Errorf("%d passed, %d failed, %d differ, %d skipped", report.Passed, report.Failed, report.Differ, report.Skipped)
		}
		passed := map[string]int{}
		for _, o := range report.Results {
			switch o.Verdict {
			case "pass":
				passed[o.Protocol+" "+o.Op]++
			case "skip":
				if o.Reason == "" || strings.Contains(o.Reason, conformance.ErrSkipped.Error()) {
					t.Errorf("%s, %s in mode %q: skipped: %q", o.Case, o.Op, o.Mode, o.Reason)
				}
			}
		}
		for _, protocol := range []string{"request", "json", "protobuf", "xml", "avro", "avro-compact", "cbor",
			"kafka", "nats", "mqtt", "mqtt311", "amqp", "websocket"} {
			for _, op := range []string{"decode", "encode", "round trip", "transcode"} {
				if passed[protocol+" "+op] == 0 {
					t.Errorf("%s: no result of %s", protocol, op)
				}
			}
		}
	})
}

// The two programs of the README understand each other.
func TestREADMEPrograms(t *testing.T) {
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var programs []string
	dir, address := t.TempDir(), freeport.Address(t)
	for _, s := range snippetsOf("README.md", string(text)) {
		if !strings.HasPrefix(s.source, "package main") {
			continue
		}
		source := strings.NewReplacer(`"http://localhost:8080/"`, strconv.Quote("http://"+address+"/"), `":8080"`, strconv.Quote(address)).Replace(s.source)
		file := filepath.Join(dir, strconv.Itoa(len(programs))+".go")
		if err := os.WriteFile(file, []byte(source), 0o666); err != nil {
			t.Fatal(err)
		}
		program := strings.TrimSuffix(file, ".go")
		if out, err := exec.Command(command, "build", "-o", program, file).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", &s, err, out)
		}
		programs = append(programs, program)
	}
	if len(programs) != 2 {
		t.Fatalf("%d programs", len(programs))
	}
	receiver := runProgram(t, address, programs[0])
	if out, err := exec.Command(programs[1]).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if got := receiver.printed(t); got != "/shop sent order 17\n" {
		t.Errorf("the receiver prints %q", got)
	}
}

// statusError is answered with its status.
type statusError struct{ status int }

func (e *statusError) Error() string   { return "refused" }
func (e *statusError) StatusCode() int { return e.status }

// running is a program that runs until the test ends. A file takes its output, because
// what was written before an answer is in it when the answer is there.
type running struct{ stdout string }

func (r *running) printed(t *testing.T) string {
	text, err := os.ReadFile(r.stdout)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// startProgram starts a program that listens at address, and ends it as Ctrl-C does, which
// it takes for success.
func startProgram(t *testing.T, address, name string, args ...string) *running {
	return run(t, address, func(cmd *exec.Cmd) {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}, name, args...)
}

// runProgram is startProgram for a program that does not know how to end.
func runProgram(t *testing.T, address, name string) *running {
	return run(t, address, func(cmd *exec.Cmd) {
		cmd.Process.Kill()
		cmd.Wait()
	}, name)
}

func run(t *testing.T, address string, end func(*exec.Cmd), name string, args ...string) *running {
	stdout, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	cmd := exec.Command(name, args...)
	cmd.Stdout = stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(cmd) })
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return &running{stdout.Name()}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen", name)
		}
	}
}

func postEvent(t *testing.T, url, eventType, data string) *http.Response {
	e := cloudevents.Event{ID: "1", Source: "/shop", Type: eventType, DataContentType: "application/json", Data: []byte(data)}
	r, err := cehttp.ToHTTPRequest(t.Context(), url, &e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}
