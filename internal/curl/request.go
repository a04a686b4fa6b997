package curl

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// Request is the request that an [Invocation] would send, without the headers that curl
// adds by itself, except Content-Type.
type Request struct {
	Method string
	Target string // path and query
	Header http.Header
	Fields []Field // the headers that the command gives, in its order
	Body   []byte
}

// FileError is the error about a command that names a file, if files are not read.
type FileError struct {
	Name string // "-" for standard input
}

// Error returns a text with the name of the file.
func (e *FileError) Error() string {
	if e.Name == "-" {
		return "the curl command reads standard input"
	}
	return fmt.Sprintf("the curl command reads the file %.64q", e.Name)
}

// Request returns the request that c would send. The function read returns the contents of
// a file that c names, or of standard input for "-"; its errors are returned as they are. If
// read is nil, a command that names a file gives a [*FileError].
func (c *Invocation) Request(read func(name string) ([]byte, error)) (*Request, error) {
	if read == nil {
		read = func(name string) ([]byte, error) { return nil, &FileError{name} }
	}
	r := &Request{Method: http.MethodGet, Target: "/", Header: http.Header{}}
	typed, err := r.addHeader(c.Header, read)
	if err != nil {
		return nil, err
	}
	data, err := readData(c.Data, read)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Head:
		r.Method = http.MethodHead
	case c.Upload:
		r.Method, r.Body = http.MethodPut, []byte(data[0])
	case data != nil && !c.Get:
		r.Method = http.MethodPost
		separator, contentType := "&", "application/x-www-form-urlencoded"
		if c.JSON {
			separator, contentType = "", "application/json"
		}
		r.Body = []byte(strings.Join(data, separator))
		if !typed {
			r.Header["Content-Type"] = []string{contentType}
		}
	}
	if c.Method != "" {
		r.Method = c.Method
	}
	if u, err := url.Parse(c.URL); err == nil && u.RequestURI() != "" && u.Host != "" {
		if name := path.Base(c.uploaded()); c.Upload && name != "-" && strings.HasSuffix(u.Path, "/") {
			u = u.JoinPath(name)
		}
		r.Target = u.RequestURI()
	}
	return r, nil
}

// uploaded returns the name of the file that c uploads.
func (c *Invocation) uploaded() string {
	if !c.Upload {
		return ""
	}
	return c.Data[0].Text
}

// addHeader adds fields, and the lines of the files among them. It reports whether one of
// them sets Content-Type, or leaves it out.
func (r *Request) addHeader(fields []Field, read func(string) ([]byte, error)) (typed bool, err error) {
	add := func(f Field) {
		typed = typed || strings.EqualFold(f.Name, "Content-Type")
		if !f.Omit {
			r.Header[f.Name] = append(r.Header[f.Name], f.Value)
			r.Fields = append(r.Fields, f)
		}
	}
	for _, f := range fields {
		if !f.FromFile {
			add(f)
			continue
		}
		b, err := read(f.Value)
		if err != nil {
			return false, err
		}
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimRight(line, "\r\n"); line == "" {
				continue
			}
			f, err := headerLine(line, f.Offset)
			if err != nil {
				return false, err
			}
			add(f)
		}
	}
	return typed, nil
}

// readData returns the texts of data, with the contents of files.
func readData(data []Data, read func(string) ([]byte, error)) (texts []string, err error) {
	for _, d := range data {
		text := d.Text
		if d.FromFile {
			b, err := read(d.Text)
			if err != nil {
				return nil, err
			}
			text = string(b)
			switch {
			case d.Strip:
				text = strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(text)
			case d.Encode:
				text = encodedText(d.Name, text)
			}
		}
		texts = append(texts, text)
	}
	return texts, nil
}
