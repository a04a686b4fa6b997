package stream

import (
	"fmt"
	"io"
	"os"
)

// Source opens the inputs that arguments name. An input does not name others: files that a
// curl command names are read only if ReadFiles is set.
type Source struct {
	Stdin     io.Reader
	Form      Form // of every input; Any is told by name and first bytes
	MaxBytes  int  // limit of a unit; 0 is DefaultMaxBytes
	ReadFiles bool // reads the files that curl commands name
}

// ReadFilesUsage describes the flag that sets ReadFiles.
const ReadFilesUsage = "read the files that a curl command in the input names, as with -d @file"

// Each calls use for each of the named files, one after the other, and returns the first
// error. Without a name, and for "-", the input is standard input.
func (s *Source) Each(names []string, use func(*Reader) error) error {
	if len(names) == 0 {
		names = []string{"-"}
	}
	for _, name := range names {
		if err := s.Open(name, use); err != nil {
			return err
		}
	}
	return nil
}

// Open calls use for one file, and closes it.
func (s *Source) Open(name string, use func(*Reader) error) error {
	r := io.Reader(s.Stdin)
	if name == "-" {
		name = ""
	} else {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		r = file
	}
	in := NewReader(r, name, s.Form, s.MaxBytes)
	if s.ReadFiles {
		in.readFile = func(name string) ([]byte, error) { return ReadFile(s.Stdin, name) }
	}
	return use(in)
}

// ReadFile reads a file that the user names, or stdin for "-". The limit is
// DefaultMaxBytes.
func ReadFile(stdin io.Reader, name string) ([]byte, error) {
	if name == "-" {
		return ReadAtMost(stdin, DefaultMaxBytes)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := ReadAtMost(file, DefaultMaxBytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// ReadAtMost reads all of r. More than max bytes are a [*TooLongError].
func ReadAtMost(r io.Reader, max int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(max)+1))
	if len(b) > max {
		return nil, &TooLongError{max}
	}
	return b, err
}
