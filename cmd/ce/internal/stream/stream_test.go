package stream_test

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/internal/curl"
)

const event = `{"specversion":"1.0","id":"1","source":"/s","type":"t"}`

// The form is that of --from, else that of a known ending, and else that of the first bytes.
func TestForms(t *testing.T) {
	const command = "curl a -H 'ce-id: 1'"
	for _, c := range []struct {
		name, file string
		form       stream.Form
		input      string
		want       stream.Form
		fault      bool
	}{
		{"an event", "", stream.Any, event, stream.JSON, false},
		{"a batch", "", stream.Any, "[" + event + "]", stream.Batch, false},
		{"a message", "", stream.Any, "POST / HTTP/1.1\n\n", stream.HTTP, false},
		{"a header", "", stream.Any, "ce-id: 1\n\n", stream.HTTP, false},
		{"a command", "", stream.Any, command, stream.Curl, false},
		{"a command behind a prompt", "x.txt", stream.Any, "$ " + command, stream.Curl, false},
		{"nothing known", "", stream.Any, "nonsense", stream.Any, true},
		{"nothing", "", stream.Any, " \n", stream.Any, true},
		{"a JSON file with an event", "a.json", stream.Any, event, stream.JSON, false},
		{"a JSON file with a batch", "a.JSON", stream.Any, "[" + event + "]", stream.Batch, false},
		{"a JSON file with a command", "a.json", stream.Any, command, stream.JSON, false},
		{"a file of lines with a command", "a.jsonl", stream.Any, command, stream.Lines, false},
		{"another file of lines", "a.ndjson", stream.Any, event, stream.Lines, false},
		{"an HTTP file with a command", "a.http", stream.Any, command, stream.HTTP, true},
		{"a file of commands with an event", "a.curl", stream.Any, event, stream.Curl, true},
		{"a case", "", stream.Any, "x\n-- json --\n" + event, stream.Case, false},
		{"a file of cases with an event", "a.txtar", stream.Any, event, stream.Case, true},
		{"a file of cases with a command", "a.TXTAR", stream.Any, command, stream.Case, true},
		{"a flag against the ending", "a.http", stream.JSON, event, stream.JSON, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := stream.NewReader(strings.NewReader(c.input), c.file, c.form, 0)
			_, err := in.Next()
			if in.Form() != c.want || (err != nil) != c.fault || err != nil && !stream.IsFault(err) {
				t.Errorf("form %v, %v", in.Form(), err)
			}
			if _, next := in.Next(); err != nil && next != io.EOF {
				t.Errorf("and then %v", next)
			}
		})
	}
}

func TestParseForm(t *testing.T) {
	for _, f := range []stream.Form{stream.Any, stream.JSON, stream.Lines, stream.Batch, stream.HTTP, stream.Curl, stream.Case} {
		if got, ok := stream.ParseForm(strings.ToUpper(f.String())); !ok || got != f {
			t.Errorf("%v: %v, %t", f, got, ok)
		}
	}
	f := stream.Curl
	if err := stream.FormFlag(&f, "json, http")("x"); err == nil || err.Error() != "it is one of json, http" || f != stream.Curl {
		t.Errorf("%v, %v", f, err)
	}
	var m cloudevents.Mode
	if err := stream.ModeFlag(&m)("batch"); err != nil || m != cloudevents.BatchMode {
		t.Errorf("%v, %v", m, err)
	}
	if stream.ModeFlag(&m)("Batch") == nil || stream.ModeFlag(&m)("") == nil {
		t.Error("a mode that there is not")
	}
}

