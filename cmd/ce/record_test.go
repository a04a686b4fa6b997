package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// What ce listen --record writes is read by check, convert, send and conformance: in every
// mode, with text, with bytes, and with what is wrong.
func TestRecordedMessagesAreRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "recorded")
	l, address := startListener(t, "--record", dir)
	const head = `"specversion":"1.0","id":"A-1","source":"/s","type":"t"`
	messages := []struct {
		name, contentType, body string
		attributes              bool
		events                  int // 0: it is invalid
		violation               string
	}{
		{"binary", "application/json", `{"n":1}`, true, 1, ""},
		{"binary, text of several lines", "text/plain", "a\n-- event --\n\nb\n", true, 1, ""},
		{"binary, bytes", "image/png", "\x89PNG\r\n\x00\xff\n", true, 1, ""},
		{"binary, no data", "", "", true, 1, ""},
		{"binary, a carriage return at the end", "text/plain", "a\r", true, 1, ""},
		{"structured", "application/cloudevents+json", "{" + head + `,"data":"x"}`, false, 1, ""},
		{"structured, indented", "application/cloudevents+json", "{\n  " + head + "\n}\n", false, 1, ""},
		{"batch", "application/cloudevents-batch+json", "[{" + head + "},\n{" + head + "}]", false, 2, ""},
		{"an empty batch", "application/cloudevents-batch+json", "[]", false, -1, ""},
		{"no event", "application/json", "{}", false, 0, "Content-Type"},
		{"a structured event without an ID", "application/cloudevents+json", "{" + strings.Replace(head, "A-1", "", 1) + "}", false, 0, `"id"`},
		{"no JSON", "application/cloudevents+json", "{" + head, false, 0, "cut off"},
		{"a batch with a bad event", "application/cloudevents-batch+json", "[{" + head + "},{}]", false, 0, "event 1"},
	}
	for _, m := range messages {
		r, err := http.NewRequest("POST", "http://"+address, strings.NewReader(m.body))
		if err != nil {
			t.Fatal(err)
		}
		if m.attributes {
			r.Header = http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {"A-1"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"}, "Ce-Key": {"100 %25 é"}}
		}
		if m.contentType != "" {
			r.Header.Set("Content-Type", m.contentType)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil || (response.StatusCode < 300) != (m.events != 0) {
			t.Fatalf("%s: %v, %v", m.name, response, err)
		}
		response.Body.Close()
	}
	l.stop(t)
	names, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(names) != len(messages) {
		t.Fatalf("%q, %v", names, err)
	}
	_, target := startListener(t)
	valid := 0
	for i, m := range messages {
		t.Run(m.name, func(t *testing.T) {
			text, err := os.ReadFile(names[i])
			if err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"check", names[i]}, {"check"}, {"check", "--from", "txtar"}} { // by its name, and by its first bytes
				out, errs, status := ce(t, string(text), args...)
				want, says := cli.ExitOK, "valid (txtar, "
				if m.events == 0 {
					want, says = cli.ExitFault, m.violation
				}
				if status != want || errs != "" || !strings.Contains(out, says) {
					t.Errorf("%q: status %d, want %d\n%s%s", args, status, want, out, errs)
				}
			}
			lines, errs, status := ce(t, "", "convert", names[i])
			events := max(m.events, 0)
			if m.events == 0 {
				if status != cli.ExitFault || lines != "" && !strings.HasPrefix(m.name, "a batch") || !strings.HasPrefix(errs, "ce: "+names[i]) {
					t.Errorf("convert: status %d, %s%s", status, lines, errs)
				}
			} else {
				if status != cli.ExitOK || strings.Count(lines, "\n") != events {
					t.Errorf("convert: status %d, %s%s", status, lines, errs)
				}
				if m.attributes && (!strings.Contains(lines, `"key":"100 % é"`) || !strings.Contains(lines, dataOf(m.contentType, m.body))) {
					t.Errorf("convert: %s, want data %s", lines, dataOf(m.contentType, m.body))
				}
				valid += events
			}
			out, errs, status := ce(t, "", "send", target, names[i])
			switch {
			case m.events == 0 && status != cli.ExitFault, m.events != 0 && status != cli.ExitOK:
				t.Errorf("send: status %d, %s%s", status, out, errs)
			case m.events > 0 && !strings.Contains(out, "accepted"):
				t.Errorf("send: %s", out)
			}
			if out, errs, status := ce(t, "", "conformance", "--cases", names[i]); status != cli.ExitOK || !strings.Contains(out, " 0 failed, 0 differ") {
				t.Errorf("conformance: status %d, %s%s", status, out, errs)
			}
		})
	}
	if out, errs, status := ce(t, "", "conformance", "--cases", dir); status != cli.ExitOK || !strings.Contains(out, "cases") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	if out, errs, status := ce(t, "", "conformance", "--cases", dir, "--http", target); status != cli.ExitOK {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	// One after the other is a stream.
	var all strings.Builder
	for _, name := range names {
		text, _ := os.ReadFile(name)
		all.Write(text)
	}
	if out, _, _ := ce(t, all.String(), "convert", "--keep-going"); strings.Count(out, "\n") < valid {
		t.Errorf("%d events of %d", strings.Count(out, "\n"), valid)
	}
}

// dataOf returns what the JSON form of an event has for data.
func dataOf(contentType, body string) string {
	switch {
	case body == "":
		return "}"
	case contentType == "application/json":
		return `"data":` + body
	case contentType == "text/plain":
		return `"data":` + strings.ReplaceAll(fmt.Sprintf("%q", body), `\\`, `\`)
	}
	return `"data_base64":"` + base64.StdEncoding.EncodeToString([]byte(body))
}

// A case that the specification's own suite has is read as well, whatever the message in it is.
func TestSuiteCasesAreRead(t *testing.T) {
	for file, want := range map[string]int{
		"http/decode/percent-euro": cli.ExitOK, "json/decode/minimal": cli.ExitOK, "json/decode/missing-id": cli.ExitFault,
	} {
		if out, errs, status := ce(t, "", "check", "../../testdata/"+file+".txtar"); status != want || errs != "" {
			t.Errorf("%s: status %d, %s%s", file, status, out, errs)
		}
	}
}
