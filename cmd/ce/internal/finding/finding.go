// Package finding explains what is wrong with a message: where, by which rule of the
// specification, and what to do about it.
package finding

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Finding is one thing that is wrong with a message. Its JSON form is the output of ce check
// --json.
type Finding struct {
	File      string `json:"file,omitempty"`
	Event     *int   `json:"event,omitempty"`  // in the file or batch, counted from 0
	Line      int    `json:"line,omitempty"`   // of the file, counted from 1
	Column    int    `json:"column,omitempty"` // in bytes, counted from 1
	Offset    *int64 `json:"offset,omitempty"` // in bytes, of the file
	In        string `json:"in,omitempty"`     // "body" if the place is counted in the body, which the file has in another form
	Attribute string `json:"attribute,omitempty"`
	Rule      string `json:"rule"` // a word of testdata/README.md, or "http", "curl" or "signature"
	Message   string `json:"error"`
	Value     string `json:"value,omitempty"`
	Section   string `json:"section,omitempty"`
	URL       string `json:"url,omitempty"`
	Advice    string `json:"advice"`

	// Edits are the advice for programs, if it can be followed by one. They were tried: with
	// them the input has neither this violation nor a new one.
	Edits []Edit `json:"edits,omitempty"`
	// Example says that the value in Edits is an example, and wants to be another.
	Example bool `json:"example,omitempty"`

	// Source is an excerpt of the line of the place, for a terminal, and Caret is how many
	// characters of it are in front of the place. Source is "" if there is no place.
	Source string `json:"-"`
	Caret  int    `json:"-"`
}

// First returns what is wrong with u, in the order of err, which is the error of its decoder or
// of [stream.Reader.Next]: at most n findings, and the number of the others. It returns
// nothing if err is nil.
func First(u *stream.Unit, err error, n int) (found []Finding, more int) {
	if err == nil {
		return nil, 0
	}
	var batch *cloudevents.BatchError
	if errors.As(err, &batch) {
		err = batch.Err
	}
	several := violations(err)
	if more = len(several) - n; more > 0 {
		several = several[:n]
	}
	at := newLocator(u, several)
	d := newDoctor(u)
	for _, err := range several {
		f := describe(err)
		if other := foreign(u); other != nil && f.Rule == "json" {
			f.Rule, f.Section = "malformed", formatSection(other)
			f.URL = spec.SectionURL(f.Section)
		}
		if batch != nil {
			f.Event = &batch.Index
		}
		at.locate(&f, err)
		d.prescribe(err, &f)
		found = append(found, f)
	}
	return found, max(more, 0)
}

// violations splits an error into those that it joins.
func violations(err error) []error {
	var several validation.Errors
	if errors.As(err, &several) {
		return several
	}
	return []error{err}
}

// describe returns the finding of one error, without place and advice.
func describe(err error) Finding {
	f := Finding{Message: err.Error()}
	var syntax *cloudevents.SyntaxError
	if errors.As(err, &syntax) {
		f.Message = syntax.Err.Error()
	}
	var invalid *validation.Error
	if errors.As(err, &invalid) {
		f.Attribute, f.Section, f.Value = invalid.Attribute, invalid.Section, invalid.Value
		f.Message = invalid.Err.Error()
	}
	if reasons := library.Reasons(err); len(reasons) > 0 {
		f.Rule = reasons[0].Rule
	}
	var raw *stream.HTTPError
	var command *stream.CurlError
	var long *stream.TooLongError
	switch {
	case errors.As(err, &raw):
		f.Rule, f.Message = "http", raw.Text
	case errors.As(err, &command):
		f.Rule, f.Message = "curl", command.Err.Error()
	case errors.As(err, &long):
		f.Rule = "limit"
	}
	if f.Section == "" {
		f.Section = section(f.Rule, err)
		f.Message = strings.TrimSuffix(f.Message, " ("+f.Section+")")
	}
	f.URL = spec.SectionURL(f.Section)
	return f
}

const (
	sectionSizeLimits = "spec.md#size-limits"
	sectionHTTPBatch  = "http-protocol-binding.md#33-batched-content-mode"
)

// section returns the section behind a rule whose errors cite none.
func section(rule string, err error) string {
	switch rule {
	case "json":
		var structure *stream.StructureError
		if errors.As(err, &structure) {
			return structure.Section
		}
		return spec.SectionJSONEnvelope
	case "limit":
		return sectionSizeLimits
	case "content-mode":
		return sectionHTTPBatch
	case "encoding":
		return spec.SectionHTTPContentType
	case "not-cloudevent", "unknown-format", "http":
		return spec.SectionHTTPMapping
	}
	return ""
}

