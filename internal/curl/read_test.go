package curl_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/curl"
)

// The request of a command is the one that curl 8 sends, without its own Host, User-Agent,
// Accept and Content-Length.
func TestRequest(t *testing.T) {
	form := "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, command, method, target string
		header                        http.Header
		body                          string
	}{
		{"a URL", "curl http://a/b?c=d", "GET", "/b?c=d", http.Header{}, ""},
		{"a URL without a scheme", "curl a/b", "GET", "/", http.Header{}, ""},
		{"a prompt", "$ curl http://a/", "GET", "/", http.Header{}, ""},
		{"a path to curl", "/usr/bin/curl http://a/", "GET", "/", http.Header{}, ""},
		{"data", "curl http://a/ -d x", "POST", "/", http.Header{"Content-Type": {form}}, "x"},
		{"data twice", "curl http://a/ -d x --data-raw @y", "POST", "/", http.Header{"Content-Type": {form}}, "x&@y"},
		{"empty data", "curl http://a/ -d ''", "POST", "/", http.Header{"Content-Type": {form}}, ""},
		{"encoded data", "curl http://a/ --data-urlencode 'a=b c' --data-urlencode 'ä'", "POST", "/", http.Header{"Content-Type": {form}}, "a=b+c&%C3%A4"},
		{"JSON", "curl http://a/ --json '{' --json '}'", "POST", "/", http.Header{"Content-Type": {"application/json"}}, "{}"},
		{"a content type", "curl http://a/ -d x -H 'content-type: a/b'", "POST", "/", http.Header{"content-type": {"a/b"}}, "x"},
		{"no content type", "curl http://a/ -d x -H Content-Type:", "POST", "/", http.Header{}, "x"},
		{"an empty header", "curl http://a/ -H 'A;'", "GET", "/", http.Header{"A": {""}}, ""},
		{"another method", "curl -XPUT http://a/ -d x -H A:b", "PUT", "/", http.Header{"A": {"b"}, "Content-Type": {form}}, "x"},
		{"data in the URL", "curl -G http://a/ -d x", "GET", "/", http.Header{}, ""},
		{"a head", "curl -I http://a/", "HEAD", "/", http.Header{}, ""},
		{"letters in one argument", "curl -sSXPATCH http://a/", "PATCH", "/", http.Header{}, ""},
		{"options that change nothing", "curl -o f -w x --max-time 1 http://a/ --compressed", "GET", "/", http.Header{}, ""},
		{"options that are headers", "curl http://a/ -A b -e c -u d:e --oauth2-bearer f", "GET", "/",
			http.Header{"User-Agent": {"b"}, "Referer": {"c"}, "Authorization": {"Basic ZDpl", "Bearer f"}}, ""},
		{"a file of data", "curl http://a/ -d @f", "POST", "/", http.Header{"Content-Type": {form}}, "A: fB;"},
		{"a file of bytes", "curl http://a/ --data-binary @f", "POST", "/", http.Header{"Content-Type": {form}}, "A: f\r\nB;\n"},
		{"standard input", "curl http://a/ --json @-", "POST", "/", http.Header{"Content-Type": {"application/json"}}, "A: -\r\nB;\n"},
		{"a file of encoded data", "curl http://a/ --data-urlencode @f --data-urlencode b@f", "POST", "/", http.Header{"Content-Type": {form}}, "A%3A+f%0D%0AB%3B%0A&b=A%3A+f%0D%0AB%3B%0A"},
		{"encoded data with an at sign", "curl http://a/ --data-urlencode a=@f --data-urlencode =@f", "POST", "/", http.Header{"Content-Type": {form}}, "a=%40f&%40f"},
		{"a file to upload", "curl http://a/b -T f", "PUT", "/b", http.Header{}, "A: f\r\nB;\n"},
		{"a file to upload by another method", "curl http://a/b -T f -X POST", "POST", "/b", http.Header{}, "A: f\r\nB;\n"},
		{"a file to upload into a directory", "curl http://a/b/?c -T d/f", "PUT", "/b/f?c", http.Header{}, "A: d/f\r\nB;\n"},
		{"standard input to upload into a directory", "curl http://a/b/ -T -", "PUT", "/b/", http.Header{}, "A: -\r\nB;\n"},
		{"raw data that looks like a file", "curl http://a/ --data-raw @f", "POST", "/", http.Header{"Content-Type": {form}}, "@f"},
		{"files that are no part of an event", "curl http://a/ -b f --cookie-jar f --netrc-file f --cacert f -E f --etag-compare f --url-query @f", "GET", "/", http.Header{}, ""},
		{"a file of headers", "curl http://a/ -H @f", "GET", "/", http.Header{"A": {"f"}, "B": {""}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			command, rest, err := curl.Parse(c.command)
			if err != nil || rest != "" {
				t.Fatalf("%v, and then %q", err, rest)
			}
			r, err := command.Request(func(name string) ([]byte, error) { return []byte("A: " + name + "\r\nB;\n"), nil })
			if err != nil || r.Method != c.method || r.Target != c.target || !reflect.DeepEqual(r.Header, c.header) || string(r.Body) != c.body {
				t.Errorf("got %+v, body %q, %v", r, r.Body, err)
			}
		})
	}
}

