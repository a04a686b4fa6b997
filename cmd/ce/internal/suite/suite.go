// Package suite is the command ce conformance: it runs the conformance suite on this module,
// on a receiver, or on a program that adapts another implementation.
package suite

import (
	"context"
	"flag"
	"fmt"
	"io"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	"github.com/seed763dd41b/cloudevents/testdata"
)

// trial is a run of the suite, as the command line asks for it.
type trial struct {
	process *cli.Process

	url, adapter, pattern, junit string
	cases                        string // file or directory; "" is the suite
	timeout                      time.Duration
	strict, noEcho               bool
	json, list, verbose          bool
}

// Command returns the command.
func Command() cli.Command {
	return cli.Command{
		Name:    "conformance",
		Summary: "run the conformance suite on this library, a receiver or a program",
		Help: `Without --http and --adapter the suite runs on this library, which has to follow its
own choices, too. Others fail where they break a MUST of the specification, crash, or do
not answer; where the specification says SHOULD or leaves a choice, they may differ.

--http sends every message of the suite, each event in every mode, and judges the answer:
2xx accepts, 4xx and 5xx refuse, 3xx is a fault, and an event in the answer has to be the
one that was sent. A receiver that takes no batches is spared them. It has to take events
of every type and source: those that it refuses for reasons of its own count as failed. If
it dies, the run ends with the case after which it did. The URL may be host:port, too.

--cases runs the cases in a file or a directory instead of the suite's, such as those that
ce listen --record has written. All of them have to pass.

--adapter starts a program that reads a request a line and writes an answer a line, in
JSON: docs/conformance-adapter.md. It is started without a shell; quotes keep words
together. If it crashes or hangs, that case has failed, and it is started again. Cases of
protocols that it does not support are skipped, as --http skips all but those of HTTP.

examples:

  ce conformance
  ce conformance --run '^json/decode/time'
  ce conformance --list --run canonical/integer
  ce conformance --http http://localhost:8080/ --no-echo
  ce conformance --cases recorded
  ce conformance --adapter 'go run ./examples/conformance-adapter-go'
  ce conformance --json | jq '.results[] | select(.verdict == "fail")'`,
		Prepare: func(p *cli.Process, flags *flag.FlagSet) func(context.Context, []string) error {
			t := &trial{process: p}
			flags.StringVar(&t.url, "http", "", "test the receiver at `URL`")
			flags.StringVar(&t.adapter, "adapter", "", "test what `CMD` adapts")
			flags.StringVar(&t.cases, "cases", "", "run the cases in `PATH`, a file or a directory")
			flags.StringVar(&t.pattern, "run", "", "only cases whose names match `REGEX`")
			flags.StringVar(&t.junit, "junit", "", "write a JUnit report to `FILE`, too")
			flags.DurationVar(&t.timeout, "timeout", 5*time.Second, "wait for an answer no longer than `TIME`")
			flags.BoolVar(&t.strict, "strict", false, "what differs from this library has failed")
			flags.BoolVar(&t.noEcho, "no-echo", false, "events in answers are replies, no echoes")
			flags.BoolVar(&t.json, "json", false, "print the report in JSON")
			flags.BoolVar(&t.list, "list", false, "list the cases, and run none")
			flags.BoolVar(&t.verbose, "v", false, "print what differs, too")
			return t.run
		},
	}
}

