package suite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
)

// maxFailures is the number of requests in a row without an answer after which the run ends.
const maxFailures = 100

// adapted starts an adapter and makes a subject of the implementation behind it.
func (t *trial) adapted(ctx context.Context) (*subject, error) {
	argv, err := splitCommand(t.adapter)
	if err != nil {
		return nil, cli.Usagef("conformance: --adapter: %v", err)
	}
	a := &adapter{ctx: ctx, argv: argv, timeout: t.timeout}
	if err := a.start(); err != nil {
		return nil, err
	}
	name := cut(a.name, 64)
	if name == "" {
		name = "an implementation without a name"
	}
	judge := conformance.Judge{Codec: conformance.Adapter(a.ask), Reference: library.Reference(), Strict: t.strict}
	return &subject{name: name, strict: t.strict, run: judge.Run, broken: a.broken, end: a.stop}, nil
}

// adapter asks a process. After a failure it starts another one.
type adapter struct {
	ctx      context.Context
	argv     []string
	timeout  time.Duration
	name     string          // as the process says
	process  *adapterProcess // nil if no process is running
	id       int             // of the last request
	failures int             // requests in a row without an answer
	dead     error           // the error if it does not start
}

// startTimeout is the time that an adapter has for its first answer. It may have to be
// compiled.
const startTimeout = time.Minute

// start starts a process and greets it.
func (a *adapter) start() (err error) {
	if a.process, err = startAdapter(a.ctx, a.argv); err == nil {
		var hello conformance.AdapterResponse
		if hello, err = a.exchange(conformance.AdapterRequest{Op: "hello"}, max(a.timeout, startTimeout)); err == nil {
			a.name = hello.Name
			return nil
		}
		a.stop()
	}
	a.dead = fmt.Errorf("the adapter does not start: %w", err)
	return a.dead
}

func (a *adapter) ask(r conformance.AdapterRequest) (answer conformance.AdapterResponse, err error) {
	if err = a.ctx.Err(); err == nil && a.process == nil {
		err = a.start()
	}
	if err == nil {
		answer, err = a.exchange(r, a.timeout)
	}
	if err == nil {
		a.failures = 0
		return answer, nil
	}
	a.failures++
	a.stop()
	return answer, &noAnswer{err}
}

func (a *adapter) exchange(r conformance.AdapterRequest, timeout time.Duration) (answer conformance.AdapterResponse, err error) {
	a.id++
	r.ID = a.id
	line, err := json.Marshal(&r)
	if err != nil {
		return answer, err
	}
	if line, err = a.process.exchange(append(line, '\n'), timeout); err != nil {
		return answer, err
	}
	return conformance.ParseAdapterResponse(line, &r)
}

// stop ends the process, if there is one.
func (a *adapter) stop() {
	if a.process != nil {
		a.process.kill()
		a.process = nil
	}
}

func (a *adapter) broken(place string) error {
	switch {
	case a.dead != nil:
		return fmt.Errorf("at %s: %w", place, a.dead)
	case a.failures >= maxFailures:
		return fmt.Errorf("the adapter has not answered %d times in a row, the last time at %s", a.failures, place)
	}
	return a.ctx.Err()
}

// splitCommand splits a command line at spaces. Single and double quotes keep words together;
// no other character is special.
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
