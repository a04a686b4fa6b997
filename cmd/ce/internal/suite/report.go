package main

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/conformance"
)

// The verdicts on an operation.
const (
	verdictPass   = "pass"
	verdictFail   = "fail"   // it breaks a MUST, or there was no answer
	verdictDiffer = "differ" // it does something else where the specification lets it
	verdictSkip   = "skip"
)

// suiteReport is what ce conformance --json prints.
type suiteReport struct {
	Implementation string        `json:"implementation"`
	Passed         int           `json:"passed"`
	Failed         int           `json:"failed"`
	Differ         int           `json:"differ"`
	Skipped        int           `json:"skipped"`
	Results        []caseOutcome `json:"results"`
}

// caseOutcome is an operation on a case, and the verdict.
type caseOutcome struct {
	Case     string            `json:"case"`
	Document string            `json:"document,omitempty"`
	Section  string            `json:"section"`
	Level    conformance.Level `json:"level"`
	Op       conformance.Op    `json:"op"`
	Mode     string            `json:"mode,omitempty"`
	Expect   string            `json:"expect"` // "accept" or "reject"
	Verdict  string            `json:"verdict"`
	Reason   string            `json:"reason,omitempty"`
}

// longestReason is where reasons are cut, in bytes.
const longestReason = 400

func (r *suiteReport) add(s *suite, c *conformance.Case, result conformance.Result, strict bool) {
	place := s.places[c.Name]
	o := caseOutcome{
		Case: c.Name, Document: place.Document, Section: place.Section, Level: place.Level,
		Op: result.Op, Expect: expectation(c),
	}
	switch result.Op {
	case conformance.OpRoundTrip, conformance.OpTranscode, conformance.OpSend:
		o.Mode = result.Mode.String()
	}
	switch err := result.Err; {
	case err == nil:
		o.Verdict = verdictPass
		r.Passed++
	case errors.Is(err, conformance.ErrSkipped):
		o.Verdict = verdictSkip
		r.Skipped++
	case strict, place.Level == conformance.Must, errors.Is(err, conformance.ErrNoAnswer):
		o.Verdict = verdictFail
		r.Failed++
	default:
		o.Verdict = verdictDiffer
		r.Differ++
	}
	if o.Verdict == verdictFail || o.Verdict == verdictDiffer {
		o.Reason = cutReason(result.Err.Error(), longestReason)
	}
	r.Results = append(r.Results, o)
}

// cutReason makes text of others fit to be printed, in one line of at most n
// bytes and an ellipsis.
func cutReason(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, oneLine(s))
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

func (r *suiteReport) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// name returns what was done with a case, and in which mode.
func (o *caseOutcome) name() string {
	if o.Mode == "" {
		return string(o.Op)
	}
	return string(o.Op) + " in " + o.Mode + " mode"
}

// place returns the section of a case as errors cite it.
func (o *caseOutcome) place() string {
	return conformance.Place{Document: o.Document, Section: o.Section}.String()
}
