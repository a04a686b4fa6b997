package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const maxCommand = 1 << 20

// curlError is about a curl command that cannot be understood.
type curlError struct {
	offset int
	line   int
	text   string
}

func (e *curlError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

// commandReader reads curl commands, which are held in memory together.
type commandReader struct {
	text   string // that is left
	offset int64  // of it in the input
	line   int
}

func (s *splitter) commands() (*commandReader, error) {
	c := &commandReader{offset: s.offset, line: s.line}
	all, err := readAtMost(s.r, maxCommand)
	s.advance(all)
	c.text = string(all)
	return c, err
}

// next returns the message that the next command would send; at the end, the error
// is io.EOF.
func (c *commandReader) next(files files) (*message, error) {
	m, rest, err := parseCurl(c.text, files)
	if err == io.EOF {
		return nil, err
	}
	if err != nil {
		return nil, &curlError{int(c.offset), c.line, err.Error()}
	}
	line, counted := c.line, 0
	for i := range m.fields { // in the order of the text
		f := &m.fields[i]
		line += strings.Count(c.text[counted:f.offset], "\n")
		counted = int(f.offset)
		f.line, f.offset = line, c.offset+f.offset
	}
	read := c.text[:len(c.text)-len(rest)]
	c.line += strings.Count(read, "\n")
	c.offset += int64(len(read))
	c.text = rest
	return m, nil
}

// curl is a curl command as it is read.
type curl struct {
	files files
	m     *message
	data  []string
	json  bool
	get   bool
	head  bool
	form  bool
	url   string
	verb  string
	types bool // a Content-Type was given, or taken away
}

// parseCurl returns the message that a curl command would send.
func parseCurl(s string, files files) (m *message, rest string, err error) {
	words, rest, err := shellWords(s)
	if err != nil {
		return nil, "", err
	}
	if len(words) > 0 && words[0].text == "$" {
		words = words[1:]
	}
	if len(words) == 0 || !isCurl(words[0].text) {
		if len(words) == 0 {
			return nil, "", io.EOF
		}
		return nil, "", errors.New("no curl command")
	}
	c := &curl{files: files, m: &message{header: http.Header{}, inBody: true}}
	if err := c.arguments(words[1:]); err != nil {
		return nil, "", err
	}
	return c.message(), rest, c.check()
}

// The options of curl that matter here and take a value, by their letter; and the
// other ones that take a value, which is passed over.
const (
	curlLetters = "XHdAuebF"
	curlPassed  = "oTmxwKcCDEPQrtUyYz"
)

var curlNames = [...]struct{ long, letter string }{
	{"request", "X"}, {"header", "H"}, {"data", "d"}, {"data-ascii", "d"}, {"user-agent", "A"}, {"user", "u"},
	{"referer", "e"}, {"cookie", "b"}, {"form", "F"}, {"form-string", "F"}, {"url", "url"},
	{"data-raw", "raw"}, {"data-binary", "binary"}, {"json", "json"}, {"data-urlencode", "urlencode"},
	{"oauth2-bearer", "bearer"}, {"get", "G"}, {"head", "I"},
}

const curlLongPassed = " output max-time connect-timeout proxy write-out config cookie-jar continue-at dump-header cert cacert capath " +
	"cert-type key key-type pass resolve connect-to retry retry-delay retry-max-time limit-rate interface local-port " +
	"unix-socket trace trace-ascii stderr proxy-user ciphers tls-max http2-prior-knowledge-for max-redirs upload-file range "

func (c *curl) arguments(words []word) error {
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
			if strings.Contains(curlLongPassed, " "+name+" ") {
				i++
				continue
			}
			for _, n := range curlNames {
				if n.long == name {
					if err := c.option(n.letter, w, value); err != nil {
						return err
					}
				}
			}
		case len(w.text) > 1 && w.text[0] == '-':
			if err := c.letters(w, value); err != nil {
				return err
			}
		case c.url == "":
			c.url = w.text
		default:
			return fmt.Errorf("the curl command has a second URL, %.64q; is a quote missing?", w.text)
		}
	}
	return nil
}

// letters reads short options, the last of which may have its value behind it.
func (c *curl) letters(w word, value func() (word, error)) error {
	for j := 1; j < len(w.text); j++ {
		letter := w.text[j : j+1]
		switch attached := w.text[j+1:]; {
		case strings.Contains(curlLetters, letter) && attached != "":
			return c.option(letter, w, func() (word, error) { return word{attached, w.offset}, nil })
		case strings.Contains(curlLetters, letter):
			return c.option(letter, w, value)
		case strings.Contains(curlPassed, letter):
			if attached == "" {
				_, err := value()
				return err
			}
			return nil
		case letter == "G":
			c.get = true
		case letter == "I":
			c.head = true
		}
	}
	return nil
}

func (c *curl) option(letter string, w word, value func() (word, error)) error {
	switch letter {
	case "G":
		c.get = true
		return nil
	case "I":
		c.head = true
		return nil
	}
	v, err := value()
	if err != nil {
		return err
	}
	switch letter {
	case "X":
		c.verb = v.text
	case "url":
		c.url = v.text
	case "H":
		return c.header(v)
	case "A":
		c.set("User-Agent", v)
	case "e":
		c.set("Referer", v)
	case "u":
		c.set("Authorization", word{"Basic " + base64.StdEncoding.EncodeToString([]byte(v.text)), w.offset})
	case "bearer":
		c.set("Authorization", word{"Bearer " + v.text, w.offset})
	case "F":
		c.form = true
	case "d":
		return c.add(v.text, true)
	case "json":
		c.json = true
		return c.add(v.text, false)
	case "binary":
		return c.add(v.text, false)
	case "raw":
		c.data = append(c.data, v.text)
	case "urlencode":
		name, text, ok := strings.Cut(v.text, "=")
		if !ok {
			name, text = "", v.text
		}
		if text = url.QueryEscape(text); name != "" {
			text = name + "=" + text
		}
		c.data = append(c.data, text)
	}
	return nil
}

// add adds data, which may be in a file.
func (c *curl) add(text string, strip bool) error {
	name, ok := strings.CutPrefix(text, "@")
	if ok {
		b, err := c.files(name)
		if err != nil {
			return err
		}
		text = string(b)
		if strip { // as curl does with -d @file
			text = strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(text)
		}
	}
	c.data = append(c.data, text)
	return nil
}

// header adds what -H says: "Name: value", "Name;" for an empty one, "Name:" to
// leave one of curl's own out, "@file".
func (c *curl) header(v word) error {
	if name, ok := strings.CutPrefix(v.text, "@"); ok {
		b, err := c.files(name)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimRight(line, "\r\n"); line != "" {
				if err := c.headerLine(word{line, v.offset}); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return c.headerLine(v)
}

// headerLine is header without files.
func (c *curl) headerLine(v word) error {
	if name, ok := strings.CutSuffix(v.text, ";"); ok && !strings.Contains(name, ":") {
		c.set(name, word{"", v.offset})
		return nil
	}
	name, value, ok := strings.Cut(v.text, ":")
	if !ok {
		return fmt.Errorf("-H %.64q has no colon: curl does not send it", v.text)
	}
	if value = strings.Trim(value, " \t"); value == "" {
		c.types = c.types || strings.EqualFold(name, "Content-Type")
		return nil
	}
	c.set(name, word{value, v.offset})
	return nil
}

func (c *curl) set(name string, v word) {
	c.types = c.types || strings.EqualFold(name, "Content-Type")
	c.m.header[name] = append(c.m.header[name], v.text)
	c.m.fields = append(c.m.fields, field{name: name, offset: int64(v.offset)})
}
