package interop_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// standardWebhooks is the JavaScript library of Standard Webhooks.
type standardWebhooks struct {
	stdin  io.Writer
	stdout *bufio.Reader
}

// startStandardWebhooks installs the library if that is not there, and skips the test
// where Node or npm is missing.
func startStandardWebhooks(t *testing.T) *standardWebhooks {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed, so Standard Webhooks is not tested")
	}
	const dir = "standardwebhooks"
	if _, err := os.Stat(dir + "/node_modules/standardwebhooks"); err != nil {
		npm, err := exec.LookPath("npm")
		if err != nil {
			t.Skip("npm is not installed, so Standard Webhooks is not tested")
		}
		cmd := exec.CommandContext(t.Context(), npm, "ci")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("npm ci: %v\n%s", err, out)
		}
	}
	cmd := exec.Command(node, "peer.js")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
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
	return &standardWebhooks{stdin, bufio.NewReader(stdout)}
}

// ask returns the answer to a request of peer.js.
func (s *standardWebhooks) ask(t *testing.T, request map[string]any) string {
	t.Helper()
	b, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.stdin.Write(append(b, '\n')); err != nil {
		t.Fatal(err)
	}
	line, err := s.stdout.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var answer string
	if err := json.Unmarshal(line, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// TestStandardWebhooks has each side verify what the other has signed.
func TestStandardWebhooks(t *testing.T) {
	peer := startStandardWebhooks(t)
	const text, oldText = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "whsec_GBkaGxwdHh8gISIjJCUmJygpKissLS4v"
	secret, err := webhook.ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	old, err := webhook.ParseSecret(oldText)
	if err != nil {
		t.Fatal(err)
	}
	event := cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.shipped", Subject: "Zürich €",
		DataContentType: "application/json", Data: []byte(`{"text": "naïve 😀", "number": 1e400}`),
	}
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode} {
		t.Run(mode.String(), func(t *testing.T) {
			h := http.Header{}
			var body []byte
			if mode == cloudevents.BatchMode {
				body, err = cehttp.EncodeMessageBatch(h, []cloudevents.Event{event, event}, nil)
			} else {
				body, err = cehttp.EncodeMessage(h, &event, mode, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			encoded := base64.StdEncoding.EncodeToString(body)
			verify := func(secret string, body string) string {
				headers := map[string]string{}
				for name := range h {
					headers[name] = h.Get(name)
				}
				return peer.ask(t, map[string]any{"do": "verify", "secret": secret, "headers": headers, "body": body})
			}

			// They verify, with either secret of a sender that changes them.
			now := time.Now()
			if err := webhook.Sign(h, "", now, body, secret, old); err != nil {
				t.Fatal(err)
			}
			for _, s := range []string{text, oldText} {
				if wrong := verify(s, encoded); wrong != "" {
					t.Errorf("it does not verify: %s", wrong)
				}
			}
			if verify("whsec_"+strings.Repeat("AAAA", 8), encoded) == "" || verify(text, base64.StdEncoding.EncodeToString(body[1:])) == "" {
				t.Error("it verifies anything")
			}

			// They sign, with the id that a binary message needs.
			h.Set("webhook-signature", peer.ask(t, map[string]any{
				"do": "sign", "secret": text, "id": h.Get("webhook-id"), "timestamp": now.Unix(), "body": encoded,
			}))
			h.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
			v := webhook.Verifier{Secrets: []webhook.Secret{old, secret}}
			if err := v.Verify(h, body); err != nil {
				t.Error(err)
			}
			if err := v.Verify(h, body[1:]); err == nil {
				t.Error("it verifies another body")
			}

			// With an id of theirs, attributes in headers are not vouched for.
			h.Set("webhook-id", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W")
			h.Set("webhook-signature", peer.ask(t, map[string]any{
				"do": "sign", "secret": text, "id": h.Get("webhook-id"), "timestamp": now.Unix(), "body": encoded,
			}))
			if err := v.Verify(h, body); (err == nil) != (mode != cloudevents.BinaryMode) {
				t.Error(err)
			}
			v.AllowUnsignedHeaders = true
			if err := v.Verify(h, body); err != nil {
				t.Error(err)
			}
		})
	}
}
