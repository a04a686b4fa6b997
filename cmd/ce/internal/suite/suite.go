package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/testdata"
)

// conformanceFlags say what ce conformance tests, and what it prints.
type conformanceFlags struct {
	url, adapter, run, junit string
	timeout                  time.Duration
	strict, noEcho           bool
	json, list, verbose      bool
}

func conformanceCommand() command {
	return command{
		name:    "conformance",
		summary: "run the conformance suite on this library, on a live receiver, or on another implementation",
		help: `Without --http and --adapter the suite runs on this library, which has to follow its
own choices, too. Others fail where they break a MUST of the specification, crash, or do
not answer; where the specification says SHOULD or leaves a choice, they may differ.

--http sends every message of the suite, each event in every mode, and judges the answer:
2xx accepts, 4xx and 5xx refuse, 3xx is a fault, and an event in the answer has to be the
one that was sent. A receiver that takes no batches is spared them. It has to take events
of every type and source: those that it refuses for reasons of its own count as failed.

--adapter starts a program that reads a request a line and writes an answer a line, in
JSON: docs/conformance-adapter.md. It is started without a shell; quotes keep words
together. If it crashes or hangs, that case has failed, and it is started again.

examples:

  ce conformance
  ce conformance --run '^json/decode/time'
  ce conformance --list --run canonical/integer
  ce conformance --http http://localhost:8080/ --no-echo
  ce conformance --adapter 'go run ./examples/conformance-adapter-go'
  ce conformance --json | jq '.results[] | select(.verdict == "fail")'`,
		prepare: func(p *process, flags *flag.FlagSet) func(context.Context, []string) error {
			f := &conformanceFlags{}
			flags.StringVar(&f.url, "http", "", "test the receiver at `URL`")
			flags.StringVar(&f.adapter, "adapter", "", "test what `CMD` adapts")
			flags.StringVar(&f.run, "run", "", "only cases whose names match `REGEX`")
			flags.StringVar(&f.junit, "junit", "", "write a JUnit report to `FILE`, too")
			flags.DurationVar(&f.timeout, "timeout", 5*time.Second, "wait for an answer no longer than `TIME`")
			flags.BoolVar(&f.strict, "strict", false, "what differs from this library has failed")
			flags.BoolVar(&f.noEcho, "no-echo", false, "events in answers are replies, no echoes")
			flags.BoolVar(&f.json, "json", false, "print the report in JSON")
			flags.BoolVar(&f.list, "list", false, "list the cases, and run none")
			flags.BoolVar(&f.verbose, "v", false, "print what differs, too")
			return func(ctx context.Context, args []string) error { return p.conformance(ctx, f, args) }
		},
	}
}

func (p *process) conformance(ctx context.Context, f *conformanceFlags, args []string) error {
	switch {
	case len(args) > 0:
		return usagef("conformance: unexpected argument %.64q", args[0])
	case f.url != "" && f.adapter != "":
		return usagef("conformance: --http and --adapter exclude each other")
	case f.timeout <= 0:
		return usagef("conformance: --timeout %v is not positive", f.timeout)
	}
	s, err := loadSuite(f.run)
	if err != nil {
		return err
	}
	if f.list {
		return s.list(p.out)
	}
	t, err := p.subject(ctx, f)
	if err != nil {
		return err
	}
	defer t.end()
	r := suiteReport{Implementation: t.name}
	for i, c := range s.cases {
		p.suiteProgress(i, len(s.cases))
		for _, result := range t.run(c) {
			r.add(s, &c, result, t.strict)
		}
		if err := t.broken(); err != nil {
			p.suiteProgress(0, 0)
			return err
		}
	}
	p.suiteProgress(0, 0)
	if f.junit != "" {
		if err := r.writeJUnit(f.junit); err != nil {
			return err
		}
	}
	if f.json {
		err = r.writeJSON(p.out)
	} else {
		err = r.writeTable(p.out, s, f.verbose)
	}
	if err == nil && r.Failed > 0 {
		return errFault
	}
	return err
}

// suite is the cases to run and where each counts.
type suite struct {
	cases        []conformance.Case
	requirements []conformance.Requirement
	places       map[string]conformance.Place
}

func loadSuite(pattern string) (*suite, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, usagef("conformance: --run: %v", err)
	}
	all, err := conformance.Load(testdata.Files)
	if err != nil {
		return nil, err
	}
	s := &suite{}
	if s.requirements, err = conformance.LoadRequirements(testdata.Files); err != nil {
		return nil, err
	}
	s.places = conformance.Places(all, s.requirements)
	for _, c := range all {
		if re.MatchString(c.Name) {
			s.cases = append(s.cases, c)
		}
	}
	if len(s.cases) == 0 {
		return nil, usagef("conformance: no case matches %.64q", pattern)
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

// subject is what is tested.
type subject struct {
	name   string
	strict bool
	run    func(conformance.Case) []conformance.Result
	broken func() error // why it cannot go on; nil if it can
	end    func()
}

func (p *process) subject(ctx context.Context, f *conformanceFlags) (*subject, error) {
	switch {
	case f.url != "":
		return p.liveReceiver(ctx, f)
	case f.adapter != "":
		return adaptedSubject(ctx, f)
	}
	judge := conformance.Judge{Codec: conformance.Library(), Strict: true}
	return &subject{name: "this library" + libraryVersion(), strict: true, run: judge.Run, broken: ctx.Err, end: func() {}}, nil
}

// libraryVersion returns the version of this module, after a space, where it is known.
func libraryVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") && !strings.Contains(info.Main.Version, "-0.") {
		return " " + info.Main.Version
	}
	return ""
}

// suiteProgress says on a terminal how far the run is; zeros wipe the line.
func (p *process) suiteProgress(done, total int) {
	switch {
	case !p.terminal(p.err):
	case total == 0:
		fmt.Fprint(p.err, "\r\x1b[K")
	case done%16 == 0:
		fmt.Fprintf(p.err, "\r%d of %d cases", done, total)
	}
}
