package curl

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

var (
	// ErrNoCommand is the error about a text that does not begin with curl.
	ErrNoCommand = errors.New("no curl command")

	// ErrNoURL is the error about a command without a URL.
	ErrNoURL = errors.New("the curl command has no URL")

	// ErrForm is the error about a command that sends a form (-F).
	ErrForm = errors.New("-F sends a form, which is no CloudEvent; use --data-binary")
)

// Invocation is a curl command line, as far as the request depends on it. Data and headers may
// be in files, which Parse does not open.
type Invocation struct {
	URL    string
	Method string // the argument of -X, "" without
	Get    bool   // -G: the data are part of the URL, and there is no body
	Head   bool   // -I
	JSON   bool   // --json: data are joined as they are, and curl's own Content-Type is application/json
	Header []Field
	Data   []Data // nil if there is no data; joined with "&" unless JSON is set
}

// Field is a header of an [Invocation].
type Field struct {
	Name, Value string
	Offset      int  // of the argument in the text of the command, in bytes
	Omit        bool // curl leaves out its own header of that name; Value is empty
	FromFile    bool // Value is the name of a file with header lines, "-" for standard input; Name is empty
}

// Data is a part of the data of an [Invocation].
type Data struct {
	Text     string
	FromFile bool // Text is the name of a file, "-" for standard input
	Strip    bool // curl removes line ends and NUL bytes from the file
}

// IsCommand reports whether a line may begin a curl command, behind a prompt "$" too.
func IsCommand(line string) bool {
	words := strings.Fields(line)
	if len(words) > 0 && words[0] == "$" {
		words = words[1:]
	}
	return len(words) > 0 && isCurl(words[0])
}

func isCurl(program string) bool {
	return program == "curl" || program == "curl.exe" || strings.HasSuffix(program, "/curl")
}

// Parse returns the first command of s, and the rest of s behind it. The error is io.EOF if
// there are only spaces and comments. Other errors are about the first command.
//
// Options that do not change the request are skipped. Parse splits words as a POSIX shell
// and bash do.
func Parse(s string) (c *Invocation, rest string, err error) {
	words, rest, err := shellWords(s)
	if err != nil {
		return nil, "", err
	}
	if len(words) > 0 && words[0].text == "$" {
		words = words[1:]
	}
	switch {
	case len(words) == 0:
		return nil, "", io.EOF
	case !isCurl(words[0].text):
		return nil, "", ErrNoCommand
	}
	r := reader{c: new(Invocation)}
	if err := r.arguments(words[1:]); err != nil {
		return nil, "", err
	}
	switch {
	case r.c.URL == "":
		return nil, "", ErrNoURL
	case r.form:
		return nil, "", ErrForm
	}
	return r.c, rest, nil
}

// reader fills an Invocation from the arguments of a command.
type reader struct {
	c    *Invocation
	form bool
}

// The short options with a value that the request depends on, and the other ones with a value,
// which is skipped.
const (
	valueLetters   = "XHdAuebF"
	skippedLetters = "oTmxwKcCDEPQrtUyYz"
)

// longOptions are the long options that the request depends on, each with the short one that
// means the same, or with a name for option.
var longOptions = [...]struct{ long, letter string }{
	{"request", "X"}, {"header", "H"}, {"data", "d"}, {"data-ascii", "d"}, {"user-agent", "A"}, {"user", "u"},
	{"referer", "e"}, {"cookie", "b"}, {"form", "F"}, {"form-string", "F"}, {"url", "url"},
	{"data-raw", "raw"}, {"data-binary", "binary"}, {"json", "json"}, {"data-urlencode", "urlencode"},
	{"oauth2-bearer", "bearer"}, {"get", "G"}, {"head", "I"},
}

// skippedOptions are the other long options with a value.
const skippedOptions = " output max-time connect-timeout proxy write-out config cookie-jar continue-at dump-header cert cacert capath " +
	"cert-type key key-type pass resolve connect-to retry retry-delay retry-max-time limit-rate interface local-port " +
	"unix-socket trace trace-ascii stderr proxy-user ciphers tls-max http2-prior-knowledge-for max-redirs upload-file range "

