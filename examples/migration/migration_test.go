package migration_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// Each program receives what each program sends, answers it with the same status, and sends
// the same invoice.
func TestPrograms(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", dir, "./before", "./halfway", "./after").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, receiver := range []string{"before", "halfway", "after"} {
		t.Run(receiver, func(t *testing.T) {
			invoices := newInvoices(t)
			service := start(t, filepath.Join(dir, receiver), invoices.url)
			for i, sender := range []string{"before", "after"} {
				order := strconv.Itoa(17 + i)
				cmd := exec.Command(filepath.Join(dir, sender), "-port", freeport.Port(t), "-target", service.url, "-order", order)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%s to %s: %v\n%s", sender, receiver, err, out)
				}
				if got, want := invoices.next(t), `{"number":`+order+`,"cents":240}`; got != want {
					t.Errorf("%s to %s: invoice %s, want %s", sender, receiver, got, want)
				}
			}
			for _, c := range []struct {
				name, eventType, data string
				invoices              int // the status of the target
				want                  int
			}{
				{"an order that cannot be", "com.example.order.placed", `{"number":-1}`, 204, 422},
				{"data that do not fit", "com.example.order.placed", `{"number":"x"}`, 204, 400},
				{"a type without a handler", "com.example.order.sniffed", `{}`, 204, 422},
				{"a target that fails", "com.example.order.placed", `{"number":1}`, 503, 503},
			} {
				invoices.answer(c.invoices)
				if got := post(t, service.url, c.eventType, c.data); got != c.want {
					t.Errorf("%s: %s answers %d, want %d", receiver, c.name, got, c.want)
				}
			}
			if want := "invoice for order 17 of /shop\ninvoice for order 18 of /shop\n"; !strings.HasPrefix(service.output(t), want) {
				t.Errorf("%s prints %q", receiver, service.output(t))
			}
		})
	}
}

// invoices is the target of a service.
type invoices struct {
	url      string
	received chan string

	mu     sync.Mutex
	status int
}

func newInvoices(t *testing.T) *invoices {
	in := &invoices{received: make(chan string, 100), status: http.StatusNoContent}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := cehttp.ToCloudEvent(r, nil)
		in.mu.Lock()
		defer in.mu.Unlock()
		switch {
		case err != nil || e.Type != "com.example.invoice.made" || e.Source != "/invoices" || e.DataContentType != "application/json":
			t.Errorf("%v, %v", e, err)
			w.WriteHeader(http.StatusBadRequest)
		case in.status != http.StatusNoContent:
			w.WriteHeader(in.status)
		default:
			in.received <- string(e.Data)
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	t.Cleanup(server.Close)
	in.url = server.URL
	return in
}

func (in *invoices) answer(status int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.status = status
}

func (in *invoices) next(t *testing.T) string {
	select {
	case data := <-in.received:
		return data
	case <-time.After(time.Minute):
		t.Fatal("no invoice was sent")
		return ""
	}
}

// service is a program that runs until the test ends, and has to end well then. A file takes its output, because
// what was written before an answer is in it when the answer is there.
type service struct{ url, stdout string }

func (s *service) output(t *testing.T) string {
	text, err := os.ReadFile(s.stdout)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func start(t *testing.T, program, target string) *service {
	port := freeport.Port(t)
	stdout, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	cmd := exec.Command(program, "-port", port, "-target", target)
	cmd.Stdout = stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM) // as an orchestrator does
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", program, err)
		}
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			c.Close()
			return &service{"http://127.0.0.1:" + port + "/", stdout.Name()}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen", program)
		}
	}
}

// post sends an event without retries and returns the status of the answer.
func post(t *testing.T, url, eventType, data string) int {
	e := cloudevents.New("/shop", eventType)
	if err := e.SetData("application/json", json.RawMessage(data)); err != nil {
		t.Fatal(err)
	}
	r, err := cehttp.ToHTTPRequest(t.Context(), url, &e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", eventType, err))
	}
	answer.Body.Close()
	return answer.StatusCode
}
