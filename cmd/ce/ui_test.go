package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// startUI runs ce listen --ui, and returns the addresses for events and of the page.
func startUI(t *testing.T, flags ...string) (l *running, events, page string) {
	t.Helper()
	l, events = startListener(t, append([]string{"--json", "--ui=0"}, flags...)...)
	return l, events, l.page
}

// get returns the body of an answer of the page.
func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// The page has the messages that arrive, decoded again when they are looked at, and sends one to
// another listener.
func TestListenUI(t *testing.T) {
	_, events, page := startUI(t, "--filter", "NOT EXISTS hidden")
	target, address := startListener(t, "--json")
	if out, errs, status := ce(t, "", "send", events, "--id", "A-1", "--data", `{"n":1}`, "--header", "Authorization: Bearer s3cr3t", "--header", "X-Kept: yes"); status != cli.ExitOK {
		t.Fatal(out, errs)
	}
	ce(t, "", "send", events, "--id", "A-2", "--ext", "hidden=x")
	ce(t, "", "send", events, "--attempts", "1", "--id", "A-3", "--mode", "structured", "--format", "avro")
	response, err := http.Post("http://"+events, "application/cloudevents+json", strings.NewReader(`{"specversion":"1.0","id":"","type":"t"}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	type shown struct {
		ID, Mode, Wire, Answer, Problem string
		Status                          int
		Shown                           []struct {
			Attributes []struct{ Name, Value string }
			Data       string
		}
		Violations []struct{ Text, URL, Advice string }
	}
	var all [3]shown
	for i := range all {
		body := get(t, page+"messages/"+string(rune('1'+i)))
		if err := json.Unmarshal([]byte(body), &all[i]); err != nil || strings.Contains(body, "s3cr3t") {
			t.Fatal(err, body)
		}
	}
	first, avro, invalid := all[0], all[1], all[2]
	if first.ID != "A-1" || len(first.Shown) != 1 || first.Shown[0].Data != "{\n  \"n\": 1\n}" || !strings.Contains(first.Wire, "Authorization: (left out)\n") || !strings.Contains(first.Wire, "X-Kept: yes\n") {
		t.Errorf("%+v", first)
	}
	if avro.ID != "A-3" || avro.Mode != "structured, avro" || len(avro.Shown) != 1 {
		t.Errorf("%+v", avro)
	}
	if invalid.Status != 400 || len(invalid.Violations) != 2 || invalid.Violations[0].Advice == "" || !strings.Contains(invalid.Answer, `"error_type"`) || invalid.Problem == "" {
		t.Errorf("%+v", invalid)
	}
	token := regexp.MustCompile(`name="ce-token" content="(\w+)"`).FindStringSubmatch(get(t, page))[1]
	request, err := http.NewRequest("POST", page+"messages/1/replay", strings.NewReader(`{"url":"`+address+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Ce-Page-Token", token)
	if response, err = http.DefaultClient.Do(request); err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	response.Body.Close()
	if lines := target.lines(t, 1); !strings.Contains(lines[0], `"id":"A-1"`) {
		t.Errorf("%q", lines)
	}
}

// Ctrl-C ends the listener at once, also while browsers look, one of which does not read.
func TestListenUIEnds(t *testing.T) {
	l, events, page := startUI(t)
	for range 2 {
		response, err := http.Get(page + "stream")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
	}
	if out, errs, status := ce(t, "", "send", events, "--repeat", "3000", "--concurrency", "4", "--type", strings.Repeat("t", 200)); status != cli.ExitOK {
		t.Fatal(out, errs)
	}
	ended := make(chan string, 1)
	go func() {
		if err := l.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		rest, _ := io.ReadAll(l.err)
		ended <- string(rest)
	}()
	select {
	case rest := <-ended:
		if err := l.cmd.Wait(); err != nil || !strings.Contains(rest, "3000 events, 0 messages refused") {
			t.Error(err, rest)
		}
	case <-time.After(20 * time.Second): // without an end of the streams it is 25 s or more
		t.Error("it goes on")
	}
}
