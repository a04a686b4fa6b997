package listen

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A loop is found although a proxy has joined the lines of Via, or has added a comment.
func TestForwardSeesItsLoop(t *testing.T) {
	arrived := 0
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived++ }))
	defer target.Close()
	l, _, _ := newListener(t, func(l *listener) { l.forward = target.URL })
	for _, c := range []struct {
		via    string
		status int
	}{
		{"Via: 1.1 other, 1.1 SELF", 508},
		{"Via: 1.1 SELF,1.0 other", 508},
		{"Via: 1.1 a\nVia: 1.0 b , 1.1 SELF (a comment, too) , 1.1 c", 508},
		{"Via: HTTP/1.1 SELF", 508},
		{"Via: 1.1\tSELF", 508},
		{"Via: , ,1.1 SELF", 508},
		{"Via: 1.1 SELF-not", 200},
		{"Via: 1.1 other, SELF", 200},
		{"X-Via: 1.1 SELF", 200},
	} {
		message := strings.Replace(arriving[0].raw, "Authorization", strings.ReplaceAll(c.via, "SELF", l.pseudonym)+"\nAuthorization", 1)
		if got := post(t, l, message).StatusCode; got != c.status {
			t.Errorf("%s: status %d, want %d", c.via, got, c.status)
		}
	}
	if arrived != 3 {
		t.Errorf("%d messages arrived", arrived)
	}
}

// Headers of a connection, and those that Connection names, are passed on in neither
// direction (RFC 9110, 7.6.1). Others are, and none is added but Via.
func TestForwardLeavesConnectionHeadersOut(t *testing.T) {
	var arrived http.Header
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived = r.Header
		h := w.Header()
		h["Connection"] = []string{"x-one, X-TWO", " x-three ,,keep-alive"}
		for _, name := range []string{"X-One", "X-Two", "X-Three", "Keep-Alive", "Proxy-Authenticate", "Upgrade", "X-Kept"} {
			h.Set(name, "v")
		}
	}))
	defer target.Close()
	l, _, _ := newListener(t, func(l *listener) { l.forward = target.URL })
	more := "Connection: close, X-One\nConnection: x-two ,,x-three\nX-One: v\nx-two: v\nX-Three: v\nTe: trailers\nUpgrade: v\n" +
		"Proxy-Authorization: v\nKeep-Alive: v\nExpect: 100-continue\nX-Kept: v\n"
	answer := post(t, l, strings.Replace(arriving[0].raw, "Authorization", more+"Authorization", 1))
	want := "Authorization Ce-Id Ce-Partitionkey Ce-Source Ce-Specversion Ce-Type Content-Length Content-Type Via X-Kept"
	if got := strings.Join(names(arrived), " "); got != want {
		t.Errorf("arrived with %s\nwant         %s", got, want)
	}
	if got := strings.Join(names(answer.Header), " "); got != "Date X-Kept" || answer.StatusCode != 200 {
		t.Errorf("answered with %s", got)
	}
}

func names(h http.Header) (names []string) {
	for _, line := range strings.Split(fmt.Sprint(h), "] ") { // fmt sorts the keys of a map
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "map["), ":")
		names = append(names, name)
	}
	return names
}

// The answer is not decompressed on its way.
func TestForwardKeepsTheCoding(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, "as it is")
	}))
	defer target.Close()
	l, _, _ := newListener(t, func(l *listener) { l.forward = target.URL })
	answer := post(t, l, arriving[0].raw)
	if body, err := io.ReadAll(answer.Body); string(body) != "as it is" || err != nil || answer.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%v, %q", answer, body)
	}
}