// A Source opens the files that the user names. It opens those that a command names only if the
// user allows it.
func TestSource(t *testing.T) {
	dir := t.TempDir()
	command, data := filepath.Join(dir, "a.curl"), filepath.Join(dir, "data")
	if err := os.WriteFile(command, []byte("curl a -d @"+data+"\ncurl b -d @-"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(data, []byte("x\ny\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, allowed := range []bool{false, true} {
		s := stream.Source{Stdin: strings.NewReader("stdin"), ReadFiles: allowed}
		var bodies []string
		err := s.Each([]string{command}, func(in *stream.Reader) error {
			if in.Prefix() != command+": " {
				t.Errorf("prefix %q", in.Prefix())
			}
			for {
				u, err := in.Next()
				if err != nil {
					return err
				}
				bodies = append(bodies, string(u.Body))
			}
		})
		var file *curl.FileError
		switch {
		case allowed && (err != io.EOF || strings.Join(bodies, " ") != "xy stdin"):
			t.Errorf("%q, %v", bodies, err)
		case !allowed && (!errors.As(err, &file) || file.Name != data || !stream.IsFault(err)):
			t.Error(err)
		}
	}
	var s stream.Source
	s.Stdin = strings.NewReader(event)
	if err := s.Each(nil, func(in *stream.Reader) error { _, err := in.Next(); return err }); err != nil {
		t.Error(err)
	}
	if err := s.Open(filepath.Join(dir, "nothing"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// Errors have the place in the input.
func TestPlaces(t *testing.T) {
	in := stream.NewReader(strings.NewReader("[\n  "+event+" ,\n{\n  \"id\": }]"), "", stream.Any, 0)
	if u, err := in.Next(); err != nil || u.Offset != 4 || u.Line != 2 || u.Column != 2 || u.Index != 0 {
		t.Fatalf("%+v, %v", u, err)
	}
	u, err := in.Next()
	if err != nil || u.Line != 3 || u.Index != 1 {
		t.Fatalf("%+v, %v", u, err)
	}
	for offset, want := range u.Places([]int{10, 0, 1, 2, 10, 99}) {
		if got := map[int]stream.Place{0: {3, 1}, 1: {3, 2}, 2: {4, 1}, 10: {4, 9}, 99: {4, 10}}[offset]; got != want {
			t.Errorf("offset %d: %+v, want %+v", offset, want, got)
		}
	}
	var d cloudevents.JSONDecoder
	_, err = d.Decode(u.Body)
	var syntax *cloudevents.SyntaxError
	if !errors.As(u.Absolute(err), &syntax) || syntax.Offset <= int(u.Offset) {
		t.Error(err)
	}
}

// Many places are found in one pass: otherwise this would not end.
func TestPlacesInOnePass(t *testing.T) {
	u := stream.Unit{Body: []byte(strings.Repeat("x", 1<<22) + strings.Repeat("a\n", 1<<19)), Line: 7, Column: 3}
	offsets := make([]int, 0, 1<<20)
	for n := 1 << 20; n > 0; n-- {
		offsets = append(offsets, 1<<22+n-1)
	}
	places := u.Places(offsets)
	if first, last := places[1<<22], places[1<<22+1<<20-1]; first != (stream.Place{7, 1<<22 + 4}) || last != (stream.Place{7 + 1<<19 - 1, 2}) || len(places) != len(offsets) {
		t.Errorf("%+v, %+v", first, last)
	}
}

// A Writer refuses events that its form cannot hold.
func TestWriterRefuses(t *testing.T) {
	if _, err := stream.NewWriter(nil, stream.Curl, 0, nil, "http://a/"); err == nil {
		t.Error("curl commands are written")
	}
	if _, err := stream.NewWriter(nil, stream.Case, 0, nil, "http://a/"); err == nil {
		t.Error("cases are written")
	}
	if _, err := stream.NewWriter(nil, stream.HTTP, 0, nil, "a"); err == nil {
		t.Error("a target that is no URL")
	}
	w, err := stream.NewWriter(bufio.NewWriter(io.Discard), stream.JSON, 0, nil, "http://a/")
	if err != nil {
		t.Fatal(err)
	}
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	if err := w.Event(&e); err != nil {
		t.Error(err)
	}
	var fault *cli.FaultError
	if err := w.Event(&e); !errors.As(err, &fault) {
		t.Errorf("a second event: %v", err)
	}
	if err := w.Event(&cloudevents.Event{}); !errors.As(err, &fault) {
		t.Errorf("an invalid event: %v", err)
	}
}