func (t *trial) run(ctx context.Context, args []string) error {
	switch {
	case len(args) > 0:
		return cli.Usagef("conformance: unexpected argument %.64q", args[0])
	case t.url != "" && t.adapter != "":
		return cli.Usagef("conformance: --http and --adapter exclude each other")
	case t.timeout <= 0:
		return cli.Usagef("conformance: --timeout %v is not positive", t.timeout)
	}
	s, err := loadSuite(t.pattern, t.cases)
	if err != nil {
		return err
	}
	if t.list {
		return s.list(t.process.Out)
	}
	subject, err := t.subject(ctx)
	if err != nil {
		return err
	}
	defer subject.end()
	r := report{Implementation: subject.name}
	for i, c := range s.cases {
		t.progress(i, len(s.cases))
		for _, result := range subject.run(c) {
			r.add(s, &c, result, subject.strict)
		}
		if err := subject.broken(fmt.Sprintf("case %s, %d of %d", c.Name, i+1, len(s.cases))); err != nil {
			t.progress(0, 0)
			return err
		}
	}
	t.progress(0, 0)
	if t.junit != "" {
		if err := r.writeJUnit(t.junit); err != nil {
			return err
		}
	}
	if t.json {
		err = r.writeJSON(t.process.Out)
	} else {
		err = r.writeTable(t.process.Out, s, t.verbose)
	}
	if err == nil && r.Failed > 0 {
		return cli.ErrFault
	}
	return err
}

// suite has the cases to run, and the places where they count.
type suite struct {
	cases        []conformance.Case
	requirements []conformance.Requirement
	places       map[string]conformance.Place
}

// loadSuite returns the cases whose names match pattern: those at a path, or those of the
// suite if it is "".
func loadSuite(pattern, path string) (*suite, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, cli.Usagef("conformance: --run: %v", err)
	}
	s := &suite{}
	var all []conformance.Case
	if path != "" {
		if all, err = casesAt(path); err != nil {
			return nil, err
		}
		s.places = placesOf(all)
	} else {
		if all, err = conformance.Load(testdata.Files); err != nil {
			return nil, err
		}
		if s.requirements, err = conformance.LoadRequirements(testdata.Files); err != nil {
			return nil, err
		}
		s.places = conformance.Places(all, s.requirements)
	}
	for _, c := range all {
		if re.MatchString(c.Name) {
			s.cases = append(s.cases, c)
		}
	}
	if len(s.cases) == 0 {
		return nil, cli.Usagef("conformance: no case matches %.64q", pattern)
	}
	return s, nil
}

func (s *suite) list(w io.Writer) error {
	var b strings.Builder
	for _, c := range s.cases {
		place := s.places[c.Name]
		fmt.Fprintf(&b, "%-6s %-6s  %s  (%s)\n", expectation(&c), place.Level, c.Name, place)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func expectation(c *conformance.Case) string {
	if c.MustRefuse() {
		return "reject"
	}
	return "accept"
}

// subject is an implementation that is tested.
type subject struct {
	name   string
	strict bool // a result that differs from this module's has failed
	run    func(conformance.Case) []conformance.Result
	broken func(place string) error // why the run cannot go on behind a case, or nil
	end    func()
}

func (t *trial) subject(ctx context.Context) (*subject, error) {
	switch {
	case t.url != "":
		return t.receiver(ctx)
	case t.adapter != "":
		return t.adapted(ctx)
	}
	codec := library.Codec()
	if t.cases != "" {
		codec = library.EveryFormat() // as ce listen has recorded them
	}
	judge := conformance.Judge{Codec: codec, Reference: library.Reference(), Strict: true}
	return &subject{name: "this library" + libraryVersion(), strict: true, run: judge.Run, broken: func(string) error { return ctx.Err() }, end: func() {}}, nil
}

// libraryVersion returns the version of this module behind a space, or "" if the build does
// not record it.
func libraryVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") && !strings.Contains(info.Main.Version, "-0.") {
		return " " + info.Main.Version
	}
	return ""
}

// progress shows on a terminal how many cases were run. A total of 0 clears the line.
func (t *trial) progress(done, total int) {
	switch {
	case !t.process.Terminal(t.process.Err):
	case total == 0:
		fmt.Fprint(t.process.Err, "\r\x1b[K")
	case done%16 == 0:
		fmt.Fprintf(t.process.Err, "\r%d of %d cases", done, total)
	}
}