// On a loopback address, a listener takes messages to names of this machine only, and reads
// nothing of others.
func TestListenRefusesOtherHosts(t *testing.T) {
	for _, c := range []struct {
		host   string
		status int
	}{
		{"localhost", 204}, {"LOCALHOST:8080", 204}, {"localhost.", 204}, {"a.localhost:1", 204}, {"127.0.0.1:8080", 204}, {"127.9.9.9", 204},
		{"[::1]:8080", 204}, {"[::1]", 204}, {"[::ffff:127.0.0.1]:80", 204}, {"", 204}, {"own.example:8080", 204}, {"tunnel.example", 204}, {"TUNNEL.example:80", 204},
		{"evil.example", 421}, {"evil.example:8080", 421}, {"localhost.evil.example", 421}, {"evil-localhost", 421}, {"127.0.0.1.evil.example", 421},
		{"0.0.0.0:8080", 421}, {"[::]:8080", 421}, {"192.168.0.1", 421}, {"127.1", 421}, {"2130706433", 421}, {"x.tunnel.example", 421}, {"*", 421}, {"\x1b[31m", 421},
	} {
		l, out, _ := newListener(t, func(l *listener) {
			if err := l.allowHost("Tunnel.example:443"); err != nil {
				t.Fatal(err)
			}
			l.hosts = hostsAt(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, "own.example:8080", l.allowed)
			l.record.dir = t.TempDir()
		})
		body := strings.NewReader("{" + minimal + "}")
		r := httptest.NewRequest("POST", "/", body)
		r.Header.Set("Content-Type", "application/cloudevents+json")
		r.Host = c.host
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%q: status %d, want %d", c.host, w.Code, c.status)
		}
		if refused := c.status == 421; refused && (body.Len() == 0 || l.accepted != 0 || !strings.Contains(out.String(), "--allow-host") || strings.Contains(out.String(), "\x1b")) {
			t.Errorf("%q: %d bytes left, %s", c.host, body.Len(), out)
		}
		files, _ := os.ReadDir(l.record.dir)
		if len(files) != l.accepted {
			t.Errorf("%q: %d files", c.host, len(files))
		}
	}
	for _, ip := range []string{"0.0.0.0", "::", "192.168.0.1"} {
		if h := hostsAt(&net.TCPAddr{IP: net.ParseIP(ip)}, ip+":80", nil); h != nil {
			t.Errorf("%s: %+v", ip, h)
		}
	}
	if h := hostsAt(&net.TCPAddr{IP: net.IPv6loopback}, "[::1]:80", nil); h == nil || h.has("evil.example") {
		t.Errorf("%+v", h)
	}
	any := hosts{allowed: []string{"*"}}
	if !any.has("evil.example") {
		t.Error("--allow-host * takes not all")
	}
	if new(listener).allowHost(":80") == nil {
		t.Error("a name that is none")
	}
}

// Credentials are shown in no form: of headers, of URLs, and of the target in an error.
func TestListenShowsNoCredentials(t *testing.T) {
	const secret = "s3cr3t"
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	gone := strings.Replace(target.URL, "http://", "http://user:"+secret+"@", 1) + "/?access_token=" + secret
	target.Close()
	for name, change := range map[string]func(*listener){
		"text": func(*listener) {}, "json": func(l *listener) { l.json = true }, "raw": func(l *listener) { l.raw = true },
		"recorded":        func(l *listener) { l.record.dir = t.TempDir() },
		"forwarded":       func(l *listener) { l.forward = gone },
		"json, forwarded": func(l *listener) { l.forward, l.json = gone, true },
	} {
		l, out, errs := newListener(t, change)
		for _, uri := range []string{"/?access_token=S", "/a?b=c&Access_Token=S;x", "/?access%5Ftoken=S", "/?a;token=S&c", "/?api-key=S", "/?key=S", "/?sig=S&password=S",
			"http://user:S@host/?code=S", "http://S@host", "/?token=" + strings.Repeat("S", 1000), "/" + strings.Repeat("x", 5000) + "?token=S", "/?%zz=1&token=S", "/?client_secret=S&x-amz-signature=S"} {
			for _, status := range []int{200, 400} {
				r := httptest.NewRequest("POST", "/", strings.NewReader("{}"))
				r.RequestURI = strings.ReplaceAll(uri, "S", secret)
				for _, key := range []string{"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Auth-Token", "X-Gitlab-Token", "X-Amz-Security-Token", "X-Client-Secret"} {
					r.Header[key] = []string{"Bearer " + secret, secret}
				}
				r.Header.Set("Referer", "http://a/?access_token="+secret)
				r.Header.Set("Content-Type", "application/json")
				if status == 200 {
					for key, value := range map[string]string{"Ce-Specversion": "1.0", "Ce-Id": "1", "Ce-Source": "/", "Ce-Type": "t", "Ce-Mytoken": "shown"} {
						r.Header.Set(key, value)
					}
				}
				l.ServeHTTP(httptest.NewRecorder(), r)
			}
		}
		shown := out.String() + errs.String()
		files, _ := filepath.Glob(filepath.Join(l.record.dir, "*.txtar"))
		for _, file := range files {
			b, _ := os.ReadFile(file)
			shown += string(b)
		}
		if i := strings.Index(shown, secret); i >= 0 || !strings.Contains(shown, "shown") {
			t.Errorf("%s: %q", name, shown[max(0, i-100):min(len(shown), i+20)])
		}
	}
	for uri, want := range map[string]string{
		"/": "/", "/?": "/?", "/a?b=c": "/a?b=c", "/?tokens": "/?tokens", "/?a=b&&c": "/?a=b&&c", "http://a/b?c": "http://a/b?c", "*": "*",
		"/?access_token=x&b=token": "/?access_token=***&b=token", "http://u:p@a:80/@b": "http://***@a:80/@b", "/a@b": "/a@b", "http://u:p@q@a/": "http://***@a/", "/?monkey=x&code=": "/?monkey=x&code=***",
	} {
		if got := withoutSecrets(uri); got != want {
			t.Errorf("%s: %s, want %s", uri, got, want)
		}
	}
}

