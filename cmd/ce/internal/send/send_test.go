package send_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/send"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

const minimal = `"specversion":"1.0","id":"1","source":"/s","type":"t"`

// The summary and the exit status follow from the answers.
func TestSendReports(t *testing.T) {
	var requests atomic.Int64
	answers := map[string]http.HandlerFunc{
		"/ok":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"/accepted": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(202) },
		"/bad": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			io.WriteString(w, "{\"error\":\"no \x1b[31m\\u001b[31m\",\"error_type\":\"x\",\"retryable\":false}")
		},
		"/gone":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410) },
		"/redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok", http.StatusTemporaryRedirect) },
		"/flaky": func(w http.ResponseWriter, _ *http.Request) {
			if requests.Add(1)%2 == 1 {
				w.WriteHeader(503)
			}
		},
		"/busy": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
		"/reply": func(w http.ResponseWriter, _ *http.Request) {
			e := cloudevents.Event{ID: "R-1", Source: "/replies", Type: "reply", DataContentType: "text/plain", Data: []byte("thanks\x1b[2J")}
			cehttp.WriteHTTPResponse(w, 200, &e, cloudevents.BinaryMode, nil)
		},
		"/header": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer x" || r.Header.Get("Ce-Partitionkey") != "k" {
				w.WriteHeader(401)
			}
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answers[r.URL.Path](w, r) }))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "three.jsonl")
	if err := os.WriteFile(file, []byte("{"+minimal+"}\n{"+minimal+"}\n{"+minimal+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken.jsonl")
	if err := os.WriteFile(broken, []byte("{"+minimal+"}\n{}\n{"+minimal+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   string
		status int
		want   []string
	}{
		{"/ok", cli.ExitOK, []string{"accepted: 204 No Content in ", ", id "}},
		{"/accepted --repeat 3", cli.ExitOK, []string{"3 of 3 events accepted", "      3  202 Accepted", "latency  p50 "}},
		{"/bad", cli.ExitFault, []string{"not accepted: 400 Bad Request", `no \u001b[31m`, "answer"}},
		{"/gone --repeat 2", cli.ExitFault, []string{"0 of 2 events accepted", "2  410 Gone"}},
		{"/redirect", cli.ExitFault, []string{"not accepted: 307 Temporary Redirect"}},
		{"/flaky --wait 1ms --repeat 4", cli.ExitOK, []string{"4 of 4 events accepted", "4  requests made again"}},
		{"/flaky --wait 1ms --attempts 1 --repeat 2", cli.ExitFault, []string{"1 of 2 events accepted", "1  503 Service Unavailable"}},
		{"/busy --wait 0 --attempts 3", cli.ExitFault, []string{"not accepted: 503", "2  requests made again"}},
		{"/reply", cli.ExitOK, []string{"accepted: 200 OK", "reply", "R-1", `thanks\u001b[2J`}},
		{"/header --header Authorization:Bearer%20x --ext partitionkey=k", cli.ExitOK, []string{"accepted: 200"}},
		{"/ok " + file, cli.ExitOK, []string{"3 of 3 events accepted"}},
		{"/ok --mode batch --batch-size 2 " + file, cli.ExitOK, []string{"3 of 3 events accepted"}},
		{"/bad --mode batch " + file, cli.ExitFault, []string{"0 of 3 events accepted", "3  400 Bad Request"}},
		{"/ok --rate 1000 --repeat 5 --concurrency 3 --mode structured", cli.ExitOK, []string{"5 of 5 events accepted"}},
	} {
		args := strings.Fields(c.args)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "%20", " ")
		}
		out, errs, status := cetest.Run(t, send.Command(), "", append([]string{server.URL + args[0]}, args[1:]...)...)
		if status != c.status || errs != "" {
			t.Errorf("%s: status %d, %s", c.args, status, errs)
		}
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", c.args, want, out)
			}
		}
		if cli.VisibleLines(out) != out {
			t.Errorf("%s: %q", c.args, out)
		}
	}
	out, errs, status := cetest.Run(t, send.Command(), "", server.URL+"/ok", broken)
	if status != cli.ExitFault || !strings.Contains(out, "accepted: 204") || !strings.Contains(errs, "broken.jsonl: line 2: attribute \"id\"") {
		t.Errorf("a broken file: status %d, %s%s", status, out, errs)
	}
}
