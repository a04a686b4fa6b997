package stream

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
)

// Source opens the inputs that arguments name. An input does not name others: files that a
// curl command names are read only if ReadFiles is set.
type Source struct {
	Stdin     io.Reader
	Form      Form // of every input; Any is told by name and first bytes
	MaxBytes  int  // limit of a unit, and of the files that a command names; 0 is DefaultMaxBytes
	ReadFiles bool // reads the files that curl commands name
}

// ReadFilesUsage describes the flag that sets ReadFiles.
const ReadFilesUsage = "read the files that a curl command in the input names, as with -d @file"

// FromUsage describes the flag that sets Form.
const FromUsage = "`form` of the input: json, jsonl, batch, http, curl, txtar, or an event format; its bytes tell otherwise"

// Flags declares the flags of a source: --from, --max-bytes and --read-files.
func (s *Source) Flags(flags *flag.FlagSet) {
	flags.Func("from", FromUsage, FormFlag(&s.Form, InputForms))
	flags.IntVar(&s.MaxBytes, "max-bytes", DefaultMaxBytes, "take an event or a body of at most `n` bytes")
	flags.BoolVar(&s.ReadFiles, "read-files", false, ReadFilesUsage)
}

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
		in.readFile = func(name string, max int) ([]byte, error) { return ReadFile(s.Stdin, name, max) }
	}
	return use(in)
}

// ReadFile reads a file that the user names, or stdin for "-". The limit max is that of
// --max-bytes; 0 is DefaultMaxBytes.
func ReadFile(stdin io.Reader, name string, max int) ([]byte, error) {
	if max == 0 {
		max = DefaultMaxBytes
	}
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		stdin = file
	}
	b, err := ReadAtMost(stdin, max)
	var long *TooLongError
	if errors.As(err, &long) {
		long.Flag = MaxBytesFlag
	}
	if err != nil && name != "-" {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, err
}

// ReadAtMost reads all of r. More than max bytes are a [*TooLongError].
func ReadAtMost(r io.Reader, max int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(min(max, math.MaxInt-1))+1))
	if len(b) > max {
		return nil, &TooLongError{Max: max}
	}
	return b, err
}
