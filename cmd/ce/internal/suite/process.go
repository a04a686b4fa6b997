package suite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// maxAnswerLine limits an answer, in bytes.
const maxAnswerLine = 16 << 20

// adapterProcess is a running adapter.
type adapterProcess struct {
	cmd    *exec.Cmd
	cancel context.CancelFunc
	stdin  io.WriteCloser
	lines  chan adapterLine // closed at the end of the output
	stderr *firstBytes
	ended  chan struct{} // closed when the lines are no longer read
}

type adapterLine struct {
	text []byte
	err  error
}

func startAdapter(ctx context.Context, argv []string) (*adapterProcess, error) {
	ctx, cancel := context.WithCancel(ctx)
	a := &adapterProcess{
		cmd: exec.CommandContext(ctx, argv[0], argv[1:]...), cancel: cancel,
		lines: make(chan adapterLine), ended: make(chan struct{}), stderr: &firstBytes{},
	}
	a.cmd.Stderr = a.stderr
	a.cmd.WaitDelay = time.Second // for the processes that it has started
	inGroup(a.cmd)
	var stdout io.ReadCloser
	var err error
	if a.stdin, err = a.cmd.StdinPipe(); err == nil {
		if stdout, err = a.cmd.StdoutPipe(); err == nil {
			err = a.cmd.Start()
		}
	}
	if err != nil {
		cancel()
		return nil, err
	}
	go a.read(stdout)
	return a, nil
}

// read passes lines on up to the end of the output, or to a line that is too long.
func (a *adapterProcess) read(stdout io.Reader) {
	defer close(a.lines)
	in := bufio.NewReader(stdout)
	for {
		line, err := readAnswerLine(in, maxAnswerLine)
		if err == io.EOF {
			return
		}
		select {
		case a.lines <- adapterLine{line, err}:
		case <-a.ended:
			return
		}
		if err != nil {
			return
		}
	}
}

// readAnswerLine reads a line of at most limit bytes.
func readAnswerLine(in *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > limit {
			return nil, fmt.Errorf("answer of more than %d bytes", limit)
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case err == io.EOF && len(line) > 0:
			return nil, io.EOF // the process has crashed in the middle of a line
		default:
			return nil, err
		}
	}
}

// exchange writes a line and reads one. After an error the process cannot be used again.
func (a *adapterProcess) exchange(request []byte, timeout time.Duration) ([]byte, error) {
	a.stderr.forget()
	go a.stdin.Write(request) // in a goroutine, because an adapter may not read; kill ends it
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case line, ok := <-a.lines:
		if !ok {
			return nil, a.death(timer.C)
		}
		return line.text, line.err
	case <-timer.C:
		return nil, fmt.Errorf("hangs: nothing in %v", timeout)
	}
}

// death waits for the end of a process that has closed its output, and returns how it ended.
func (a *adapterProcess) death(timeout <-chan time.Time) error {
	waited := make(chan error, 1)
	go func() { waited <- a.cmd.Wait() }()
	a.stdin.Close()
	var err error
	select {
	case err = <-waited:
	case <-timeout:
		a.cancel()
		err = <-waited
	}
	how := "exit status 0"
	if err != nil {
		how = err.Error()
	}
	if said := a.stderr.fault(); said != "" {
		how += ": " + said
	}
	return errors.New("crashed: " + how)
}

// kill ends the process and everything that it has started.
func (a *adapterProcess) kill() {
	close(a.ended)
	a.stdin.Close()
	a.cancel()
	a.cmd.Wait()    // it was waited for already, or was killed
	endGroup(a.cmd) // its children, if it ended by itself
}

// firstBytes keeps the beginning of the text that is written to it. It never fails.
type firstBytes struct {
	mu   sync.Mutex
	text []byte
}

// maxStderr limits the text that firstBytes keeps, in bytes.
const maxStderr = 8 << 10

func (f *firstBytes) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.text = append(f.text, p[:min(len(p), maxStderr-len(f.text))]...)
	return len(p), nil
}

func (f *firstBytes) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.text = f.text[:0]
}

// fault returns the line that most likely says what happened.
func (f *firstBytes) fault() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := ""
	for line := range strings.Lines(string(f.text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") || strings.Contains(line, "Error: ") {
			return cut(line, 200)
		}
		if line != "" {
			last = line
		}
	}
	return cut(last, 200)
}