// A file is read by the caller or not at all.
func TestRequestOpensNoFile(t *testing.T) {
	for command, file := range map[string]string{
		"curl a -d @/etc/passwd": "/etc/passwd", "curl a --json @x": "x", "curl a --data-binary @-": "-", "curl a -H @y": "y",
		"curl a --data @x": "x", "curl a --data-ascii @x": "x", "curl a -d@x": "x", "curl a -sSd @x": "x", "curl a --header @x": "x",
		"curl a -d x -d @y": "y", "curl a -G -d @x": "x", "curl a -I -d @x": "x", "curl a -d @../../x": "../../x",
		"curl a --data-urlencode @x": "x", "curl a --data-urlencode a@x": "x", "curl a --data-urlencode @-": "-",
		"curl a -T x": "x", "curl a -Tx": "x", "curl a --upload-file -": "-", "curl a -T .": "-",
	} {
		c, _, err := curl.Parse(command)
		if err != nil {
			t.Fatal(err)
		}
		var named *curl.FileError
		if _, err := c.Request(nil); !errors.As(err, &named) || named.Name != file {
			t.Errorf("%s: %v", command, err)
		}
		if _, err := c.Request(func(string) ([]byte, error) { return nil, io.ErrUnexpectedEOF }); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", command, err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for command, want := range map[string]error{
		"": io.EOF, "# nothing\n": io.EOF, "wget a": curl.ErrNoCommand, "curl -d x": curl.ErrNoURL, "curl a -F x=y": curl.ErrForm,
	} {
		if _, _, err := curl.Parse(command); err != want {
			t.Errorf("%q: %v, want %v", command, err, want)
		}
	}
	// What is in these is not known without opening a file.
	for _, command := range []string{"curl -K f", "curl a -Kf", "curl a --config f", "curl a --config -", "curl a -K-",
		"curl a --variable x@f --expand-data '{{x}}'", "curl a --expand-header '{{x}}'"} {
		if c, _, err := curl.Parse(command); !errors.Is(err, curl.ErrConfig) {
			t.Errorf("%q: %+v, %v, want %v", command, c, err, curl.ErrConfig)
		}
	}
	for _, command := range []string{"curl a -F x=@f", "curl a -Fx=@f", "curl a --form x=@f", "curl a --form-string x=y", "curl a -d x -F y=z"} {
		if _, _, err := curl.Parse(command); err != curl.ErrForm {
			t.Errorf("%q: %v, want %v", command, err, curl.ErrForm)
		}
	}
	for _, command := range []string{"curl a -d", "curl a b", "curl a -H nonsense", "curl a -T f -d x", "curl a -d x -T f", "curl a -T", "curl 'a", "curl $a", "curl `a`",
		"curl a --data=x", "curl a --data=@f", "curl --header='A: b' a", "curl --url=a", "curl --get=1 a"} {
		if c, _, err := curl.Parse(command); err == nil || c != nil {
			t.Errorf("%q: %+v", command, c)
		}
	}
	c, _, err := curl.Parse("curl a -H @f")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Request(func(string) ([]byte, error) { return []byte("nonsense"), nil }); err == nil {
		t.Error("a line of a file without a colon is a header")
	}
}

func ExampleParse() {
	c, _, err := curl.Parse(`curl http://localhost/events -H 'ce-id: A-1' -d @event.txt`)
	if err != nil {
		panic(err)
	}
	r, err := c.Request(nil)
	fmt.Println(r, err)
	r, err = c.Request(func(string) ([]byte, error) { return []byte("hello\n"), nil })
	fmt.Printf("%s %s, id %s, body %q, %v\n", r.Method, r.Target, r.Fields[0].Value, r.Body, err)
	// Output:
	// <nil> the curl command reads the file "event.txt"
	// POST /events, id A-1, body "hello", <nil>
}

func TestIsCommand(t *testing.T) {
	for line, want := range map[string]bool{
		"curl": true, "curl a": true, " \t curl a": true, "$ curl a": true, "/usr/bin/curl a": true, "curl.exe a": true,
		"": false, "  ": false, "$": false, "$ ": false, "$ $ curl": false, "curls a": false, "xcurl": false, "# curl": false, "{": false, "a curl": false,
	} {
		if got := curl.IsCommand(line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}
