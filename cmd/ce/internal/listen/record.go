package listen

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// recorder keeps messages in files, within limits.
type recorder struct {
	dir      string
	maxFiles int
	maxBytes int64

	number int   // of the last file
	files  int   // written
	bytes  int64 // written
	ended  bool  // a limit was reached
}

// The default limits of a recording.
const (
	defaultRecordFiles = 10_000
	defaultRecordBytes = 1 << 30
)

// prepare makes the directory. The numbers continue behind those of an earlier run.
func (r *recorder) prepare() error {
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(r.dir)
	for _, file := range old {
		if digits, _, ok := strings.Cut(file.Name(), "-"); ok && len(digits) >= 4 && strings.HasSuffix(file.Name(), ".txtar") {
			if n, err := strconv.Atoi(digits); err == nil && n > 0 && n < math.MaxInt32 {
				r.number = max(r.number, n)
			}
		}
	}
	return err
}

// errRecordFull is the error about a file that would exceed a limit.
var errRecordFull = errors.New("the recording is full")

// keep writes the message into a new file, in the form of a conformance case. It returns an
// error that wraps errRecordFull, once, when a limit is reached. Nothing is recorded after
// that.
func (r *recorder) keep(m *received) error {
	if r.ended || m.incomplete() {
		return nil
	}
	if r.files >= r.maxFiles {
		r.ended = true
		return fmt.Errorf("%w: it has %s; see --record-files", errRecordFull, cli.Plural(r.files, "file"))
	}
	id := "refused"
	switch {
	case len(m.events) > 0:
		id = fileName(m.events[0].ID)
	case m.err == nil:
		id = "empty"
	}
	file, err := r.create(id)
	if err != nil {
		return err
	}
	limited := &limitedWriter{w: file, left: r.maxBytes - r.bytes}
	w := bufio.NewWriterSize(limited, 64<<10)
	m.writeFixture(w)
	err = w.Flush()
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(file.Name())
		if errors.Is(err, errRecordFull) {
			r.ended = true
			return fmt.Errorf("%w: another message would make it more than %d bytes; see --record-bytes", errRecordFull, r.maxBytes)
		}
		return err
	}
	r.files++
	r.bytes = r.maxBytes - limited.left
	return nil
}

// create makes a file. It never follows a link and never writes into a file that is there:
// another listener may record into the same directory.
func (r *recorder) create(id string) (file *os.File, err error) {
	for range 100 {
		r.number++
		name := filepath.Join(r.dir, fmt.Sprintf("%04d-%s.txtar", r.number, id))
		file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, os.ErrExist) {
			break
		}
	}
	return file, err
}

// limitedWriter writes at most so many bytes.
type limitedWriter struct {
	w    io.Writer
	left int64
}

func (l *limitedWriter) Write(b []byte) (int, error) {
	if int64(len(b)) > l.left {
		return 0, errRecordFull
	}
	n, err := l.w.Write(b)
	l.left -= int64(n)
	return n, err
}

// incomplete reports whether there is no message to keep: nothing of it was read, or not all.
func (m *received) incomplete() bool {
	switch m.answer.status {
	case http.StatusMethodNotAllowed, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusMisdirectedRequest:
		return true
	}
	return m.cut
}

// fileName returns the beginning of an ID, with a hyphen for each character that the name of a
// file should not have.
func fileName(id string) string {
	id = strings.Map(func(r rune) rune {
		if r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, excerpt.Cut(id, 40))
	if id = strings.Trim(id, "-"); id == "" {
		return "event"
	}
	return id
}

// writeFixture writes the message in the form that testdata/README.md describes.
func (m *received) writeFixture(w *bufio.Writer) {
	fmt.Fprintf(w, "Recorded %s.\n", m.at.UTC().Format("2006-01-02 15:04:05"))
	m.writeRequestSection(w)
	var forward *forwardError
	if m.err != nil && !errors.As(m.err, &forward) {
		w.WriteString("-- error --\n")
		if reasons := library.Reasons(m.err); len(reasons) > 0 {
			r := reasons[0]
			fmt.Fprintf(w, "rule: %s\n", r.Rule)
			if r.Attribute != "" && cli.Visible(r.Attribute) == r.Attribute { // a refused name can be any text, even of several lines
				fmt.Fprintf(w, "attribute: %s\n", r.Attribute)
			}
			if r.Section != "" {
				fmt.Fprintf(w, "section: %s\n", r.Section)
			}
			if r.Index >= 0 {
				fmt.Fprintf(w, "index: %d\n", r.Index)
			}
		}
		return
	}
	if cehttp.IsCloudEventBatch(m.r.Header) {
		fmt.Fprintf(w, "-- batch --\n%d\n", len(m.events))
	}
	var dump []byte
	for i := range m.events {
		w.WriteString("-- event --\n")
		dump = conformance.FromEvent(&m.events[i]).Append(dump[:0])
		w.Write(dump)
	}
}

func (m *received) writeRequestSection(w *bufio.Writer) {
	var head strings.Builder
	fmt.Fprintf(&head, "%s / HTTP/1.1\n", m.r.Method)
	for _, key := range slices.Sorted(maps.Keys(m.r.Header)) {
		lower := strings.ToLower(key)
		if lower != "content-type" && lower != "content-encoding" && !strings.HasPrefix(lower, "ce-") {
			continue
		}
		for _, value := range m.r.Header[key] {
			fmt.Fprintf(&head, "%s: %s\n", lower, value)
		}
	}
	head.WriteByte('\n')
	text := head.String() + string(m.body)
	if plainSection(text) {
		w.WriteString("-- request --\n")
		w.WriteString(text)
		w.WriteByte('\n')
		return
	}
	w.WriteString("-- request quoted --\n")
	var quoted []byte
	for line := range strings.Lines(text) {
		for line != "" {
			n := min(len(line), maxQuoted) // also within a character: the literals are joined
			quoted = strconv.AppendQuoteToASCII(quoted[:0], line[:n])
			w.Write(append(quoted, '\n'))
			line = line[n:]
		}
	}
}

// maxQuoted limits the text of a string literal, in bytes.
const maxQuoted = 16 << 10

// plainSection reports whether a text needs no quotes in a section.
func plainSection(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && cli.Hidden(r) }) &&
		!strings.Contains(s, "\n-- ")
}
