package peertest

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/seed763dd41b/cloudevents/conformance"
)

// Missing skips a test whose peer is not installed. It fails the test if the variable
// CI_BROKERS is 1, because then all of them have to be there.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI_BROKERS") == "1" {
		t.Fatalf("%s is missing, and CI_BROKERS=1 says that nothing may be", what)
	}
	t.Skipf("%s is missing, so this peer is not tested", what)
}

// Program returns the path of a program, or skips the test; see Missing.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/" + name); err != nil {
			Missing(t, name)
		}
	}
	return path
}

// Wire is a message between this program and a peer. Type is the type of the value, where a
// protocol has several.
type Wire struct {
	Key         conformance.Bytes `json:"key"`
	ContentType string            `json:"contentType,omitempty"`
	Headers     []WireHeader      `json:"headers"`
	Value       []byte            `json:"value"`          // nil is null
	Body        string            `json:"body,omitempty"` // the kind of body, in AMQP
}

// WireHeader is a header or a property of a Wire.
type WireHeader struct {
	Name  string `json:"name"`
	Type  string `json:"type,omitempty"`
	Value string `json:"value"`
}

// Request is what a Process is asked for. The operations are those of the program.
type Request struct {
	Op    string             `json:"op"`
	To    string             `json:"to,omitempty"`
	SDK   bool               `json:"sdk,omitempty"`
	Mode  string             `json:"mode,omitempty"`
	Event *conformance.Event `json:"event,omitempty"`
	Wire  *Wire              `json:"wire,omitempty"`
}

// Answer is what a Process says: a message as it came, the event that an SDK has made of it,
// or an error.
type Answer struct {
	Error string             `json:"error"`
	Event *conformance.Event `json:"event"`
	Wire  *Wire              `json:"wire"`
}

// Outcome returns what the peer made of a message.
func (a Answer) Outcome() Outcome {
	if a.Error != "" || a.Event == nil {
		return Outcome{Err: "peer: " + a.Error}
	}
	return Outcome{Event: *a.Event}
}

// A Process is a program that answers each line of JSON with another one.
type Process struct {
	stdin  io.WriteCloser
	stdout *bufio.Reader
}

// Start starts a program, and waits for the line with which it says that it is ready.
func Start(t testing.TB, dir, name string, args ...string) *Process {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "TZ=UTC", "CE_USE_BIG_INT=false", "KAFKAJS_NO_PARTITIONER_WARNING=1", "PYTHONIOENCODING=utf-8")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close() // ends it
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	p := &Process{stdin, bufio.NewReader(stdout)}
	if a := p.answer(t); a.Error != "" {
		t.Fatalf("%s %q did not start: %s", name, args, a.Error)
	}
	return p
}

// Ask sends a request and returns the answer.
func (p *Process) Ask(t testing.TB, r Request) Answer {
	t.Helper()
	line, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.stdin.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
	return p.answer(t)
}

func (p *Process) answer(t testing.TB) (a Answer) {
	t.Helper()
	line, err := p.stdout.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the peer has ended: %v", err)
	}
	if err := json.Unmarshal(line, &a); err != nil {
		t.Fatalf("the peer said %.200q: %v", line, err)
	}
	return a
}

// StartJS starts a program of the directory js, and installs what it needs if that is not
// there.
func StartJS(t testing.TB, js string, args ...string) *Process {
	t.Helper()
	node := Program(t, "node")
	want, err := os.ReadFile(filepath.Join(js, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	// The copy says that what is installed is what the lock file names.
	copied := filepath.Join(js, "node_modules", ".installed.json")
	if got, err := os.ReadFile(copied); err != nil || string(got) != string(want) {
		cmd := exec.CommandContext(t.Context(), Program(t, "npm"), "ci")
		cmd.Dir = js
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("npm ci: %v\n%s", err, out)
		}
		if err := os.WriteFile(copied, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Start(t, js, node, args...)
}
