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

	// ErrConfig is the error about a command whose options are in a file (-K) or are made
	// of variables. Parse reads no such file.
	ErrConfig = errors.New("-K, --variable and --expand- options are not read; write down what they stand for")
)

var errUpload = errors.New("-T sends a file as it is, without other data")

// Invocation is a curl command line, as far as the request depends on it. Data and headers may
// be in files, which Parse does not open.
type Invocation struct {
	URL    string
	Method string // the argument of -X, "" without
	Get    bool   // -G: the data are part of the URL, and there is no body
	Head   bool   // -I
	JSON   bool   // --json: data are joined as they are, and curl's own Content-Type is application/json
	Upload bool   // -T: Data has one part, the method is PUT, and curl adds no Content-Type
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
	FromFile bool   // Text is the name of a file, "-" for standard input
	Strip    bool   // curl removes line ends and NUL bytes from the file
	Encode   bool   // curl percent-encodes the contents of the file, as of a form
	Name     string // in front of an encoded file, with "="; may be ""
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
	case r.c.Upload && len(r.c.Data) > 1:
		return nil, "", errUpload
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
	valueLetters   = "XHdAuebFTK"
	skippedLetters = "omxwcCDEPQrtUyYz"
)

// longOptions are the long options that the request depends on, each with the short one that
// means the same, or with a name for option.
var longOptions = [...]struct{ long, letter string }{
	{"request", "X"}, {"header", "H"}, {"data", "d"}, {"data-ascii", "d"}, {"user-agent", "A"}, {"user", "u"},
	{"referer", "e"}, {"cookie", "b"}, {"form", "F"}, {"form-string", "F"}, {"url", "url"},
	{"data-raw", "raw"}, {"data-binary", "binary"}, {"json", "json"}, {"data-urlencode", "urlencode"},
	{"oauth2-bearer", "bearer"}, {"get", "G"}, {"head", "I"}, {"upload-file", "T"}, {"config", "K"}, {"variable", "K"},
}

// skippedOptions are the other long options with a value. Some name files that change no
// header and no body of an event, such as --netrc-file.
const skippedOptions = " abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers connect-timeout connect-to " +
	"continue-at cookie-jar create-file-mode crlfile curves delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url " +
	"dump-header ech egd-file engine etag-compare etag-save expect100-timeout happy-eyeballs-timeout-ms haproxy-clientip hsts " +
	"interface ip-tos keepalive-cnt keepalive-time key key-type libcurl limit-rate local-port login-options max-filesize max-redirs " +
	"max-time netrc-file noproxy output output-dir parallel-max pass pinnedpubkey preproxy proto proto-default proto-redir proxy " +
	"proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass " +
	"proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 " +
	"pubkey quote random-file range rate request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs " +
	"socks4 socks4a socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time stderr time-cond tls-max tls13-ciphers " +
	"tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket url-query vlan-priority write-out "

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
			if strings.HasPrefix(name, "expand-") {
				return ErrConfig
			}
			if strings.Contains(name, "=") {
				return fmt.Errorf("curl has no option %.64q; its value is a word of its own, without =", w.text)
			}
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
	case "K":
		return ErrConfig
	case "T":
		if r.c.Upload = true; v.text == "." { // standard input, without waiting for it
			v.text = "-"
		}
		r.c.Data = append(r.c.Data, Data{Text: v.text, FromFile: true})
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
		r.encoded(v.text)
	}
	return nil
}

// data adds data, or the file behind "@".
func (r *reader) data(text string, strip bool) {
	name, file := strings.CutPrefix(text, "@")
	r.c.Data = append(r.c.Data, Data{Text: name, FromFile: file, Strip: file && strip})
}

// encoded adds the argument of --data-urlencode: text, =text, name=text, @file or name@file.
func (r *reader) encoded(arg string) {
	name, text, ok := strings.Cut(arg, "=")
	if !ok {
		if name, file, ok := strings.Cut(arg, "@"); ok {
			r.c.Data = append(r.c.Data, Data{Text: file, FromFile: true, Encode: true, Name: name})
			return
		}
		name, text = "", arg
	}
	r.c.Data = append(r.c.Data, Data{Text: encodedText(name, text)})
}

func encodedText(name, text string) string {
	if text = url.QueryEscape(text); name != "" {
		text = name + "=" + text
	}
	return text
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
