package guiabolso

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Message is one message of the events protocol. Name, ID and FlowID are required.
type Message struct {
	// Name says what happened or what is asked for, such as "user:name:set". The name of an
	// answer ends in a [Suffix].
	Name string

	// Version is the version of the payload. It is not used if VersionText is set.
	Version int32

	// VersionText is a version that is a string, such as "beta" or "1". It is written as a
	// JSON string even if it is a number.
	VersionText string

	// ID identifies the message. Some senders use that of the session, and answers repeat
	// that of the request.
	ID string

	// FlowID identifies the flow of messages to which this one belongs.
	FlowID string

	// Payload is one JSON value. It is written byte for byte. If it is nil, there is no such
	// member; receivers may refuse that.
	Payload json.RawMessage

	// Identity is a JSON object about the user. Nil is {}.
	Identity json.RawMessage

	// Auth is a JSON object with credentials. Nil is {}.
	Auth json.RawMessage

	// Metadata is a JSON object with origin, timestamp and the like. Nil is {}.
	Metadata json.RawMessage

	// Others are the members that the protocol does not know, in their order.
	Others []Member
}

// Member is a member of a JSON object.
type Member struct {
	Name  string
	Value json.RawMessage
}

// MemberError says which member of a message an error is about.
type MemberError struct {
	// Member is the name of the member, at most 64 bytes of it. That of a member of
	// metadata begins with "metadata.".
	Member string

	// Err is the violated rule. It wraps a sentinel of package validation, or is an error
	// about malformed JSON.
	Err error
}

// Error returns the name of the member and the cause.
func (e *MemberError) Error() string {
	return "member " + strconv.Quote(e.Member) + ": " + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *MemberError) Unwrap() error { return e.Err }

func memberError(name string, err error) error {
	return &MemberError{excerpt.Cut(name, excerpt.Size), err}
}

// Members of the envelope.
const (
	memberName     = "name"
	memberVersion  = "version"
	memberID       = "id"
	memberFlowID   = "flowId"
	memberPayload  = "payload"
	memberIdentity = "identity"
	memberAuth     = "auth"
	memberMetadata = "metadata"
)

var (
	ruleMissing   = &validation.Rule{Sentinel: validation.ErrMissing, Detail: "a required member is missing or empty"}
	ruleObject    = &validation.Rule{Sentinel: validation.ErrType, Detail: "must be a JSON object"}
	ruleString    = &validation.Rule{Sentinel: validation.ErrType, Detail: "must be a JSON string"}
	ruleVersion   = &validation.Rule{Sentinel: validation.ErrType, Detail: "must be an integer of 32 bits, or a JSON string"}
	ruleDuplicate = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "duplicate member"}
	ruleKnown     = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "has a field of its own"}
	ruleUTF8      = &validation.Rule{Sentinel: validation.ErrCharacter, Detail: "invalid UTF-8"}
)

var errNotObject = errors.New("a message is a JSON object")

// Decoder decodes messages. The zero value is ready to use.
type Decoder struct {
	// MaxDepth limits how many arrays and objects may enclose each other, that of the
	// message included. 0 is cloudevents.DefaultMaxDepth, -1 is no limit.
	MaxDepth int
}

// Decode decodes one message. It is that of the zero [Decoder].
func Decode(document []byte) (Message, error) { return new(Decoder).Decode(document) }

// Decode decodes one message. Payload, Identity, Auth, Metadata and the values of Others
// share the memory of document. The caller limits its size. The work is linear in it.
//
// Names of members are compared byte by byte. A member that is there twice, a wrong type,
// a missing member, invalid UTF-8 and bytes after the message are refused. The content of
// payload, identity, auth and metadata is only checked to be JSON.
//
// The error is a [*MemberError], several of them as [validation.Errors], or a
// [*cloudevents.SyntaxError] about malformed JSON, a duplicate or the limit.
func (d *Decoder) Decode(document []byte) (Message, error) {
	maxDepth := d.MaxDepth
	if maxDepth == 0 {
		maxDepth = cloudevents.DefaultMaxDepth
	}
	members, err := readObject(document, maxDepth)
	if err != nil {
		return Message{}, err
	}
	var m Message
	var errs []error
	text := func(to *string, x Member) {
		s, ok := stringOf(x.Value)
		if !ok {
			errs = append(errs, memberError(x.Name, ruleString))
		} else if *to = s; s == "" {
			errs = append(errs, memberError(x.Name, ruleMissing))
		}
	}
	object := func(to *json.RawMessage, x Member) {
		switch {
		case x.Value[0] == '{':
			*to = x.Value
		case string(x.Value) != "null":
			errs = append(errs, memberError(x.Name, ruleObject))
		}
	}
	missing := map[string]bool{memberName: true, memberVersion: true, memberID: true, memberFlowID: true}
	others := members[:0] // where the known ones were
	for _, x := range members {
		delete(missing, x.Name)
		switch x.Name {
		case memberName:
			text(&m.Name, x)
		case memberVersion:
			if x.Value[0] == '"' {
				text(&m.VersionText, x)
			} else if m.Version, err = validation.ParseInteger(string(x.Value)); err != nil {
				errs = append(errs, memberError(x.Name, ruleVersion))
			}
		case memberID:
			text(&m.ID, x)
		case memberFlowID:
			text(&m.FlowID, x)
		case memberPayload:
			m.Payload = x.Value
		case memberIdentity:
			object(&m.Identity, x)
		case memberAuth:
			object(&m.Auth, x)
		case memberMetadata:
			object(&m.Metadata, x)
		default:
			others = append(others, x)
		}
	}
	if len(others) > 0 {
		m.Others = others
	}
	for _, name := range []string{memberName, memberVersion, memberID, memberFlowID} {
		if missing[name] {
			errs = append(errs, memberError(name, ruleMissing))
		}
	}
	if len(errs) > 0 {
		return Message{}, validation.Join(errs)
	}
	return m, nil
}

