package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// No input makes a command open a file: whatever option of curl names it, and whichever way
// the input comes in. Nothing of the file is printed or sent.
func TestInputsOpenNoFile(t *testing.T) {
	const secret = "x-secret: content-of-the-file"
	dir := t.TempDir()
	private := filepath.Join(dir, "private")
	if err := os.WriteFile(private, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(private, link); err != nil {
		t.Skip(err)
	}
	var sent atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if sent.Add(1); strings.Contains(fmt.Sprint(r.Header, string(body)), "content-of-the-file") {
			t.Errorf("it was sent: %v %s", r.Header, body)
		}
	}))
	defer server.Close()
	const head = "curl http://a/ -H 'ce-specversion: 1.0' -H 'ce-id: 1' -H 'ce-source: /' -H 'ce-type: t' "
	for _, options := range []string{
		"-d @F", "-d@F", "-sd @F", "--data @F", "--data-ascii @F", "--data-binary @F", "--json @F", "--data-urlencode @F", "--data-urlencode a@F",
		"-H @F", "--header @F", "-T F", "--upload-file F", "-K F", "--config F", "-F f=@F", "-F 'f=<F'", "--variable v@F --expand-data '{{v}}'", "-G -d @F", "-d @L",
	} {
		command := head + strings.NewReplacer("F", private, "L", link).Replace(strings.ReplaceAll(options, "-F", "--form"))
		for _, way := range []string{"standard input", "a file by its first bytes", "a .curl file", "a --from"} {
			name, args := filepath.Join(dir, "input"), []string{}
			switch way {
			case "a .curl file":
				name += ".curl"
			case "a --from":
				name, args = name+".json", []string{"--from", "curl"}
			}
			if err := os.WriteFile(name, []byte(command+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			stdin := ""
			if way == "standard input" {
				name, stdin = "-", command
			}
			for _, verb := range []string{"check", "convert", "send"} {
				line := append([]string{verb}, args...)
				if verb == "send" {
					if len(args) > 0 {
						continue // it has no --from
					}
					line = append(line, server.URL)
				}
				out, errs, status := ce(t, stdin, append(line, name)...)
				if status != cli.ExitFault || strings.Contains(out+errs, "content-of-the-file") {
					t.Errorf("%s of %s in %s: status %d\n%s%s", verb, options, way, status, out, errs)
				}
			}
		}
	}
	if n := sent.Load(); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// The text "@file" is not the name of a file where only people at the keyboard can name one.
func TestTextIsNoFileName(t *testing.T) {
	private := filepath.Join(t.TempDir(), "private")
	if err := os.WriteFile(private, []byte("content-of-the-file"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, input := range map[string]string{
		"an event":              `{"specversion":"1.0","id":"@F","source":"@F","type":"t","dataschema":"file://F","dataref":"file://F","data":"@F"}`,
		"lines with a command":  `{"specversion":"1.0","id":"1","source":"/s","type":"t"}` + "\ncurl http://a/ -d @F -H @F\n",
		"a batch":               `[{"specversion":"1.0","id":"@F","source":"/s","type":"t","data":"@F"}]`,
		"a message":             "POST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\nce-source: /s\nce-type: t\nContent-Type: text/plain\n\n@F",
		"raw data of a command": "curl http://a/ -H 'ce-specversion: 1.0' -H 'ce-id: 1' -H 'ce-source: /' -H 'ce-type: t' --data-raw @F -b F --netrc-file F",
		"a case":                "x\n-- request --\nPOST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\nce-source: /s\nce-type: t\n\n@F\n-- event --\nid String \"1\"\n",
	} {
		input = strings.ReplaceAll(input, "F", private)
		for _, args := range [][]string{{"check"}, {"convert"}, {"convert", "--read-files"}, {"send", "--print", "http://localhost/", "-"}, {"check", "--json", "--read-files"}} {
			if strings.HasPrefix(input, `{`) && strings.Contains(input, "curl") && args[0] == "convert" {
				args = append(args, "--keep-going")
			}
			if out, errs, _ := ce(t, input, args...); strings.Contains(out+errs, "content-of-the-file") {
				t.Errorf("%s, %q:\n%s%s", name, args, out, errs)
			}
		}
	}
}
