package suite

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/internal/curl"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// The verdicts on an operation.
const (
	verdictPass   = "pass"
	verdictFail   = "fail"   // it breaks a MUST, or gives no answer
	verdictDiffer = "differ" // it does something else than this module, which the specification allows
	verdictSkip   = "skip"
)

// report is the output of ce conformance --json.
type report struct {
	Implementation string    `json:"implementation"`
	Passed         int       `json:"passed"`
	Failed         int       `json:"failed"`
	Differ         int       `json:"differ"`
	Skipped        int       `json:"skipped"`
	Results        []outcome `json:"results"`
}

// outcome is the verdict on an operation on a case.
type outcome struct {
	Case     string            `json:"case"`
	Document string            `json:"document,omitempty"`
	Section  string            `json:"section"`
	Level    conformance.Level `json:"level"`
	// Protocol is that of the message of the case. A line of a table has none.
	Protocol conformance.Protocol `json:"protocol,omitempty"`
	Op       conformance.Op       `json:"op"`
	Mode     string               `json:"mode,omitempty"`
	Expect   string               `json:"expect"` // "accept" or "reject"
	Verdict  string               `json:"verdict"`
	Reason   string               `json:"reason,omitempty"`
	// Curl is the command that repeats a request to a receiver which has failed, or differs.
	Curl string `json:"curl,omitempty"`

	through conformance.Protocol // which a round trip goes through; "" is all
}

// maxReason limits a reason, in bytes.
const maxReason = 400

func (r *report) add(s *suite, c *conformance.Case, result conformance.Result, by *subject) {
	place := s.places[c.Name]
	o := outcome{
		Case: c.Name, Document: place.Document, Section: place.Section, Level: place.Level,
		Protocol: c.Protocol(), Op: result.Op, Expect: expectation(c), through: result.Protocol,
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
	case by.strict, place.Level == conformance.Must, errors.Is(err, conformance.ErrNoAnswer):
		o.Verdict = verdictFail
		r.Failed++
	default:
		o.Verdict = verdictDiffer
		r.Differ++
	}
	if o.Verdict != verdictPass {
		o.Reason = cut(result.Err.Error(), maxReason)
	}
	if (o.Verdict == verdictFail || o.Verdict == verdictDiffer) && result.Request != nil {
		o.Curl = curlCommand(by.url, result.Request)
	}
	r.Results = append(r.Results, o)
}

// maxCommand limits the message of a curl command, in bytes. It is about 100 lines.
const maxCommand = 8 << 10

// curlCommand returns the command that sends m to a receiver, or "" if it would be too long for
// people. Whoever runs it has to add a password of the URL, which is left out.
func curlCommand(url string, m *conformance.Message) string {
	h := carried(m.Header)
	size := len(m.Body)
	for key, values := range h {
		for _, value := range values {
			size += len(key) + len(value)
		}
	}
	if size > maxCommand {
		return ""
	}
	c := curl.Command{URL: url, Header: h, Body: m.Body, Include: true}
	return string(c.Append(nil))
}

// cut returns text of an implementation for one printed line of at most n bytes.
func cut(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, cli.OneLine(s))
	return excerpt.Cut(s, n)
}

func (r *report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// name returns the operation, the content mode if there is one, and the protocol.
func (o *outcome) name() string {
	name := string(o.Op)
	if o.Mode != "" {
		name += " in " + o.Mode + " mode"
	}
	if o.Protocol != "" {
		name += " of " + string(o.Protocol)
	}
	return name
}

// place returns the section of a case in the form in which errors cite it.
func (o *outcome) place() string {
	return conformance.Place{Document: o.Document, Section: o.Section}.String()
}