// AppendMessage appends m as JSON to dst. The result may be dst if there is room. A nil
// Identity, Auth or Metadata is written as {}. On an error, which is a [*MemberError] or
// several of them as [validation.Errors], dst is returned.
func AppendMessage(dst []byte, m *Message) ([]byte, error) {
	if errs := m.check(); len(errs) > 0 {
		return dst, validation.Join(errs)
	}
	b := dst
	text := func(name, s string) {
		b = append(append(append(b, '"'), name...), `":`...)
		b = append(jsonscan.AppendQuoted(b, s), ',')
	}
	b = append(b, '{')
	text(memberName, m.Name)
	if m.VersionText != "" {
		text(memberVersion, m.VersionText)
	} else {
		b = append(b, `"version":`...)
		b = append(strconv.AppendInt(b, int64(m.Version), 10), ',')
	}
	text(memberID, m.ID)
	text(memberFlowID, m.FlowID)
	if m.Payload != nil {
		b = append(append(append(b, `"payload":`...), m.Payload...), ',')
	}
	for i, x := range m.objects() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), x.Name...), `":`...)
		if isNull(x.Value) {
			b = append(b, "{}"...)
		} else {
			b = append(b, x.Value...)
		}
	}
	for _, x := range m.Others {
		b = append(jsonscan.AppendQuoted(append(b, ','), x.Name), ':')
		b = append(b, x.Value...)
	}
	return append(b, '}'), nil
}

// MarshalJSON returns m as JSON. Note that encoding/json compacts the payload.
// [AppendMessage] keeps every byte of it.
func (m Message) MarshalJSON() ([]byte, error) { return AppendMessage(nil, &m) }

// UnmarshalJSON sets m to the message in document, as [Decode] does, in new memory.
func (m *Message) UnmarshalJSON(document []byte) error {
	decoded, err := Decode(bytes.Clone(document))
	if err == nil {
		*m = decoded
	}
	return err
}

// objects returns the members that must be objects.
func (m *Message) objects() [3]Member {
	return [...]Member{{memberIdentity, m.Identity}, {memberAuth, m.Auth}, {memberMetadata, m.Metadata}}
}

// check returns what keeps m from being written.
func (m *Message) check() (errs []error) {
	for _, x := range [...]struct{ name, text string }{{memberName, m.Name}, {memberID, m.ID}, {memberFlowID, m.FlowID}} {
		if x.text == "" {
			errs = append(errs, memberError(x.name, ruleMissing))
		} else if !utf8.ValidString(x.text) {
			errs = append(errs, memberError(x.name, ruleUTF8))
		}
	}
	if !utf8.ValidString(m.VersionText) {
		errs = append(errs, memberError(memberVersion, ruleUTF8))
	}
	value := func(x Member) {
		if err := checkValue(x.Value); err != nil {
			errs = append(errs, memberError(x.Name, err))
		}
	}
	if m.Payload != nil {
		value(Member{memberPayload, m.Payload})
	}
	for _, x := range m.objects() {
		if isNull(x.Value) {
			continue
		}
		if value(x); x.Value[jsonscan.Space(x.Value, 0):][0] != '{' {
			errs = append(errs, memberError(x.Name, ruleObject))
		}
	}
	twice := duplicate(m.Others)
	for i, x := range m.Others {
		switch {
		case !utf8.ValidString(x.Name):
			errs = append(errs, memberError(strings.ToValidUTF8(x.Name, "\uFFFD"), ruleUTF8))
		case isKnown(x.Name):
			errs = append(errs, memberError(x.Name, ruleKnown))
		case i == twice:
			errs = append(errs, memberError(x.Name, ruleDuplicate))
		}
		value(x)
	}
	return errs
}

func isKnown(name string) bool {
	switch name {
	case memberName, memberVersion, memberID, memberFlowID, memberPayload, memberIdentity, memberAuth, memberMetadata:
		return true
	}
	return false
}

// isNull reports whether there is nothing in raw, or null.
func isNull(raw []byte) bool {
	text := bytes.Trim(raw, " \t\r\n")
	return len(text) == 0 || string(text) == "null"
}
