package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// running is a ce listen in a process of its own.
type running struct {
	cmd  *exec.Cmd
	page string // the address of its page, with --ui
	out  string // file with its standard output
	err  *bufio.Reader
}

// startListener runs ce listen at a free port.
func startListener(t *testing.T, flags ...string) (*running, string) {
	t.Helper()
	return startListenerAt(t, "127.0.0.1:0", flags...)
}

func startListenerAt(t *testing.T, address string, flags ...string) (*running, string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := &running{cmd: exec.Command(self, append([]string{"listen", address}, flags...)...), out: filepath.Join(t.TempDir(), "out")}
	r.cmd.Env = append(os.Environ(), "CE_BE_MAIN=1")
	file, err := os.Create(r.out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r.cmd.Stdout = file
	stderr, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.cmd.Process.Kill()
		r.cmd.Wait()
	})
	r.err = bufio.NewReader(stderr)
	line, err := r.err.ReadString('\n')
	if err != nil {
		t.Fatal(line, err)
	}
	if _, page, ok := strings.Cut(line, "page at "); ok {
		r.page, _, _ = strings.Cut(page, " ")
	}
	return r, regexp.MustCompile(`[0-9.]+:[0-9]+`).FindString(line)
}

// stop presses Ctrl-C, and returns the last output of the listener.
func (r *running) stop(t *testing.T) string {
	t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(r.err)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Wait(); err != nil {
		t.Fatal(err, string(rest))
	}
	return string(rest)
}

// lines returns the output, as soon as another process has written so many lines.
func (r *running) lines(t *testing.T, n int) []string {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		b, err := os.ReadFile(r.out)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n"); len(lines) >= n {
			return lines
		}
	}
	t.Fatalf("there are no %d lines of output", n)
	return nil
}

// ids returns the distinct IDs of the JSON lines in files.
func ids(t *testing.T, keep func(accepted bool) bool, files ...string) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if !strings.HasSuffix(line, "\n") {
				continue // its process was killed while it wrote
			}
			var e struct {
				ID       string
				Accepted bool
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("%v in %q", err, line)
			}
			if keep(e.Accepted) {
				found[e.ID]++
			}
		}
	}
	return found
}

// A listener is killed and started again while a sender runs. The sender reports exactly the
// events that were accepted.
func TestSendWhileTheListenerIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs processes for seconds")
	}
	const count, concurrency = 20_000, 4
	for _, c := range []struct {
		name     string
		attempts string
		complete bool
	}{
		{"with retries", "20", true},
		{"without", "1", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := freeport.Address(t)
			first, _ := startListenerAt(t, address, "--json")
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(self, "send", "http://"+address, "--repeat", fmt.Sprint(count), "--concurrency", fmt.Sprint(concurrency),
				"--attempts", c.attempts, "--wait", "100ms", "--json", "--data", `{"n":1}`)
			cmd.Env = append(os.Environ(), "CE_BE_MAIN=1")
			report := filepath.Join(t.TempDir(), "report")
			file, err := os.Create(report)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			var summary strings.Builder
			cmd.Stdout, cmd.Stderr = file, &summary
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			first.lines(t, count/20)
			if err := first.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			first.cmd.Wait()
			second, _ := startListenerAt(t, address, "--json")
			err = cmd.Wait()
			second.stop(t)

			arrived := ids(t, func(bool) bool { return true }, first.out, second.out)
			accepted := ids(t, func(accepted bool) bool { return accepted }, report)
			refused := ids(t, func(accepted bool) bool { return !accepted }, report)
			t.Logf("%d arrived, %d accepted, %d not\n%s", len(arrived), len(accepted), len(refused), summary.String())
			for id := range accepted {
				if arrived[id] == 0 {
					t.Fatalf("event %s is reported as accepted, and did not arrive", id)
				}
			}
			if len(accepted)+len(refused) != count {
				t.Errorf("%d events accepted, %d not, of %d", len(accepted), len(refused), count)
			}
			if c.complete != (err == nil) || c.complete != (len(accepted) == count) {
				t.Errorf("%v, %d accepted", err, len(accepted))
			}
			// Events whose answers were lost have arrived, and are not reported.
			if lost := len(arrived) - len(accepted); lost < 0 || lost > concurrency {
				t.Errorf("%d arrived, %d accepted", len(arrived), len(accepted))
			}
			if c.complete && len(ids(t, func(bool) bool { return true }, second.out)) == 0 {
				t.Error("nothing arrived at the second listener")
			}
		})
	}
}

