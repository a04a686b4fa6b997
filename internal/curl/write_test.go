package curl_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/curl"
)

func TestAppend(t *testing.T) {
	jsonType := http.Header{"Content-Type": {"application/json"}}
	for _, c := range []struct {
		reason  string
		command curl.Command
		want    string
	}{
		{"no body", curl.Command{URL: "http://h/"}, "curl -X POST http://h/ \\\n  -H 'content-length: 0'"},
		{"body", curl.Command{URL: "http://h/?a=1&b=2", Header: jsonType, Body: []byte("it's")},
			"curl -X POST 'http://h/?a=1&b=2' \\\n  -H 'content-type: application/json' \\\n  --data-raw 'it'\\''s'"},
		{"headers are sorted", curl.Command{URL: "http://h/", Header: http.Header{"Ce-Type": {"t"}, "Ce-Id": {"1", ""}}},
			"curl -X POST http://h/ \\\n  -H 'ce-id: 1' \\\n  -H 'ce-id;' \\\n  -H 'ce-type: t' \\\n  -H 'content-length: 0'"},
		{"no content type", curl.Command{URL: "http://h/", Body: []byte("a=b")},
			"curl -X POST http://h/ \\\n  -H content-type: \\\n  --data-raw 'a=b'"},
		{"response shown", curl.Command{URL: "http://h/", Include: true}, "curl -i -X POST http://h/ \\\n  -H 'content-length: 0'"},
		{"control characters", curl.Command{URL: "http://h/", Header: jsonType, Body: []byte("-%\x00\x1b\xff\\'")},
			"printf '\\055%%\\000\\033\\377\\134\\047' |\ncurl -X POST http://h/ \\\n  -H 'content-type: application/json' \\\n  --data-binary @-"},
		{"URL that curl would expand", curl.Command{URL: "http://[::1]/a/../b"},
			"curl -X POST --globoff --path-as-is 'http://[::1]/a/../b' \\\n  -H 'content-length: 0'"},
		{"URL that begins like an option", curl.Command{URL: "-K/etc/passwd"}, "curl -X POST --url -K/etc/passwd \\\n  -H 'content-length: 0'"},
	} {
		if got := string(c.command.Append([]byte("$ "))); got != "$ "+c.want {
			t.Errorf("%s:\n%s\nwant\n$ %s", c.reason, got, c.want)
		}
	}
}

func TestAppendPipesLongBodies(t *testing.T) {
	r := curl.Command{URL: "http://h/", Body: bytes.Repeat([]byte("x"), curl.MaxArgument)}
	if got := string(r.Append(nil)); strings.HasPrefix(got, "printf ") {
		t.Error("a body of MaxArgument bytes is piped")
	}
	r.Body = append(r.Body, 'x')
	if got := string(r.Append(nil)); !strings.HasPrefix(got, "printf xxx") && !strings.HasPrefix(got, "printf 'xxx") {
		t.Errorf("a longer body is not piped: %.40s", got)
	}
}

func TestPasteable(t *testing.T) {
	for _, c := range []struct {
		reason, data string
		want         bool
	}{
		{"nothing", "", true},
		{"lines", "a b\nc", true},
		{"non-ASCII", "Größe €", true},
		{"replacement character", "\ufffd", true},
		{"tab", "a\tb", false},
		{"escape", "\x1b[2J", false},
		{"DEL", "\x7f", false},
		{"not UTF-8", "a\xff", false},
		{"right-to-left override", "a\u202eb", false},
		{"zero width space", "a\u200bb", false},
		{"no-break space", "a\u00a0b", false},
	} {
		if got := curl.Pasteable([]byte(c.data)); got != c.want {
			t.Errorf("%s: %t", c.reason, got)
		}
	}
}

