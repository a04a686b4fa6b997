package cehttp

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// explained returns err, which is about m, with its cause in front if m is a well-known
// near miss of a CloudEvent. It goes through the header once more, so it is only called if
// a message is refused.
func explained(m *received, err error) error {
	if cause := nearMiss(m, err); cause != "" {
		return fmt.Errorf("%s: %w", cause, err)
	}
	return err
}

func nearMiss(m *received, err error) string {
	undeclared := errors.Is(err, cloudevents.ErrNotCloudEvent)
	isInvalid := errtree.Wraps[*validation.Error](err)
	isUnknown := errors.Is(err, format.ErrUnknown)
	if !undeclared && !isUnknown && !isInvalid && !errtree.Wraps[*cloudevents.SyntaxError](err) {
		return ""
	}
	var about bodyHeader
	about.gather(m.header)
	switch mode := format.ModeOf(about.contentType); {
	case about.contentTypes > 1:
		return "" // err says so
	case isList(about.contentType) && (undeclared || isUnknown || isInvalid && violates(err, spec.DataContentType)):
		return "Content-Type has several media types"
	case mode == cloudevents.BinaryMode:
		return nearMissInHeader(m.header)
	case about.attributes > 0 && !isUnknown && (!isInvalid || errors.Is(err, validation.ErrMissing)):
		return fmt.Sprintf("by its Content-Type this is a message in %s mode: its attributes are in the body, and those in its ce- headers do not count", mode)
	}
	return ""
}

// nearMissInHeader returns what is nearly right about the header of a message in binary
// mode. If there are several such headers, it is about the first in the alphabet.
func nearMissInHeader(h http.Header) string {
	var draft, foreign, contentType string // keys
	first := func(key *string, k string) {
		if *key == "" || k < *key {
			*key = k
		}
	}
	isCurrent := false // in what it calls the version
	for key := range h {
		switch name, prefix := attributeName(key); {
		case prefix == "":
		case prefix != "ce-":
			first(&foreign, key)
		case ascii.EqualFold(name, spec.SpecVersion):
			isCurrent = true
		case ascii.EqualFold(name, "content-type"):
			first(&contentType, key)
		case isDraftName(name):
			first(&draft, key)
		}
	}
	switch {
	case draft != "" && !isCurrent:
		return fmt.Sprintf("header %q is of an old draft of the specification: today it is ce-specversion with ce-id, ce-source and ce-type", excerpt.Of(lower(draft)))
	case foreign != "":
		return fmt.Sprintf("header %q: in HTTP the headers of attributes begin with ce-", excerpt.Of(lower(foreign)))
	case contentType != "":
		return "header ce-content-type: the content type of the data is the header Content-Type"
	}
	return ""
}

// attributeName cuts the prefix of a key that is that of an attribute, in HTTP or in
// another binding.
func attributeName(key string) (name, prefix string) {
	for _, prefix := range [...]string{"ce-", "ce_", "cloudEvents_", "cloudEvents-"} { // HTTP, Kafka, AMQP
		if name, ok := ascii.CutPrefixFold(key, prefix); ok {
			return name, prefix
		}
	}
	return "", ""
}

// isDraftName reports whether an attribute is one of version 0.1 that 1.0 calls otherwise.
func isDraftName(name string) bool {
	for _, draft := range [...]string{"cloudeventsversion", "eventid", "eventtype", "eventtime", "eventtypeversion"} {
		if ascii.EqualFold(name, draft) {
			return true
		}
	}
	return false
}

// isList reports whether a content type has a comma that is not in quotes.
func isList(contentType string) bool {
	for {
		before, rest, found := strings.Cut(contentType, `"`)
		if strings.Contains(before, ",") {
			return true
		}
		if !found {
			return false
		}
		_, contentType, _ = strings.Cut(rest, `"`)
	}
}

// violates reports whether one of the violations in err is about that attribute.
func violates(err error, attribute string) bool {
	several, ok := errtree.Find[validation.Errors](err)
	if !ok {
		several = validation.Errors{err}
	}
	for _, err := range several {
		if invalid, ok := errtree.Find[*validation.Error](err); ok && invalid.Attribute == attribute {
			return true
		}
	}
	return false
}

// lower returns an excerpt of a key in lower case.
func lower(key string) string { return strings.ToLower(excerpt.Cut(key, excerpt.Size)) }