// A listener that is asked to end answers the requests that it has begun, and prints how many
// there were.
func TestListenEnds(t *testing.T) {
	l, address := startListener(t)
	if out, errs, status := ce(t, "", "send", "http://"+address, "--repeat", "3"); status != cli.ExitOK {
		t.Fatal(out, errs)
	}
	if out, errs, status := ce(t, `{`, "send", "http://"+address, "-"); status != cli.ExitFault && status != cli.ExitError {
		t.Fatal(status, out, errs)
	}
	if rest := l.stop(t); !strings.Contains(rest, "3 events, 0 messages refused") {
		t.Errorf("got %q", rest)
	}
	if _, err := net.Dial("tcp", address); err == nil {
		t.Error("it still listens")
	}
}

// A listener on a loopback address refuses messages to another Host; --allow-host takes one.
func TestListenAtAHost(t *testing.T) {
	_, strict := startListener(t)
	_, open := startListener(t, "--allow-host", "evil.example")
	for _, c := range []struct {
		address, host string
		status        int
	}{{strict, "evil.example", cli.ExitFault}, {strict, "localhost", cli.ExitOK}, {open, "evil.example", cli.ExitOK}, {open, "other.example", cli.ExitFault}} {
		out, errs, status := ce(t, "", "send", c.address, "--header", "Host: "+c.host)
		if status != c.status || status == cli.ExitFault && !strings.Contains(out, "421 Misdirected Request") {
			t.Errorf("%+v: status %d, %s%s", c, status, out, errs)
		}
	}
}

var port = regexp.MustCompile(`\b(8080|9000)\b`)

// Every example of the help works as it is pasted, one after the other.
func TestExamplesOfHelp(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs many processes")
	}
	_, target := startListener(t)
	dir := t.TempDir()
	writeKeys(t, dir)
	for _, c := range tool().Commands {
		_, text, _ := strings.Cut(c.Help, "examples:\n")
		if c.Name == "conformance" {
			continue // its examples want a receiver that echoes, adapters, and jq
		}
		examples := 0
		for _, example := range examplesIn(text) {
			examples++
			t.Run(example, func(t *testing.T) { runExample(t, dir, target, example) })
		}
		if examples == 0 {
			t.Errorf("ce %s -h has no examples", c.Name)
		}
	}
}

// examplesIn returns the commands of a list, each of one or more lines: those that go on are
// indented further.
func examplesIn(text string) (examples []string) {
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(line, "    ") && len(examples) > 0:
			examples[len(examples)-1] += "\n" + strings.TrimSpace(line)
		case strings.TrimSpace(line) != "":
			examples = append(examples, strings.TrimSpace(line))
		}
	}
	return examples
}

// writeKeys writes the keys that examples sign and verify with.
func writeKeys(t *testing.T, dir string) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	of, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	to, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"private.pem": {Type: "PRIVATE KEY", Bytes: of}, "public.pem": {Type: "PUBLIC KEY", Bytes: to},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func runExample(t *testing.T, dir, target, example string) {
	_, targetPort, err := net.SplitHostPort(target)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(example, "ce listen") {
		listenExample(t, dir, targetPort, example)
		return
	}
	out, status := shell(t, "bash", dir, port.ReplaceAllString(example, targetPort))
	if want := []int{0, 0}; strings.Contains(example, "ce check") {
		want[1] = 1
		if !slices.Contains(want, status) {
			t.Errorf("status %d:\n%s", status, out)
		}
	} else if status != 0 {
		t.Errorf("status %d:\n%s", status, out)
	}
}

// listenExample runs a listener, sends it an event, and ends it.
func listenExample(t *testing.T, dir, targetPort, example string) {
	free := freeport.Port(t)
	script := strings.ReplaceAll(strings.ReplaceAll(example, "8080", targetPort), "9000", free)
	if example == "ce listen" {
		script += " " + free // the default port may be taken
	}
	cmd := shellCommand(t, "bash", dir, "exec "+script)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	lines := bufio.NewReader(stderr)
	if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, "listening on http://127.0.0.1:"+free) {
		t.Fatal(line, err)
	}
	if out, errs, status := ce(t, "", "send", "http://127.0.0.1:"+free); status != cli.ExitOK {
		t.Error(out, errs)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(lines)
	err = cmd.Wait()
	if exit := new(exec.ExitError); errors.As(err, &exit) || err != nil {
		t.Error(err, string(rest))
	}
}
