package suite

import (
	"encoding/xml"
	"os"
)

// The elements of a JUnit report that every reader of them knows. A suite is a document of the
// specification.
type (
	junitSuites struct {
		XMLName  xml.Name      `xml:"testsuites"`
		Name     string        `xml:"name,attr"`
		Tests    int           `xml:"tests,attr"`
		Failures int           `xml:"failures,attr"`
		Skipped  int           `xml:"skipped,attr"`
		Suites   []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitMessage `xml:"failure,omitempty"`
		Skipped *junitMessage `xml:"skipped,omitempty"`
		Note    string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// junit returns the report in the form of JUnit. A result that differs has passed, with a note.
func (r *report) junit() *junitSuites {
	all := &junitSuites{Name: r.Implementation, Tests: len(r.Results), Failures: r.Failed, Skipped: r.Skipped}
	suites := map[string]*junitSuite{}
	for i := range r.Results {
		o := &r.Results[i]
		group, section := o.rowName()
		s := suites[group]
		if s == nil {
			s = &junitSuite{Name: group}
			suites[group] = s
			all.Suites = append(all.Suites, s)
		}
		c := junitCase{Class: group + "." + section, Name: o.Case + ", " + o.name()}
		s.Tests++
		switch o.Verdict {
		case verdictFail:
			s.Failures++
			c.Failure = &junitMessage{o.Reason, o.Curl}
		case verdictSkip:
			s.Skipped++
			c.Skipped = &junitMessage{Message: o.Reason}
		case verdictDiffer:
			c.Note = "differs: " + o.Reason
		}
		s.Cases = append(s.Cases, c)
	}
	return all
}

func (r *report) writeJUnit(name string) error {
	text, err := xml.MarshalIndent(r.junit(), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append([]byte(xml.Header), append(text, "\n"...)...), 0o644)
}
