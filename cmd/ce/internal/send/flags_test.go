package send_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/send"
	"github.com/seed763dd41b/cloudevents/internal/curl"
)

// Data that is given and empty is data; none is none.
func TestSendEmptyData(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want string // the last members
	}{
		"no data":          {nil, `"type":"com.example.test"}`},
		"empty data":       {[]string{"--data", ""}, `"datacontenttype":"text/plain; charset=utf-8","data":""}`},
		"an empty file":    {[]string{"--data", "@" + empty}, `"datacontenttype":"text/plain; charset=utf-8","data":""}`},
		"standard input":   {[]string{"--data", "-"}, `"datacontenttype":"text/plain; charset=utf-8","data":""}`},
		"empty and typed":  {[]string{"--data", "", "--datacontenttype", "a/b"}, `"datacontenttype":"a/b","data_base64":""}`},
		"an empty object":  {[]string{"--data", "{}"}, `"datacontenttype":"application/json","data":{}}`},
		"a JSON string":    {[]string{"--data", `"x"`}, `"datacontenttype":"text/plain; charset=utf-8","data":"\"x\""}`},
		"something in it":  {[]string{"--data", "[x"}, `"datacontenttype":"text/plain; charset=utf-8","data":"[x"}`},
		"space, then JSON": {[]string{"--data", " \t\r\n[1]"}, `"datacontenttype":"application/json","data": ` + "\t\r\n[1]}"},
		"bytes":            {[]string{"--data", "\xff"}, `"datacontenttype":"application/octet-stream","data_base64":"/w=="}`},
		"a NUL":            {[]string{"--data", "a\x00"}, `"datacontenttype":"application/octet-stream","data_base64":"YQA="}`},
	} {
		out, errs, status := cetest.Run(t, send.Command(), "", append([]string{"--print", "http://a/", "--mode", "structured", "--id", "1", "--time", "none"}, c.args...)...)
		if status != cli.ExitOK || !strings.HasSuffix(out, c.want) {
			t.Errorf("%s: status %d, %q%s\nwant %q", name, status, out, errs, c.want)
		}
	}
}

// Data that is not the JSON that its media type says is refused, unless it is asked for. From a
// file it is sent, and said.
func TestSendBrokenJSON(t *testing.T) {
	dir := t.TempDir()
	file, events := filepath.Join(dir, "data"), filepath.Join(dir, "events.http")
	if err := os.WriteFile(file, []byte("{\"a\": 1,\n \"b\": }"), 0o600); err != nil {
		t.Fatal(err)
	}
	message := "POST / HTTP/1.1\nce-specversion: 1.0\nce-id: A-1\nce-source: /\nce-type: t\nContent-Type: application/json\n\n[1 2]"
	if err := os.WriteFile(events, []byte(message), 0o600); err != nil {
		t.Fatal(err)
	}
	structured := []string{"--print", "http://a/", "--mode", "structured", "--id", "1", "--time", "none"}
	for name, c := range map[string]struct {
		args []string
		want string // in the error
	}{
		"cut off":          {[]string{"--datacontenttype", "application/json", "--data", `{"a":`}, "unexpected end of JSON text at line 1, column 6, offset 5"},
		"in a file":        {[]string{"--datacontenttype", "application/json", "--data", "@" + file}, "unexpected character in JSON text at line 2, column 7, offset 15"},
		"a suffix":         {[]string{"--datacontenttype", "application/x+json; charset=utf-8", "--data", "x"}, "offset 0"},
		"nothing":          {[]string{"--datacontenttype", "text/json", "--data", ""}, "unexpected end of JSON text at line 1, column 1, offset 0"},
		"something behind": {[]string{"--datacontenttype", "application/json", "--data", "1 2"}, "unexpected character in JSON text at line 1, column 3, offset 2"},
	} {
		out, errs, status := cetest.Run(t, send.Command(), "", append(structured, c.args...)...)
		if status != cli.ExitUsage || out != "" || !strings.Contains(errs, c.want) || !strings.Contains(errs, "--any-data") {
			t.Errorf("%s: status %d, %s%s", name, status, out, errs)
		}
		out, errs, status = cetest.Run(t, send.Command(), "", append(append(structured, "--any-data"), c.args...)...)
		if status != cli.ExitOK || errs != "" || !strings.Contains(out, `"data_base64":`) {
			t.Errorf("%s, --any-data: status %d, %s%s", name, status, out, errs)
		}
	}
	for _, data := range []string{"{}", " [1]\n", `"x"`, "null"} {
		if out, errs, status := cetest.Run(t, send.Command(), "", append(structured, "--datacontenttype", "application/json", "--data", data)...); status != cli.ExitOK || errs != "" || !strings.Contains(out, `"data":`) {
			t.Errorf("%s: status %d, %s%s", data, status, out, errs)
		}
	}
	out, errs, status := cetest.Run(t, send.Command(), "", "--print", "--mode", "structured", "http://a/", events)
	if status != cli.ExitOK || !strings.Contains(out, `"data_base64":"WzEgMl0="`) ||
		errs != "ce: "+events+": line 8: the data of event \"A-1\" is not the JSON that its datacontenttype says: unexpected character in JSON text at line 1, column 4, offset 3; it is sent as it is\n" {
		t.Errorf("a file: status %d, %s%s", status, out, errs)
	}
}

