package suite

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	"github.com/seed763dd41b/cloudevents/spec"
)

const adapterFault = "CE_TEST_ADAPTER"

// adapterOf returns the command that starts this test binary as an adapter with a
// fault, which shows when a document without an id is to be decoded.
func adapterOf(t *testing.T, fault string) string {
	t.Helper()
	t.Setenv(adapterFault, fault)
	return "'" + os.Args[0] + "' -test.run=^TestAdapterProcess$"
}

// TestAdapterProcess is no test, but the process behind adapterOf.
func TestAdapterProcess(t *testing.T) {
	fault := os.Getenv(adapterFault)
	if fault == "" {
		t.Skip("it is the adapter of other tests")
	}
	if fault == "does not start" {
		fmt.Fprintln(os.Stderr, "Error: no licence")
		os.Exit(4)
	}
	codec := *library.Codec()
	isHTTP := func(p conformance.Protocol) bool { return p == conformance.Request || p == conformance.Response }
	if fault == "speaks HTTP only" {
		codec = conformance.Codec{
			Decode: func(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
				if !isHTTP(m.Protocol) {
					return nil, conformance.ErrSkipped
				}
				return library.Codec().Decode(m, batch, exts)
			},
			Encode: func(es []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
				if !isHTTP(p) {
					return conformance.Message{}, conformance.ErrSkipped
				}
				return library.Codec().Encode(es, mode, p)
			},
		}
		codec.Serve("adapter that "+fault, os.Stdin, os.Stdout)
		os.Exit(0)
	}
	codec.Decode = func(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
		if m.Protocol != conformance.JSON || bytes.Contains(m.Body, []byte(`"id"`)) {
			return library.Codec().Decode(m, batch, exts)
		}
		switch fault {
		case "is right":
			return library.Codec().Decode(m, batch, exts)
		case "crashes":
			go panic("out of ideas") // this goroutine's would end the test, and say so
			select {}
		case "ends":
			os.Exit(0)
		case "hangs":
			select {}
		case "answers garbage":
			fmt.Println("listening on port 8080")
		case "answers out of order":
			fmt.Println(`{"id":1,"error":"refused"}`)
		case "answers with nothing":
			fmt.Println(`null`)
		case "stops in the middle":
			fmt.Print(`{"id":`)
			os.Exit(0)
		case "writes a gigabyte":
			chunk := bytes.Repeat([]byte("x"), 1<<20)
			for range 1 << 10 {
				if _, err := os.Stdout.Write(chunk); err != nil {
					break
				}
			}
		case "talks":
			fmt.Fprintln(os.Stderr, strings.Repeat("warning ", 1<<17))
		case "accepts all":
			return []conformance.Event{}, nil
		}
		return nil, errors.New("refused")
	}
	codec.Serve("adapter that "+fault, os.Stdin, os.Stdout)
	os.Exit(0)
}

// TestAdapterFaults sees that a fault fails its case alone, whatever it is.
func TestAdapterFaults(t *testing.T) {
	for fault, says := range map[string]string{
		"crashes":              "no answer: crashed: exit status 2: panic: out of ideas",
		"ends":                 "no answer: crashed: exit status 0",
		"hangs":                "no answer: hangs: nothing in 10s",
		"answers garbage":      `no answer: answer "listening on port 8080`,
		"answers out of order": "no answer: answer to request 1, not to ",
		"answers with nothing": "no answer: answer to request 0, not to ",
		"stops in the middle":  "no answer: crashed: exit status 0",
		"writes a gigabyte":    "no answer: answer of more than 16777216 bytes",
		"accepts all":          `accepted, but must be refused (missing "id")`,
		"talks":                "",
		"is right":             "",
	} {
		t.Run(fault, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			timeout := "5m" // longer than a slow machine needs
			if fault == "hangs" {
				timeout = "10s" // in which the other cases are answered, too
			}
			status, out, errs := ceConformance(t, "--json", "--timeout", timeout,
				"--run", "^json/decode/(minimal|missing-id|missing-source|time-absent)$", "--adapter", adapterOf(t, fault))
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 {
				t.Errorf("%d MiB were allocated", n>>20)
			}
			var r report
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatalf("%v: %s", err, errs)
			}
			failed, want := 0, cli.ExitOK
			for _, o := range r.Results {
				if o.Verdict == verdictFail {
					failed++
					if o.Case != "json/decode/missing-id" || !strings.HasPrefix(o.Reason, says) {
						t.Errorf("%s failed: %s", o.Case, o.Reason)
					}
				}
			}
			if says != "" {
				want = cli.ExitFault
			}
			if failed != want || status != want || r.Implementation != "adapter that "+fault {
				t.Errorf("%d failed, status %d, want %d; %s", failed, status, want, r.Implementation)
			}
		})
	}
}

