package main

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
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

// report is what ce conformance --json prints.
type report struct {
	Implementation string    `json:"implementation"`
	Passed         int       `json:"passed"`
	Failed         int       `json:"failed"`
	Differ         int       `json:"differ"`
	Skipped        int       `json:"skipped"`
	Results        []outcome `json:"results"`
}

// outcome is an operation on a case, and the verdict.
type outcome struct {
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

func (r *report) add(s *suite, c *conformance.Case, result conformance.Result, strict bool) {
	place := s.places[c.Name]
	o := outcome{
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
		o.Reason = cutText(oneLine(result.Err.Error()), longestReason)
	}
	r.Results = append(r.Results, o)
}

// cutText cuts s to at most n bytes and an ellipsis, and makes it valid UTF-8.
func cutText(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

func (r *report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// name returns what was done with a case, and in which mode.
func (o *outcome) name() string {
	if o.Mode == "" {
		return string(o.Op)
	}
	return string(o.Op) + " in " + o.Mode + " mode"
}

// place returns the section of a case as errors cite it.
func (o *outcome) place() string {
	return conformance.Place{Document: o.Document, Section: o.Section}.String()
}
