package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seed763dd41b/cloudevents/conformance"
)

// mostFailures is after how many requests in a row without an answer the run ends.
const mostFailures = 100

// adaptedSubject starts an adapter and makes a subject of what is behind it.
func adaptedSubject(ctx context.Context, f *conformanceFlags) (*subject, error) {
	argv, err := splitCommand(f.adapter)
	if err != nil {
		return nil, usagef("conformance: --adapter: %v", err)
	}
	a := &adapter{ctx: ctx, argv: argv, timeout: f.timeout}
	hello, err := a.askWithin(conformance.AdapterRequest{Op: "hello"}, max(f.timeout, time.Minute)) // it may have to be compiled
	if err != nil {
		return nil, fmt.Errorf("adapter: %w", err)
	}
	name := cutText(oneLine(hello.Name), 64)
	if name == "" {
		name = "an implementation without a name"
	}
	judge := conformance.Judge{Codec: conformance.Adapter(a.ask), Strict: f.strict}
	return &subject{name: name, strict: f.strict, run: judge.Run, broken: a.broken, end: a.stop}, nil
}

// adapter asks a process, and starts another one after one that failed.
type adapter struct {
	ctx      context.Context
	argv     []string
	timeout  time.Duration
	process  *adapterProcess // nil if none is running
	id       int             // of the last request
	failures int             // requests in a row without an answer
}

func (a *adapter) ask(r conformance.AdapterRequest) (conformance.AdapterResponse, error) {
	return a.askWithin(r, a.timeout)
}

func (a *adapter) askWithin(r conformance.AdapterRequest, timeout time.Duration) (conformance.AdapterResponse, error) {
	a.id++
	r.ID = a.id
	answer, err := a.exchange(&r, timeout)
	if err == nil {
		a.failures = 0
		return answer, nil
	}
	a.failures++
	a.stop()
	return answer, &noAnswer{err}
}

func (a *adapter) exchange(r *conformance.AdapterRequest, timeout time.Duration) (answer conformance.AdapterResponse, err error) {
	line, err := json.Marshal(r)
	if err != nil {
		return answer, err
	}
	if err := a.ctx.Err(); err != nil {
		return answer, err
	}
	if a.process == nil {
		if a.process, err = startAdapter(a.ctx, a.argv); err != nil {
			return answer, err
		}
		timeout = max(timeout, time.Minute) // a new process may be slow to start
	}
	if line, err = a.process.exchange(append(line, '\n'), timeout); err != nil {
		return answer, err
	}
	return conformance.ParseAdapterResponse(line, r)
}

// stop ends the process, if there is one.
func (a *adapter) stop() {
	if a.process != nil {
		a.process.kill()
		a.process = nil
	}
}

func (a *adapter) broken() error {
	if a.failures >= mostFailures {
		return fmt.Errorf("the adapter has not answered %d times in a row", a.failures)
	}
	return a.ctx.Err()
}

// splitCommand splits a command line at spaces; single and double quotes keep
// words together, and nothing else means anything.
func splitCommand(s string) (argv []string, err error) {
	var word []byte
	var quote byte
	inWord := false
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word = append(word, c)
		case c == '\'' || c == '"':
			quote, inWord = c, true
		case c == ' ' || c == '\t' || c == '\n':
			if inWord {
				argv, word, inWord = append(argv, string(word)), nil, false
			}
		default:
			word, inWord = append(word, c), true
		}
	}
	if inWord {
		argv = append(argv, string(word))
	}
	switch {
	case quote != 0:
		return nil, errors.New("a quote is not closed")
	case len(argv) == 0:
		return nil, errors.New("no command")
	}
	return argv, nil
}