// --header sends another Host than that of the URL, and shows it in each form.
func TestSendHost(t *testing.T) {
	var host string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { host = r.Host }))
	defer server.Close()
	own := strings.TrimPrefix(server.URL, "http://")
	for _, c := range []struct{ header, want string }{{"Host: other.example:81", "other.example:81"}, {"host:other", "other"}, {"Hostname: x", own}} {
		if out, errs, status := cetest.Run(t, send.Command(), "", server.URL, "--header", c.header); status != cli.ExitOK || host != c.want {
			t.Errorf("%s: sent to %q: %s%s", c.header, host, out, errs)
		}
		out, _, status := cetest.Run(t, send.Command(), "", server.URL, "--header", c.header, "--print")
		if status != cli.ExitOK || strings.Count(out, "\r\nHost: ") != 1 || !strings.Contains(out, "\r\nHost: "+c.want+"\r\n") {
			t.Errorf("%s: %s", c.header, out)
		}
		out, _, _ = cetest.Run(t, send.Command(), "", server.URL, "--header", c.header, "--curl")
		command, _, err := curl.Parse(out)
		if err != nil {
			t.Fatal(err)
		}
		r, err := command.Request(nil)
		got := ""
		for _, f := range r.Fields {
			if f.Name == "host" {
				got += f.Value
			}
		}
		if c.want == own {
			c.want = ""
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v in\n%s", c.header, got, err, out)
		}
	}
	for _, args := range [][]string{{"Host: a b"}, {"Host:"}, {"Host: a/b"}, {"Host: a@b"}, {"Host: a", "--header", "host: b"}, {"X: a\r\nHost: b"}, {"X: a\nY: b"}, {"X: \x00"}, {"X: \x7f"}, {"X"}, {"a b: c"}} {
		if out, errs, status := cetest.Run(t, send.Command(), "", append([]string{server.URL, "--print", "--header"}, args...)...); status != cli.ExitUsage {
			t.Errorf("%q: status %d, %s%s", args, status, out, errs)
		}
	}
}

// The target may lack its scheme, and its host.
func TestSendTargets(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	for _, target := range []string{"localhost:" + port, ":" + port, "127.0.0.1:" + port, "localhost:" + port + "/a:b?c=d:1", server.URL, "http://localhost:" + port} {
		if out, errs, status := cetest.Run(t, send.Command(), "", target); status != cli.ExitOK {
			t.Errorf("%s: status %d, %s%s", target, status, out, errs)
		}
	}
	if out, _, _ := cetest.Run(t, send.Command(), "", "--print", ":81/x"); !strings.HasPrefix(out, "POST /x HTTP/1.1\r\nHost: localhost:81\r\n") {
		t.Errorf("%q", out)
	}
	for _, target := range []string{"", ":", "localhost", "localhost:", "localhost:x", ":0", ":70000", "ftp://a:80/", "//localhost:80", "/a:80", "user:80@localhost:80", "a b:80", "http:80", "mailto:1@a"} {
		if target == "http:80" {
			continue // a host with an odd name
		}
		out, errs, status := cetest.Run(t, send.Command(), "", "--print", target)
		if status != cli.ExitUsage || !strings.Contains(errs, "not an http or https URL") {
			t.Errorf("%s: status %d, %s%s", target, status, out, errs)
		}
	}
	_, errs, _ := cetest.Run(t, send.Command(), "", "ftp://user:s3cr3t@a/?access_token=s3cr3t")
	if strings.Contains(errs, "s3cr3t") {
		t.Error(errs)
	}
}

