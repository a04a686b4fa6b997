// Package mqtttopic checks the topics of MQTT before they go to a broker: most brokers answer a
// malformed one by ending the connection, and the client sends it again at the next one, for ever.
package mqtttopic

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

const maxLength = 65535 // of a string in a packet

var (
	errEmpty    = errors.New("it is empty")
	errLong     = errors.New("it has more than 65535 bytes")
	errText     = errors.New("it is not UTF-8, or has a null character")
	errWildcard = errors.New("+ and # are for subscriptions")
	errHash     = errors.New("# stands alone behind the last slash")
	errPlus     = errors.New("+ stands alone between two slashes")
	errShare    = errors.New("it is not of the form $share/name/filter, with a name without + and #")
)

// Name returns why nothing can be published on a topic (MQTT 5, section 4.7), or nil.
func Name(topic string) error {
	err := text(topic)
	if err == nil && strings.ContainsAny(topic, "+#") {
		err = errWildcard
	}
	return about("topic", topic, err)
}

// Filter returns why nobody can subscribe to a topic filter, which may be that of a shared
// subscription (MQTT 5, sections 4.7 and 4.8.2), or nil.
func Filter(filter string) error {
	err := text(filter)
	own := filter
	if shared, ok := strings.CutPrefix(filter, "$share/"); ok && err == nil {
		var name string
		if name, own, ok = strings.Cut(shared, "/"); !ok || name == "" || own == "" || strings.ContainsAny(name, "+#") {
			err = errShare
		}
	}
	if err == nil {
		err = wildcards(own)
	}
	return about("topic filter", filter, err)
}

// OfConsumer returns why the fields Topics or DeadLetter of a consumer are malformed, or that the
// consumer would read its own dead letters, or nil. Both may be empty.
func OfConsumer(topics []string, deadLetter string) error {
	for _, filter := range topics {
		if err := Filter(filter); err != nil {
			return fmt.Errorf("field Topics: %w", err)
		}
	}
	if deadLetter == "" {
		return nil
	}
	if err := Name(deadLetter); err != nil {
		return fmt.Errorf("field DeadLetter: %w", err)
	}
	for _, filter := range topics {
		if Matches(filter, deadLetter) {
			return fmt.Errorf("field DeadLetter: the filter %q of Topics matches it: its messages would be read again without end", excerpt.Of(filter))
		}
	}
	return nil
}

// Matches reports whether a subscription to a filter, which may be a shared one, gets what is
// published on a topic (MQTT 5, section 4.7). Both are well-formed.
func Matches(filter, topic string) bool {
	if shared, ok := strings.CutPrefix(filter, "$share/"); ok {
		_, filter, _ = strings.Cut(shared, "/")
	}
	if topic[0] == '$' && (filter[0] == '#' || filter[0] == '+') {
		return false
	}
	for filterMore, topicMore := true, true; ; {
		var want, level string
		if want, filter, filterMore = strings.Cut(filter, "/"); want == "#" {
			return true
		}
		level, topic, topicMore = strings.Cut(topic, "/")
		switch {
		case want != "+" && want != level:
			return false
		case !topicMore:
			return !filterMore || filter == "#" // which is the parent, too
		case !filterMore:
			return false
		}
	}
}

func wildcards(filter string) error {
	for rest, more := filter, true; more; {
		var level string
		level, rest, more = strings.Cut(rest, "/")
		switch {
		case strings.Contains(level, "#") && (level != "#" || more):
			return errHash
		case strings.Contains(level, "+") && level != "+":
			return errPlus
		}
	}
	return nil
}

// text checks what holds for each string of a packet.
func text(s string) error {
	switch {
	case s == "":
		return errEmpty
	case len(s) > maxLength:
		return errLong
	case !utf8.ValidString(s) || strings.Contains(s, "\x00"):
		return errText
	}
	return nil
}

func about(what, s string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("malformed %s %q: %w", what, excerpt.Of(s), err)
}