// locator finds the places of errors about a unit.
type locator struct {
	u      *stream.Unit
	places map[int]stream.Place     // of the offsets in the body that errors name
	fields map[string]*stream.Field // headers by their names in lower case; of several, the last
}

// newLocator goes through u once, however many errors there are.
func newLocator(u *stream.Unit, errs []error) *locator {
	l := &locator{u: u}
	var offsets []int
	for _, err := range errs {
		if syntax := (*cloudevents.SyntaxError)(nil); errors.As(err, &syntax) {
			offsets = append(offsets, syntax.Offset)
		}
	}
	l.places = u.Places(offsets)
	if u.Message != nil {
		l.fields = make(map[string]*stream.Field, len(u.Message.Fields))
		for i := range u.Message.Fields {
			l.fields[strings.ToLower(u.Message.Fields[i].Name)] = &u.Message.Fields[i]
		}
	}
	return l
}

// locate sets the place of an error in the input.
func (l *locator) locate(f *Finding, err error) {
	var syntax *cloudevents.SyntaxError
	var raw *stream.HTTPError
	var command *stream.CurlError
	u := l.u
	switch {
	case errors.As(err, &raw):
		f.Offset, f.Line = &raw.Offset, raw.Line
	case errors.As(err, &command):
		f.Offset, f.Line = &command.Offset, command.Line
	case errors.As(err, &syntax):
		offset := u.Offset + int64(syntax.Offset)
		f.Offset = &offset
		place := l.places[syntax.Offset]
		f.Line, f.Column = place.Line, place.Column
		f.mark(u)
		if text, at := u.Body, syntax.Offset; u.Rest != nil {
			f.Source, f.Caret = excerptOf(u.Rest, 0)
		} else if at <= len(text) {
			f.Source, f.Caret = excerptOf(text, at)
		}
	case u.Message != nil && !inHeader(u) && f.Attribute != "":
		f.Offset, f.Line = &u.Offset, u.Line // the body
		f.mark(u)
	case u.Message != nil:
		if field := l.fields[strings.ToLower(headerOf(f, err))]; field != nil {
			f.Offset, f.Line = &field.Offset, field.Line
			f.Source, f.Caret = excerptOf([]byte(field.Name+": "+field.Value), 0)
		}
	default:
		f.Line = u.Line
		f.Offset = &u.Offset
		f.mark(u)
	}
}

const inBody = "body"

// mark says that a place is counted in the body, if it is.
func (f *Finding) mark(u *stream.Unit) {
	if u.InBody {
		f.In = inBody
	}
}

// inHeader reports whether the attributes of u are headers.
func inHeader(u *stream.Unit) bool {
	return u.Message != nil && cehttp.ModeOf(u.Message.Header) == cloudevents.BinaryMode
}

// headerOf returns the name of the header that a finding is about, or "".
func headerOf(f *Finding, err error) string {
	const contentType = "content-type"
	switch {
	case errors.Is(err, cehttp.ErrContentEncoding):
		return "content-encoding"
	case isAboutContentType(err):
		return contentType
	case f.Attribute == "" && !errors.Is(err, validation.ErrName):
		return ""
	case f.Attribute == spec.DataContentType && f.Section != spec.SectionHTTPContentType:
		return contentType // otherwise it is ce-datacontenttype that differs
	}
	return "ce-" + f.Attribute
}

// Where returns the place of f for people, or "" if it has none.
func (f *Finding) Where() string {
	var parts []string
	of := ""
	if f.In != "" {
		of = " of the " + f.In
	}
	if f.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", f.Line))
	}
	if f.Column > 0 {
		parts = append(parts, fmt.Sprintf("column %d", f.Column))
	}
	if f.Offset != nil {
		parts = append(parts, fmt.Sprintf("offset %d", *f.Offset))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + of
}

// Text returns what is wrong, in one line that a terminal can show: event, attribute,
// message and value.
func (f *Finding) Text() string {
	text := f.Message
	if f.Attribute != "" {
		text = fmt.Sprintf("attribute %.64q: %s", f.Attribute, text)
	}
	if f.Value != "" {
		text += fmt.Sprintf(": %.64q", f.Value)
	}
	if f.Event != nil {
		text = fmt.Sprintf("event %d: %s", *f.Event, text)
	}
	return cli.Visible(text)
}