func (r *reader) arguments(words []word) error {
	for i := 0; i < len(words); i++ {
		w := words[i]
		value := func() (word, error) {
			if i++; i >= len(words) {
				return word{}, fmt.Errorf("%.64q wants a value", w.text)
			}
			return words[i], nil
		}
		switch {
		case strings.HasPrefix(w.text, "--") && len(w.text) > 2:
			name := w.text[2:]
			if strings.Contains(skippedOptions, " "+name+" ") {
				i++
				continue
			}
			for _, o := range longOptions {
				if o.long == name {
					if err := r.option(o.letter, w, value); err != nil {
						return err
					}
				}
			}
		case len(w.text) > 1 && w.text[0] == '-':
			if err := r.letters(w, value); err != nil {
				return err
			}
		case r.c.URL == "":
			r.c.URL = w.text
		default:
			return fmt.Errorf("the curl command has a second URL, %.64q; is a quote missing?", w.text)
		}
	}
	return nil
}

// letters reads short options. The last one may have its value attached.
func (r *reader) letters(w word, value func() (word, error)) error {
	for j := 1; j < len(w.text); j++ {
		letter := w.text[j : j+1]
		switch attached := w.text[j+1:]; {
		case strings.Contains(valueLetters, letter) && attached != "":
			return r.option(letter, w, func() (word, error) { return word{attached, w.offset}, nil })
		case strings.Contains(valueLetters, letter):
			return r.option(letter, w, value)
		case strings.Contains(skippedLetters, letter):
			if attached == "" {
				_, err := value()
				return err
			}
			return nil
		case letter == "G":
			r.c.Get = true
		case letter == "I":
			r.c.Head = true
		}
	}
	return nil
}

func (r *reader) option(letter string, w word, value func() (word, error)) error {
	switch letter {
	case "G":
		r.c.Get = true
		return nil
	case "I":
		r.c.Head = true
		return nil
	}
	v, err := value()
	if err != nil {
		return err
	}
	switch letter {
	case "X":
		r.c.Method = v.text
	case "url":
		r.c.URL = v.text
	case "H":
		return r.header(v)
	case "A":
		r.set("User-Agent", v)
	case "e":
		r.set("Referer", v)
	case "u":
		r.set("Authorization", word{"Basic " + base64.StdEncoding.EncodeToString([]byte(v.text)), w.offset})
	case "bearer":
		r.set("Authorization", word{"Bearer " + v.text, w.offset})
	case "F":
		r.form = true
	case "d":
		r.data(v.text, true)
	case "json":
		r.c.JSON = true
		r.data(v.text, false)
	case "binary":
		r.data(v.text, false)
	case "raw":
		r.c.Data = append(r.c.Data, Data{Text: v.text})
	case "urlencode":
		name, text, ok := strings.Cut(v.text, "=")
		if !ok {
			name, text = "", v.text
		}
		if text = url.QueryEscape(text); name != "" {
			text = name + "=" + text
		}
		r.c.Data = append(r.c.Data, Data{Text: text})
	}
	return nil
}

// data adds data, or the file behind "@".
func (r *reader) data(text string, strip bool) {
	name, file := strings.CutPrefix(text, "@")
	r.c.Data = append(r.c.Data, Data{Text: name, FromFile: file, Strip: file && strip})
}

// header adds the argument of -H, which may be the file behind "@".
func (r *reader) header(v word) error {
	if name, ok := strings.CutPrefix(v.text, "@"); ok {
		r.c.Header = append(r.c.Header, Field{Value: name, Offset: v.offset, FromFile: true})
		return nil
	}
	f, err := headerLine(v.text, v.offset)
	if err == nil {
		r.c.Header = append(r.c.Header, f)
	}
	return err
}

func (r *reader) set(name string, v word) {
	r.c.Header = append(r.c.Header, Field{Name: name, Value: v.text, Offset: v.offset})
}

// headerLine reads a line of -H: "Name: value", "Name;" for an empty value, or "Name:" to
// leave out a header that curl sends by itself.
func headerLine(line string, offset int) (Field, error) {
	if name, ok := strings.CutSuffix(line, ";"); ok && !strings.Contains(name, ":") {
		return Field{Name: name, Offset: offset}, nil
	}
	name, value, ok := strings.Cut(line, ":")
	if !ok {
		return Field{}, fmt.Errorf("-H %.64q has no colon: curl does not send it", line)
	}
	value = strings.Trim(value, " \t")
	return Field{Name: name, Value: value, Offset: offset, Omit: value == ""}, nil
}