// Recorded files are bounded in number and bytes. The listener goes on, and says once that
// it does not record any more.
func TestRecordingIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		files int
		bytes int64
		want  int
		says  string
	}{
		"files":                {3, 1 << 20, 3, "3 files; see --record-files"},
		"bytes":                {100, 1000, 2, "more than 1000 bytes; see --record-bytes"},
		"less than a message":  {100, 10, 0, "see --record-bytes"},
		"exactly two messages": {100, 816, 2, "more than 816 bytes"},
		"a byte less":          {100, 815, 1, "more than 815 bytes"},
	} {
		dir := t.TempDir()
		l, _, errs := newListener(t, func(l *listener) { l.record = recorder{dir: dir, maxFiles: c.files, maxBytes: c.bytes} })
		for range 6 {
			if status := post(t, l, arriving[1].raw).StatusCode; status != 204 {
				t.Errorf("%s: status %d", name, status)
			}
		}
		files, size := files(t, dir)
		if len(files) != c.want || size > c.bytes || strings.Count(errs.String(), "\n") != 1 || !strings.Contains(errs.String(), c.says) || l.failed != nil {
			t.Errorf("%s: %d files, %d bytes, %s, %v", name, len(files), size, errs, l.failed)
		}
	}
}

func files(t *testing.T, dir string) (names []string, size int64) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, e.Name())
		size += info.Size()
	}
	return names, size
}

// An ID chooses no file outside the directory, and none that is there, also behind a link.
func TestRecordingStaysInItsDirectory(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "recorded")
	outside := filepath.Join(parent, "outside")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"0001-x.txtar", "0002-x.txtar"} {
		if err := os.Symlink(outside, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	l, _, _ := newListener(t, func(l *listener) { l.record.dir, l.raw = dir, true })
	l.record.number = 0 // as if the links had been made after the start
	ids := []string{"x", "../../outside", "/etc/passwd", `..\\..\\x`, ".", "..", "a\\u0000b", "\\u202e", "-rf", "con", strings.Repeat("x", 1000), "%2e%2e%2f", "a/b/../../../c"}
	for _, id := range ids {
		if status := post(t, l, "POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n"+strings.Replace("{"+minimal+"}", `"id":"1"`, `"id":"`+id+`"`, 1)).StatusCode; status != 204 && id != `a\u0000b` {
			t.Errorf("%s: %d", id, status)
		}
	}
	if l.failed != nil {
		t.Error(l.failed)
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("a link was followed")
	}
	names, _ := files(t, dir)
	if above, _ := files(t, parent); len(above) != 1 || len(names) != 2+len(ids) {
		t.Errorf("%q, %q", above, names)
	}
	for _, name := range names {
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") != "" || len(name) > 60 || strings.Count(name, ".") != 1 {
			t.Errorf("%q", name)
		}
	}
}

// The answer to a method that is refused does not wait for the body.
func TestListenAnswersOtherMethodsAtOnce(t *testing.T) {
	for _, method := range []string{"GET", "DELETE", "PATCH"} {
		l, out, _ := newListener(t, func(*listener) {})
		r := httptest.NewRequest(method, "/", unreadable{t})
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		if w.Code != http.StatusMethodNotAllowed || !strings.Contains(out.String(), "405 Method Not Allowed") {
			t.Errorf("%s: %d, %s", method, w.Code, out)
		}
	}
}

// The answer to a header that is refused does not wait for a body that does not come. What has
// come of it is shown, and not recorded as if it were whole.
func TestListenAnswersBeforeTheBody(t *testing.T) {
	for _, contentType := range []string{"text/csv", "application/json"} {
		dir := t.TempDir()
		l, out, _ := newListener(t, func(l *listener) { l.record.dir, l.raw = dir, true })
		s := httptest.NewServer(l)
		defer s.Close()
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000\r\nContent-Type: %s\r\n\r\n{\"half\":", s.Listener.Addr(), contentType)
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || response.StatusCode != http.StatusUnsupportedMediaType {
			t.Fatal(response, err)
		}
		if names, _ := files(t, dir); !strings.Contains(out.String(), "half") || len(names) != 0 {
			t.Errorf("%s: %q, %s", contentType, names, out)
		}
	}
}

type unreadable struct{ t *testing.T }

func (u unreadable) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, io.EOF
}
