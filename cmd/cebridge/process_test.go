package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/freeport"
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
	t     *testing.T
	args  []string
	env   []string
	admin string // its address
	log   *logFile
	cmd   *exec.Cmd
}

// start starts a bridge, and waits until it is open.
func start(t *testing.T, args ...string) *bridgeProcess {
	t.Helper()
	return startWith(t, nil, args...)
}

// startWith is start with variables of the environment.
func startWith(t *testing.T, env []string, args ...string) *bridgeProcess {
	t.Helper()
	p := &bridgeProcess{t: t, env: env, admin: freeport.Address(t), log: new(logFile)}
	p.args = append([]string{"-admin", p.admin}, args...)
	p.start()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		if t.Failed() {
			t.Logf("%q\n%s", p.args, p.log)
		}
	})
	return p
}

func (p *bridgeProcess) start() {
	p.t.Helper()
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Env = append(append(os.Environ(), childArgs+"="+strings.Join(p.args, "\t")), p.env...)
	p.cmd.Stderr = p.log
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	waitFor(p.t, func() bool {
		status, _ := p.get("/ready")
		return status != 0 && !strings.Contains(p.log.String(), "cebridge: ") && strings.Contains(p.log.last(), "bridge is open")
	})
}

// get returns the answer of the admin address. The status is 0 if there is none.
func (p *bridgeProcess) get(path string) (status int, body string) {
	r, err := http.Get("http://" + p.admin + path)
	if err != nil {
		return 0, ""
	}
	defer r.Body.Close()
	content, _ := io.ReadAll(r.Body)
	return r.StatusCode, string(content)
}

// metric returns a metric, or -1.
func (p *bridgeProcess) metric(name string) float64 {
	_, body := p.get("/metrics")
	for line := range strings.Lines(body) {
		var n float64
		if rest, ok := strings.CutPrefix(line, "cebridge_"+name+" "); ok {
			if _, err := fmt.Sscan(rest, &n); err == nil {
				return n
			}
		}
	}
	return -1
}

// logFile has what a process has logged.
type logFile struct {
	mu   sync.Mutex
	text strings.Builder
	from int // where the last start begins
}

func (l *logFile) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logFile) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// last returns what was logged since the last start.
func (l *logFile) last() string { return l.String()[l.from:] }

func (l *logFile) mark() { l.from = len(l.String()) }

// crash kills the process and starts another one.
func (p *bridgeProcess) crash() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	p.log.mark()
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

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come to pass")
		}
	}
}