// The command sends the request when it is run by a shell.
func TestShellRunsTheCommand(t *testing.T) {
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	type arrival struct {
		target string
		header http.Header
		body   string
	}
	arrivals := make(chan arrival, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		arrivals <- arrival{r.RequestURI, r.Header, string(body)}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	const target = "/in/[a]{b}/../$HOME/-x?c=d&e='f'"
	for _, body := range []string{
		"", "x", "-n", "@/etc/passwd", "it's\n\n'\"`$(id)` !! \\", "a\x1b[2J\r\tb\x03", "\x00\xff'%s\n", "%d\\n", "\u202e", "a=b&c", "\n",
		strings.Repeat("0123456789", 12<<10),
	} {
		r := curl.Command{URL: server.URL + target, Body: []byte(body), Header: http.Header{
			"X-Empty": {""}, "X-Text": {`'; echo "hi" $(id) #`}, "X-Several": {"a", "@b"},
		}}
		if len(body)%2 > 0 {
			r.Header.Set("Content-Type", `text/plain; note="it's"`)
		}
		command := string(r.Append(nil))
		if out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%.1000s\n%s", err, command, out)
		}
		got := <-arrivals
		if got.target != target || got.body != body {
			t.Errorf("%.1000s\nsends %.1000q to %s", command, got.body, got.target)
		}
		for _, key := range []string{"X-Empty", "X-Text", "X-Several", "Content-Type"} {
			if strings.Join(got.header[key], "\n") != strings.Join(r.Header[key], "\n") || len(got.header[key]) != len(r.Header[key]) {
				t.Errorf("%s is %q, want %q", key, got.header[key], r.Header[key])
			}
		}
	}
}

// FuzzAppend reads what Append writes by the rules of POSIX (Shell Command Language,
// 2.2).
func FuzzAppend(f *testing.F) {
	for _, s := range []string{"", "'", "''", "a'b", "\\'", "@f", "\n", "$(id)", "\x00", "\u202e", "'\\''", "%d", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := curl.Command{URL: "http://h/", Body: []byte(body)}
		command := string(r.Append(nil))
		words := shellWords(t, command)
		switch option := words[len(words)-2]; {
		case body == "":
			if strings.Contains(command, "--data") {
				t.Errorf("%s", command)
			}
		case option == "--data-raw":
			if got := words[len(words)-1]; got != body {
				t.Errorf("%q, want %q", got, body)
			}
		case option != "--data-binary" || words[0] != "printf" || printf(t, words[1]) != body:
			t.Errorf("%s", command)
		}
		for _, c := range command {
			if c < ' ' && c != '\n' || c == 0x7f {
				t.Errorf("control character in %q", command)
			}
		}
	})
}

// printf returns what printf writes for a format without arguments, whose only escapes
// are %% and three octal digits.
func printf(t *testing.T, format string) string {
	t.Helper()
	if strings.HasPrefix(format, "-") {
		t.Fatal("the format is an option")
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		switch c := format[i]; {
		case c == '%' && strings.HasPrefix(format[i:], "%%"):
			b.WriteByte('%')
			i++
		case c == '\\' && len(format) > i+3:
			b.WriteByte((format[i+1]-'0')<<6 | (format[i+2]-'0')<<3 | (format[i+3] - '0'))
			i += 3
		case c == '%' || c == '\\':
			t.Fatalf("unknown escape in %q", format)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// shellWords splits a command, which has only words, single quotes and escaped
// characters.
func shellWords(t *testing.T, command string) (words []string) {
	var word *string
	add := func(s string) {
		if word == nil {
			word = new(string)
		}
		*word += s
	}
	for command != "" {
		c := command[0]
		command = command[1:]
		switch {
		case c == '\'':
			text, rest, closed := strings.Cut(command, "'")
			if !closed {
				t.Fatal("open quote")
			}
			add(text)
			command = rest
		case c == '\\' && command != "" && command[0] == '\n':
			command = command[1:]
		case c == '\\' && command != "":
			add(command[:1])
			command = command[1:]
		case c == ' ' || c == '\n' || c == '|':
			if word != nil {
				words, word = append(words, *word), nil
			}
		case strings.IndexByte("\"`$&;()<>*?[]#~!{}", c) >= 0:
			t.Fatalf("the shell would act on %q", c)
		default:
			add(string(rune(c)))
		}
	}
	if word != nil {
		words = append(words, *word)
	}
	return words
}
