package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// shell runs a script with ce in its path.
func shell(t *testing.T, name, dir, script string) (out string, status int) {
	t.Helper()
	cmd := shellCommand(t, name, dir, script)
	b, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(b), cmd.ProcessState.ExitCode()
}

func shellCommand(t *testing.T, name, dir, script string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("there is no " + name)
	}
	cmd := exec.Command(path, "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CE_BE_MAIN=1", "PATH="+binDir(t)+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return cmd
}

// binDir returns a directory in which ce is.
func binDir(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "ce")); err != nil {
		t.Skip(err)
	}
	return dir
}

func TestBashCompletion(t *testing.T) {
	script := `source <(ce completion bash); try() { COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _ce; echo "${COMPREPLY[*]}"; }
try ce li; try ce send --data; try ce help c; try ce completion ""; try ce check fi; complete -p ce`
	out, status := shell(t, "bash", t.TempDir(), script)
	if status != 0 {
		t.Fatal(status, out)
	}
	lines := strings.Split(out, "\n")
	want := []string{"listen", "--data --datacontenttype --dataschema"}
	if !slices.Equal(lines[:2], want) || !strings.Contains(lines[2], "convert check conformance completion") ||
		lines[3] != "bash zsh" || lines[4] != "" || !strings.Contains(lines[5], "_ce ce") {
		t.Errorf("got\n%s", out)
	}
}

func TestZshCompletion(t *testing.T) {
	out, status := shell(t, "zsh", t.TempDir(), "autoload -Uz compinit; compinit -u -D; source <(ce completion zsh); whence -w _ce; print ${_comps[ce]}")
	if status != 0 || !strings.HasSuffix(out, "_ce: function\n_ce\n") {
		t.Errorf("status %d:\n%s", status, out)
	}
}

// The command that --curl prints sends the same bytes as ce send.
func TestCurlCommandDoesTheSame(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	l, address := startListener(t, "--json")
	data := []string{"", "hello", "it's @\n\"x\" $HOME `y` \\n %s", "@file", "-n %d\\", "\x00\x01\xff\x1b[31m'\\%", `{"n":1}`, strings.Repeat("%'x", 50_000)}
	for i, d := range data {
		for _, mode := range []string{"binary", "structured", "batch"} {
			args := []string{"send", "http://" + address + "/a?b=c&d='", "--curl", "--id", "1", "--time", "none", "--mode", mode, "--ext", "key=100 % 'é'"}
			file := filepath.Join(t.TempDir(), "data")
			if err := os.WriteFile(file, []byte(d), 0o600); err != nil {
				t.Fatal(err)
			}
			if d != "" {
				args = append(args, "--data", "@"+file)
			}
			script, errs, status := ce(t, "", args...)
			if status != cli.ExitOK {
				t.Fatal(errs)
			}
			if script != cli.VisibleLines(script) {
				t.Errorf("%q is not to be pasted", script)
			}
			out, _ := shellFile(t, script)
			args = slices.DeleteFunc(args, func(s string) bool { return s == "--curl" })
			if out, errs, status := ce(t, "", args...); status != cli.ExitOK {
				t.Fatal(out, errs)
			}
			lines := l.lines(t, 2*(3*i+slices.Index([]string{"binary", "structured", "batch"}, mode)+1))
			if n := len(lines); lines[n-1] != lines[n-2] {
				t.Errorf("%.40q, %s mode:\n%.200s\nsends %.200s\nwant  %.200s\n%s", d, mode, script, lines[n-2], lines[n-1], out)
			}
		}
	}
}

// curl makes no other URL of the target, nor several, and leaves out no empty header.
func TestCurlCommandURL(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, fmt.Sprintf("%s %s %q %q", r.Method, r.RequestURI, r.Header["Ce-Empty"], r.Header["X-Empty"]))
	}))
	defer server.Close()
	for _, path := range []string{"/", "/?a={b,c}", "/?a=[1-3]", "/?a[]=1", "/{a,b}", "/a/../b/./c", "//a", "/?a=b%20c&d='", "/?ü"} {
		got = nil
		args := []string{"send", server.URL + path, "--ext", "empty=", "--header", "X-Empty:"}
		if out, errs, status := ce(t, "", args...); status != cli.ExitOK {
			t.Fatal(out, errs)
		}
		script, errs, status := ce(t, "", append(args, "--curl")...)
		if status != cli.ExitOK {
			t.Fatal(errs)
		}
		out, _ := shellFile(t, script)
		if len(got) != 2 || got[0] != got[1] {
			t.Errorf("%s: requests %q\n%s\n%s", path, got, script, out)
		}
		if out, _, status := ce(t, script, "check"); status != cli.ExitOK {
			t.Errorf("%s\n%s", script, out)
		}
	}
}

// shellFile runs a long script.
func shellFile(t *testing.T, script string) (out string, status int) {
	t.Helper()
	cmd := exec.Command("sh", "-s")
	cmd.Stdin = strings.NewReader(script)
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return b.String(), cmd.ProcessState.ExitCode()
}
