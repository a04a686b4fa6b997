package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// finding is something that is wrong with a message, and what to do about it.
type finding struct {
	File      string `json:"file,omitempty"`
	Event     *int   `json:"event,omitempty"`  // in the file or batch, counted from 0
	Line      int    `json:"line,omitempty"`   // of the file, counted from 1
	Column    int    `json:"column,omitempty"` // in bytes, counted from 1
	Offset    *int64 `json:"offset,omitempty"` // in bytes, of the file
	In        string `json:"in,omitempty"`     // "body": the place is in it, because it is not in the file as it is
	Attribute string `json:"attribute,omitempty"`
	Rule      string `json:"rule"` // a word of testdata/README.md, or "http" or "curl"
	Message   string `json:"error"`
	Value     string `json:"value,omitempty"`
	Section   string `json:"section,omitempty"`
	URL       string `json:"url,omitempty"`
	Advice    string `json:"advice"`
}

// findings returns what is wrong with u, by the error of its decoder. It is empty if
// err is nil.
func (u *unit) findings(err error) []finding {
	if err == nil {
		return nil
	}
	var found []finding
	var batch *cloudevents.BatchError
	if errors.As(err, &batch) {
		err = batch.Err
	}
	for _, err := range violations(err) {
		f := describe(err)
		if batch != nil {
			f.Event = &batch.Index
		}
		u.locate(&f, err)
		f.Advice = advice(&f, u)
		found = append(found, f)
	}
	return found
}

// violations splits an error into those that it joins.
func violations(err error) []error {
	var several validation.Errors
	if errors.As(err, &several) {
		return several
	}
	return []error{err}
}

// describe makes a finding of one error, but for its place.
func describe(err error) finding {
	f := finding{Message: err.Error()}
	var syntax *cloudevents.SyntaxError
	if errors.As(err, &syntax) {
		f.Message = syntax.Err.Error()
	}
	var invalid *validation.Error
	if errors.As(err, &invalid) {
		f.Attribute, f.Section, f.Value = invalid.Attribute, invalid.Section, invalid.Value
		f.Message = invalid.Err.Error()
	}
	if reasons := conformance.Reasons(err); len(reasons) > 0 {
		f.Rule = reasons[0].Rule
	}
	var raw *rawError
	var command *curlError
	var long *errTooLong
	switch {
	case errors.As(err, &raw):
		f.Rule, f.Message = "http", raw.text
	case errors.As(err, &command):
		f.Rule, f.Message = "curl", command.text
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

// section returns what a rule is about for which the library cites no section.
func section(rule string, err error) string {
	switch rule {
	case "json":
		var structure *structureError
		if errors.As(err, &structure) {
			return structure.section
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

// locate says where in the input an error is.
func (u *unit) locate(f *finding, err error) {
	var syntax *cloudevents.SyntaxError
	var raw *rawError
	var command *curlError
	switch {
	case errors.As(err, &raw):
		f.Offset, f.Line = &raw.offset, raw.line
	case errors.As(err, &command):
		offset := int64(command.offset)
		f.Offset, f.Line = &offset, command.line
	case errors.As(err, &syntax):
		offset := u.offset + int64(syntax.Offset)
		f.Offset = &offset
		f.Line, f.Column = u.place(syntax.Offset)
		u.mark(f)
	case u.message != nil && !u.binary() && f.Attribute != "":
		f.Offset, f.Line = &u.offset, u.line // the body
		u.mark(f)
	case u.message != nil:
		if field := u.message.field(f); field != nil {
			f.Offset, f.Line = &field.offset, field.line
		}
	default:
		f.Line = u.line
		f.Offset = &u.offset
		u.mark(f)
	}
}

// mark says what a place is counted in, if that is not the input.
func (u *unit) mark(f *finding) {
	if u.inBody {
		f.In = "body"
	}
}

// field returns the header that a finding is about; of several, the last.
func (m *message) field(f *finding) *field {
	header := "ce-" + f.Attribute
	switch {
	case f.Rule == "encoding":
		header = "content-encoding"
	case f.Rule == "not-cloudevent" || f.Rule == "unknown-format" || f.Rule == "content-mode":
		header = "content-type"
	case f.Attribute == "" && f.Rule != "name":
		return nil
	case f.Attribute == spec.DataContentType && f.Rule != "content-type":
		header = "content-type"
	}
	for i := len(m.fields) - 1; i >= 0; i-- {
		if strings.EqualFold(m.fields[i].name, header) {
			return &m.fields[i]
		}
	}
	return nil
}

// where returns the place of f for people, "" if it has none.
func (f *finding) where() string {
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