// Cases of other bindings are skipped for an adapter and for a receiver that have none, and the
// report says of which protocol they are.
func TestOtherProtocolsAreSkipped(t *testing.T) {
	receiver := httptest.NewServer(rightReceiver(nil))
	defer receiver.Close()
	for name, args := range map[string][]string{
		"adapter":  {"--adapter", adapterOf(t, "speaks HTTP only")},
		"receiver": {"--http", receiver.URL},
	} {
		status, out, errs := ceConformance(t, append(args, "--json", "--run", "^(kafka|nats|mqtt|amqp|websocket|http)/.*code/.*(minimal|missing-id)")...)
		var r report
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatalf("%s: %v: %s", name, err, errs)
		}
		if status != cli.ExitOK || r.Failed > 0 || r.Differ > 0 {
			t.Errorf("%s: status %d, %d failed, %d differ", name, status, r.Failed, r.Differ)
		}
		passed, skipped := 0, 0
		for _, o := range r.Results {
			dir, _, _ := strings.Cut(o.Case, "/")
			switch {
			case dir == "http":
				passed++
			case o.Verdict != verdictSkip:
				t.Errorf("%s: %s: %s is %s", name, o.Case, o.name(), o.Verdict)
			case !strings.HasPrefix(string(o.Protocol), dir):
				t.Errorf("%s: %s has the protocol %q", name, o.Case, o.Protocol)
			case o.Reason == "":
				t.Errorf("%s: %s: %s is skipped without a reason", name, o.Case, o.name())
			default:
				skipped++
			}
		}
		if passed < 4 || skipped < 4 {
			t.Errorf("%s: %d results of HTTP, %d of others", name, passed, skipped)
		}
	}
}

func TestAdapterDoesNotStart(t *testing.T) {
	status, out, errs := ceConformance(t, "--adapter", adapterOf(t, "does not start"))
	if status != cli.ExitError || out != "" || errs != "ce: the adapter does not start: crashed: exit status 4: Error: no licence\n" {
		t.Errorf("status %d: %s%s", status, errs, out)
	}
}

// TestAdapterWhole runs the whole suite against this library in another process.
func TestAdapterWhole(t *testing.T) {
	status, out, errs := ceConformance(t, "--adapter", adapterOf(t, "is right"))
	if status != cli.ExitOK || !strings.Contains(out, " 0 failed, 0 differ") || errs != "" {
		t.Errorf("status %d: %s%s", status, errs, out)
	}
}

func TestReadAnswerLine(t *testing.T) {
	const limit = 1 << 13
	for name, c := range map[string]struct {
		text string
		want int
		err  bool
	}{
		"a line":               {"x\n", 2, false},
		"as long as may be":    {strings.Repeat("x", limit-1) + "\n", limit, false},
		"longer":               {strings.Repeat("x", limit) + "\n", 0, true},
		"without an end":       {"x", 0, true},
		"nothing":              {"", 0, true},
		"long without an end":  {strings.Repeat("x", 2*limit), 0, true},
		"longer than a buffer": {strings.Repeat("x", 5000) + "\n", 5001, false},
	} {
		line, err := readAnswerLine(bufio.NewReader(strings.NewReader(c.text)), limit)
		if len(line) != c.want || (err != nil) != c.err {
			t.Errorf("%s: %d bytes, %v", name, len(line), err)
		}
	}
}
