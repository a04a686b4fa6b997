package conformance

import (
	"errors"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var sentinels = []struct {
	err  error
	rule string
}{
	{validation.ErrMissing, "missing"},
	{validation.ErrName, "name"},
	{validation.ErrCharacter, "character"},
	{validation.ErrSyntax, "syntax"},
	{validation.ErrRange, "range"},
	{validation.ErrType, "type"},
	{validation.ErrDuplicate, "duplicate"},
	{validation.ErrVersion, "version"},
	{validation.ErrData, "data"},
	{cloudevents.ErrNotCloudEvent, "not-cloudevent"},
	{cloudevents.ErrContentMode, "content-mode"},
	{cehttp.ErrContentEncoding, "encoding"},
	{format.ErrUnknown, "unknown-format"},
}

// Reasons returns why this module refused something, a reason for each violation.
func Reasons(err error) []Reason {
	if err == nil {
		return nil
	}
	return reasons(err, Reason{Index: -1, Offset: -1})
}

// reasons walks an error down to what is wrong; r is what is known from above.
func reasons(err error, r Reason) []Reason {
	var tooLarge *http.MaxBytesError
	switch e := err.(type) {
	case *cloudevents.BatchError:
		r.Index = e.Index
	case *cloudevents.SyntaxError:
		r.Offset, r.Rule = e.Offset, "json"
	case *cloudevents.LimitError:
		r.Rule = "limit"
	case *validation.Error:
		r.Attribute, r.Section = e.Attribute, e.Section
	}
	if errors.As(err, &tooLarge) {
		r.Rule = "limit"
	}
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		var all []Reason
		for _, err := range e.Unwrap() {
			all = append(all, reasons(err, r)...)
		}
		return all
	case interface{ Unwrap() error }:
		if next := e.Unwrap(); next != nil {
			return reasons(next, r)
		}
	}
	for _, s := range sentinels {
		if err == s.err {
			r.Rule = s.rule
			if r.Section == spec.SectionHTTPContentType {
				r.Rule = "content-type"
			}
		}
	}
	return []Reason{r}
}