// A wait for another attempt is shown while it happens. What people would not notice is not.
func TestSendShowsRetries(t *testing.T) {
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1)%3 != 0 {
			if r.URL.Path == "/later" {
				w.Header().Set("Retry-After", "1")
			}
			w.WriteHeader(503)
		}
	}))
	defer server.Close()
	for _, c := range []struct {
		args, says string
		lines      int
	}{
		{"/later --attempts 2", "ce: attempt 1 of 2: 503 Service Unavailable; again in 1s\n", 1},
		{"/soon --wait 100ms", "ce: attempt 2 of 3: 503 Service Unavailable; again in ", 2},
		{"/soon --wait 49ms", "", 0},
		{"/later --wait 1ms --attempts 2 --repeat 2 --concurrency 2", "ce: attempt 1 of 2: 503", 1},
	} {
		requests.Store(0)
		args := strings.Fields(c.args)
		out, errs, _ := cetest.Run(t, send.Command(), "", append([]string{server.URL + args[0]}, args[1:]...)...)
		if !strings.Contains(errs, c.says) || strings.Count(errs, "\n") != c.lines {
			t.Errorf("%s: %q, %q", c.args, errs, out)
		}
	}
	// Nobody is there, and the token of the URL is not shown.
	server.Close()
	_, errs, _ := cetest.Run(t, send.Command(), "", server.URL+"/?access_token=s3cr3t", "--attempts", "6", "--wait", "150ms")
	if !strings.Contains(errs, "no answer, connect: connection refused; again in ") || strings.Contains(errs, "s3cr3t") {
		t.Error(errs)
	}
}

// --max-bytes limits files with events, and the file of --data.
func TestSendMaxBytes(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(data, []byte(strings.Repeat("x", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"a file of data":         {"--data", "@" + data},
		"data in standard input": {"--data", "-"},
		"events":                 {"-"},
	} {
		for limit, fits := range map[string]bool{"100": true, "99": false} {
			stdin := `{` + minimal + `,"subject":"` + strings.Repeat("x", 32) + `"}`
			if out, errs, status := cetest.Run(t, send.Command(), stdin, append([]string{"--print", "http://a/", "--max-bytes", limit}, args...)...); (status == cli.ExitOK) != fits ||
				!fits && !strings.Contains(errs, "longer than 99 bytes; see --max-bytes") {
				t.Errorf("%s of %d, %s: status %d, %s%s", name, len(stdin), limit, status, out, errs)
			}
		}
	}
	if _, errs, status := cetest.Run(t, send.Command(), "", "http://a/", "--max-bytes", "0"); status != cli.ExitUsage {
		t.Error(errs)
	}
}

// The header of an answer is bounded.
func TestSendBoundsHeaders(t *testing.T) {
	for size, accepted := range map[int]bool{1 << 19: true, 1<<20 + 1: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", size))
			w.WriteHeader(http.StatusNoContent)
		}))
		out, errs, status := cetest.Run(t, send.Command(), "", server.URL, "--attempts", "1")
		if (status == cli.ExitOK) != accepted || !accepted && !strings.Contains(out+errs, "the header of the answer is longer") {
			t.Errorf("%d bytes: status %d, %.300s%.300s", size, status, out, errs)
		}
		server.Close()
	}
}

// A result for programs is bounded, however much is wrong with an event.
func TestSendBoundsErrors(t *testing.T) {
	out, _, status := cetest.Run(t, send.Command(), "", ":1", "--attempts", "1", "--json", "--mode", "structured", "--any-data", "--datacontenttype", "application/json", "--data", "{"+strings.Repeat("x", 10_000))
	var r struct{ Error string }
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != cli.ExitFault || r.Error == "" || len(r.Error) > 300 {
		t.Errorf("status %d, %s, %v", status, out, err)
	}
}

// A type that is mistyped is named with its neighbor.
func TestSendSuggestsTypes(t *testing.T) {
	_, errs, status := cetest.Run(t, send.Command(), "", ":1", "--ext", "n:Interger=1")
	if status != cli.ExitUsage || !strings.Contains(errs, "did you mean Integer?") || !strings.Contains(errs, "URI-reference") {
		t.Error(errs)
	}
}
