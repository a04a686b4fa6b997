package cesql

import (
	"strings"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
)

// condition compares an attribute with constants. Most filters are conditions with AND, OR and
// NOT between them. Evaluating those needs neither values nor a stack: each condition says
// which comes next.
type condition struct {
	op        op     // opIs to opExists, opLike, opWildcards, opIn, opBoolean, or one of opEqual to opGreaterOrEqual
	direct    origin // of a text that can be taken as it is; fromConstant if there is more to do
	no        int32  // what comes next if the condition does not hold
	yes       int32  // if it does
	fail      int32  // the first of its errors
	value     Value  // what the attribute is compared with; of opBegins, what it begins with
	pattern   *pattern
	wildcards *wildcards
	set       *set
	attribute leaf
}

// directly returns where the text of an attribute is, if the condition can take it from there.
func (c *condition) directly() origin {
	switch c.attribute.from {
	case fromID, fromSource, fromType, fromSubject:
		if c.isAboutText() {
			return c.attribute.from
		}
	}
	return fromConstant
}

// isAboutText reports whether the condition can do with the text of the attribute.
func (c *condition) isAboutText() bool {
	if c.attribute.function != none {
		return false
	}
	switch c.op {
	case opIs, opBegins, opContains, opLike, opWildcards, opIn:
		return true
	}
	return false
}

// What comes next behind the last condition.
const (
	thenFalse int32 = -1
	thenTrue  int32 = -2
)

// decide evaluates an expression that is nothing but conditions.
func (x *Expression) decide(e *cloudevents.Event) (bool, *Error) {
	next := int32(0)
	for {
		c := &x.conditions[next]
		is, text := false, ""
		switch c.direct {
		case fromID:
			text = e.ID
		case fromSource:
			text = e.Source
		case fromType:
			text = e.Type
		case fromSubject:
			if text = e.Subject; text == "" {
				return false, x.failure(c.attribute.fail)
			}
		default:
			var failed *Error
			if is, failed = x.holds(c, e); failed != nil {
				return false, failed
			}
		}
		switch {
		case c.direct == fromConstant:
		case c.op == opIs:
			is = text == c.value.text
		case c.op == opBegins:
			is = len(text) >= len(c.value.text) && text[:len(c.value.text)] == c.value.text
		case c.op == opContains:
			is = c.pattern.contained(text)
		case c.op == opLike:
			is = c.pattern.matches(text)
		case c.op == opWildcards:
			is = c.wildcards.matches(text)
		default:
			is = c.set.hasText(text)
		}
		if next = c.no; is {
			next = c.yes
		}
		if next < 0 {
			return next == thenTrue, nil
		}
	}
}

// holds reports whether a condition holds, whatever the attribute is.
func (x *Expression) holds(c *condition, e *cloudevents.Event) (bool, *Error) {
	if c.op == opExists {
		return c.attribute.exists(e), nil
	}
	v, ok := c.attribute.of(e)
	switch {
	case !ok:
		return false, x.failure(c.attribute.fail)
	case c.attribute.from == fromTimeLater:
		return x.holdsForTime(c, e), nil
	}
	switch c.op {
	case opIs:
		return v.isText(c.value.text), nil
	case opBegins:
		return v.begins(c.value.text), nil
	case opContains, opLike:
		return c.pattern.matchesValue(v), nil
	case opWildcards:
		return c.wildcards.matchesValue(v), nil
	case opIn:
		is, element := c.set.has(v)
		if element >= 0 {
			return false, x.failure(c.fail + element)
		}
		return is, nil
	case opBoolean:
		b, ok := v.Bool()
		if !ok {
			return false, x.failure(c.fail)
		}
		return b, nil
	}
	is, wrong := c.op.of(v, c.value)
	if wrong >= 0 {
		return false, x.failure(c.fail + wrong)
	}
	return is.number != 0, nil
}

// holdsForTime is holds for the text of the attribute time, which becomes no string.
func (x *Expression) holdsForTime(c *condition, e *cloudevents.Event) bool {
	var room [maxTime]byte
	b := timestamp.Append(room[:0], e.Time)
	text := unsafe.String(&b[0], len(b)) // which nothing keeps
	switch c.op {
	case opIs:
		return text == c.value.text
	case opIn:
		return c.set.hasText(text)
	case opBegins:
		return strings.HasPrefix(text, c.value.text)
	case opWildcards:
		return c.wildcards.matches(text)
	}
	return c.pattern.matches(text)
}

// maxTime is how many bytes the text of a time has at most.
const maxTime = len("2006-01-02T15:04:05.999999999+00:00")

// set is the elements of IN, if they are constants.
type set struct {
	texts  []string            // of the elements
	values []Value             // the elements, if not all of them are Strings
	many   map[string]struct{} // the texts, if there are many
}

// fewTexts is how many texts are compared one after the other faster than they are looked up.
const fewTexts = 12

// newSet returns the set of the constants that leaves are.
func newSet(leaves []leaf) *set {
	s := &set{texts: make([]string, len(leaves))}
	for i := range leaves {
		v := leaves[i].value
		s.texts[i] = v.String()
		if v.typ != String && s.values == nil {
			s.values = make([]Value, len(leaves))
		}
	}
	if s.values != nil {
		for i := range leaves {
			s.values[i] = leaves[i].value
		}
	}
	if len(leaves) > fewTexts {
		s.many = make(map[string]struct{}, len(leaves))
		for _, text := range s.texts {
			s.many[text] = struct{}{}
		}
	}
	return s
}

// hasText reports whether one of the elements, cast to Strings, is text.
func (s *set) hasText(text string) bool {
	if s.many != nil {
		_, has := s.many[text]
		return has
	}
	for i := range s.texts {
		if s.texts[i] == text {
			return true
		}
	}
	return false
}

// has reports whether one of the elements, cast to the type of v, is v. If one that comes
// before cannot be cast, element is its place; it is -1 otherwise.
func (s *set) has(v Value) (is bool, element int32) {
	if v.typ == String {
		return s.hasText(v.text), -1
	}
	for i := range s.texts {
		y := Value{text: s.texts[i], typ: String}
		if s.values != nil {
			y = s.values[i]
		}
		switch is, ok := y.equals(v); {
		case !ok:
			return false, int32(i)
		case is:
			return true, -1
		}
	}
	return false, -1
}
