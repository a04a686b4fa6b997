package suite

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/curl"
)

// rightReceiver accepts and refuses as the specification demands, and answers with the event
// as edit has changed it.
func rightReceiver(edit func(*cloudevents.Event)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if cehttp.IsCloudEventBatch(r.Header) {
			if _, err := cehttp.ToCloudEventBatch(r, nil); err != nil {
				w.WriteHeader(cehttp.StatusCode(err))
			}
			return
		}
		e, err := cehttp.ToCloudEvent(r, nil)
		if err != nil {
			w.WriteHeader(cehttp.StatusCode(err))
			return
		}
		if edit != nil {
			edit(&e)
			cehttp.WriteHTTPResponse(w, http.StatusOK, &e, cloudevents.StructuredMode, nil)
		}
	}
}

func TestConformanceHTTP(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		args    []string
		status  int
		check   func(r *report, o *outcome) (says string) // "" must pass
	}{
		"right": {handler: rightReceiver(nil), status: cli.ExitOK},
		"echoes": {
			handler: rightReceiver(func(*cloudevents.Event) {}), status: cli.ExitOK,
			args: []string{"--run", "^json/decode/(every|order|data-text|minimal)"},
		},
		"echoes, and does not know the types of extensions": {
			handler: rightReceiver(func(*cloudevents.Event) {}), status: cli.ExitOK,
			args: []string{"--run", "^(json/decode/declared|http/decode/structured-declared)"},
		},
		"accepts all": {
			handler: func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }, status: cli.ExitFault,
			check: func(_ *report, o *outcome) string {
				if o.Expect == "reject" {
					return "accepted with status 200, but must be refused"
				}
				return ""
			},
		},
		"refuses all": {
			handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) }, status: cli.ExitFault,
			check: func(_ *report, o *outcome) string {
				if o.Expect == "accept" {
					return "refused with status 400"
				}
				return ""
			},
		},
		"redirects": {
			handler: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, status: cli.ExitFault,
			check: func(*report, *outcome) string { return "redirected: status 302" },
		},
		"echoes another event": {
			handler: rightReceiver(func(e *cloudevents.Event) { e.Type += ".reply" }), status: cli.ExitFault,
			args: []string{"--run", "^json/decode/(every|order|data-text|minimal)"},
			check: func(_ *report, o *outcome) string {
				if o.Expect == "accept" && o.Mode != "batch" {
					return "echo: type is "
				}
				return ""
			},
		},
		"replies": {
			handler: rightReceiver(func(e *cloudevents.Event) { e.Type += ".reply" }), status: cli.ExitOK, args: []string{"--no-echo"},
		},
		"takes no batches": {
			handler: func(w http.ResponseWriter, r *http.Request) {
				if cehttp.IsCloudEventBatch(r.Header) {
					w.WriteHeader(http.StatusUnsupportedMediaType)
					return
				}
				rightReceiver(nil)(w, r)
			}, status: cli.ExitOK,
		},
		"hangs up": {
			handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, status: cli.ExitError,
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			args := append([]string{"--json", "--http", server.URL}, c.args...)
			if len(c.args) == 0 || c.args[0] == "--no-echo" {
				args = append(args, "--run", "^(http/|json/decode/[a-e]|batch/|canonical/(time|name))")
			}
			status, out, errs := ceConformance(t, args...)
			if status != c.status {
				t.Fatalf("status %d, want %d: %s%.2000s", status, c.status, errs, out)
			}
			if status == cli.ExitError {
				return
			}
			var r report
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatal(err)
			}
			if r.Passed+r.Failed+r.Differ < 15 {
				t.Errorf("only %d messages were sent", r.Passed+r.Failed+r.Differ)
			}
			for i := range r.Results {
				o := &r.Results[i]
				says := ""
				if c.check != nil {
					says = c.check(&r, o)
				}
				if o.Verdict != verdictSkip && (says == "") != (o.Verdict == verdictPass) || !strings.HasPrefix(o.Reason, says) && o.Verdict != verdictSkip {
					t.Errorf("%s in %s mode: %s %s, want %q", o.Case, o.Mode, o.Verdict, o.Reason, says)
				}
			}
		})
	}
}

// The command under a failure sends what the suite has sent, and no password.
func TestConformanceHTTPPrintsCommands(t *testing.T) {
	type message struct{ contentType, body string }
	var sent []message
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent = append(sent, message{r.Header.Get("Content-Type"), string(body)})
		if len(sent) > 2 { // behind those that are sent first
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	defer server.Close()
	target := strings.Replace(server.URL, "http://", "http://user:s3cr3t@", 1) + "/events"
	args := []string{"--http", target, "--run", "^(http/decode/body-|json/decode/data-)", "--no-echo", "--json"}
	out, errs, status := cetest.Run(t, Command(), "", args...)
	var r report
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != cli.ExitFault || strings.Contains(out, "s3cr3t") {
		t.Fatal(status, err, errs)
	}
	sent = sent[2:]
	commands := 0
	for i := range r.Results {
		o := &r.Results[i]
		if o.Verdict == verdictSkip {
			continue
		}
		this := sent[0]
		sent = sent[1:]
		if (o.Curl != "") != (o.Verdict == verdictFail || o.Verdict == verdictDiffer) && len(this.body) < 4096 {
			t.Errorf("%s: %s, command %q", o.Case, o.Verdict, o.Curl)
		}
		if !strings.HasPrefix(o.Curl, "curl ") { // none, or data piped from printf
			continue
		}
		commands++
		c, _, err := curl.Parse(o.Curl)
		if err != nil {
			t.Fatal(err)
		}
		request, err := c.Request(nil)
		if err != nil || request.Method != "POST" || request.Target != "/events" || string(request.Body) != this.body || strings.Join(map[string][]string(request.Header)["content-type"], "") != this.contentType {
			t.Errorf("%s: %+v, %v, want %+v", o.Case, request, err, this)
		}
	}
	if commands < 20 || len(sent) != 0 {
		t.Errorf("%d commands, %d messages left", commands, len(sent))
	}
}

// A service that knows some types only is told apart from one that takes no batches.
func TestReceiverRefusesTypes(t *testing.T) {
	var mux dispatch.Mux
	if err := mux.Handle(dispatch.Route{Type: "com.example.order.placed", Handler: dispatch.NoReply(func(context.Context, *cloudevents.Event) error { return nil })}); err != nil {
		t.Fatal(err)
	}
	receiver := &cehttp.Receiver{Handler: mux.HandleEvent, Logger: slog.New(slog.DiscardHandler)}
	const line = "refuses a valid event of the type com.example.conformance with status 422"
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		batches bool
	}{
		"batches": {receiver.ServeHTTP, true},
		"no batches": {func(w http.ResponseWriter, r *http.Request) {
			if cehttp.IsCloudEventBatch(r.Header) {
				w.WriteHeader(http.StatusUnsupportedMediaType)
				return
			}
			receiver.ServeHTTP(w, r)
		}, false},
	} {
		server := httptest.NewServer(c.handler)
		status, out, errs := ceConformance(t, "--http", server.URL, "--run", "^http/decode/binary-request$")
		server.Close()
		if status != cli.ExitFault || !strings.Contains(errs, line) || strings.Contains(errs, "takes no batches") == c.batches || !strings.Contains(out, `refused with status 422, problem "unknown_type"`) {
			t.Errorf("%s: status %d\n%s%s", name, status, errs, out)
		}
	}
}
