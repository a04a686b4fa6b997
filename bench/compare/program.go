package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// suite is a benchmark of package bench whose sub-benchmarks are rows.
type suite struct {
	name       string
	processors int
	network    bool
}

var suites = [...]suite{{"BenchmarkOurs", 1, false}, {"BenchmarkNetwork", runtime.NumCPU(), true}}

// program is the test binary of package bench at a commit.
type program struct {
	file, dir string
	linked    int64 // bytes of the receiver in linked/cloudevents
}

// build builds the programs of a commit, or of a directory with a checkout.
func build(commit, dir, name string) (*program, error) {
	root := commit
	if _, err := os.Stat(filepath.Join(root, "bench", "go.mod")); err != nil {
		root = filepath.Join(dir, name)
		if err := checkout(commit, root); err != nil {
			return nil, err
		}
	}
	p := &program{file: filepath.Join(dir, name+".test"), dir: filepath.Join(root, "bench")}
	receiver := filepath.Join(dir, name+".linked")
	for _, arguments := range [][]string{
		{"test", "-c", "-buildvcs=false", "-o", p.file, "."},
		{"build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", receiver, "./linked/cloudevents"},
	} {
		cmd := exec.Command("go", arguments...)
		cmd.Dir, cmd.Env = p.dir, append(os.Environ(), "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %s: %w\n%s", commit, cmd, err, out)
		}
	}
	info, err := os.Stat(receiver)
	if err != nil {
		return nil, err
	}
	p.linked = info.Size()
	return p, nil
}

// checkout writes the files of a commit of this repository into a new directory.
func checkout(commit, dir string) error {
	var stderr bytes.Buffer
	top, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return fmt.Errorf("%s is no checkout, and this directory is in no repository: %w", commit, err)
	}
	cmd := exec.Command("git", "archive", "--format=tar", commit)
	cmd.Dir, cmd.Stderr = strings.TrimSpace(string(top)), &stderr
	files, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s is neither a checkout nor a commit: %w\n%s", commit, err, &stderr)
	}
	for r := tar.NewReader(bytes.NewReader(files)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		switch h.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(name, 0o777)
		case tar.TypeReg:
			var b []byte
			if b, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(name, b, 0o666)
			}
		}
		if err != nil {
			return err
		}
	}
}

// sample is one measurement of a row.
type sample struct{ ns, allocs float64 }

// list returns the names of the rows of a suite, in order.
func (p *program) list(s suite) ([]string, error) {
	out, err := p.run(s, "^"+s.name+"$", "", "1x")
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range results(s, out) {
		names = append(names, name)
	}
	return names, nil
}

// measure runs one row. Rows whose names only begin with this name are skipped.
func (p *program) measure(s suite, name string, least time.Duration) (sample, error) {
	out, err := p.run(s, pattern(s, name), pattern(s, name)+"/.", least.String())
	if err != nil {
		return sample{}, err
	}
	for found, r := range results(s, out) {
		if found == name {
			return r, nil
		}
	}
	return sample{}, fmt.Errorf("%s: no result of %s in\n%s", p.file, name, out)
}

// pattern returns the expression for -test.bench, which is split at slashes.
func pattern(s suite, name string) string {
	parts := strings.Split(s.name+"/"+name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

func (p *program) run(s suite, rows, skip, benchtime string) ([]byte, error) {
	cmd := exec.Command(p.file, "-test.run=^$", "-test.bench="+rows, "-test.skip="+skip,
		"-test.benchtime="+benchtime, "-test.cpu="+strconv.Itoa(s.processors))
	cmd.Dir = p.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return out, nil
}

// results returns the rows in the output of a test binary.
func results(s suite, out []byte) func(yield func(string, sample) bool) {
	return func(yield func(string, sample) bool) {
		for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
			fields := strings.Fields(lines.Text())
			if len(fields) < 4 {
				continue
			}
			name, ok := strings.CutPrefix(fields[0], s.name+"/")
			if !ok {
				continue
			}
			if s.processors != 1 {
				name = strings.TrimSuffix(name, "-"+strconv.Itoa(s.processors))
			}
			r := sample{allocs: -1}
			for i := 2; i+1 < len(fields); i += 2 {
				value, err := strconv.ParseFloat(fields[i], 64)
				if err != nil {
					break
				}
				switch fields[i+1] {
				case "ns/op":
					r.ns = value
				case "allocs/op":
					r.allocs = value
				}
			}
			if !yield(name, r) {
				return
			}
		}
	}
}
