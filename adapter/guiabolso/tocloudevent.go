package guiabolso

import (
	"slices"
	"strconv"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Extensions of events that were messages. Each is a String. All but VersionExtension hold
// a JSON object.
const (
	// VersionExtension is the version of a message whose version is a string.
	VersionExtension = "guiabolsoversion"

	// IdentityExtension is the identity of a message.
	IdentityExtension = "guiabolsoidentity"

	// AuthExtension has the credentials of a message. Remove it before events are logged.
	AuthExtension = "guiabolsoauth"

	// MetadataExtension has the metadata that is not in another attribute.
	MetadataExtension = "guiabolsometadata"

	// MembersExtension has the members that the protocol does not know.
	MembersExtension = "guiabolsomembers"
)

// NoOrigin is the source of an event whose message has no origin that could be one.
const NoOrigin = "guiabolso:no-origin"

// correlationID is the extension that has the flowId.
const correlationID = "correlationid"

// memberCloudEvents is the member of metadata with attributes that the protocol does not
// have.
const memberCloudEvents = "cloudevents"

const applicationJSON = "application/json"

var (
	ruleOwnPlace   = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "the attribute has a place of its own in a message"}
	ruleAttribute  = &validation.Rule{Sentinel: validation.ErrType, Detail: "must be a string, an integer, true, false, or an object with type and value"}
	ruleTwoTimes   = &validation.Rule{Sentinel: validation.ErrSyntax, Detail: "time differs from the timestamp"}
	ruleNotOneText = &validation.Rule{Sentinel: validation.ErrCharacter, Detail: "a character that an attribute must not have"}
)

// ToCloudEvent returns the event that m is. The package documentation has the mapping. The
// Data of the event is m.Payload. The event is valid and shares nothing else with m.
//
// The error is a [*MemberError], or several of them as [validation.Errors]: a required
// member is missing, a value is not JSON or no object, name, id, flowId or version have a
// character that an attribute must not have, or the member "cloudevents" of metadata is not
// as [ToMessage] writes it. With more attributes than [cloudevents.DefaultMaxAttributes] it
// wraps a [*cloudevents.LimitError].
func ToCloudEvent(m *Message) (cloudevents.Event, error) {
	errs := m.check()
	for _, x := range [...]struct{ name, text string }{
		{memberName, m.Name}, {memberVersion, m.VersionText}, {memberID, m.ID}, {memberFlowID, m.FlowID},
	} {
		if validation.String(x.text) != nil {
			errs = append(errs, memberError(x.name, ruleNotOneText))
		}
	}
	if len(errs) > 0 {
		return cloudevents.Event{}, validation.Join(errs)
	}

	version := m.VersionText
	if version == "" {
		version = strconv.Itoa(int(m.Version))
	}
	var a cloudevents.Attributes // with the limit of the decoders that the event may meet next
	a.Add(spec.SpecVersion, spec.String, spec.V1.String())
	a.Add(spec.ID, spec.String, m.ID)
	a.Add(spec.EventType, spec.String, m.Name+".v"+version)
	a.Add(correlationID, spec.String, m.FlowID)
	if m.VersionText != "" {
		a.Add(VersionExtension, spec.String, m.VersionText)
	}
	if text := legalText(m.Identity); !isEmpty(text) {
		a.Add(IdentityExtension, spec.String, text)
	}
	if text := legalText(m.Auth); !isEmpty(text) {
		a.Add(AuthExtension, spec.String, text)
	}
	if len(m.Others) > 0 {
		a.Add(MembersExtension, spec.String, objectText(m.Others))
	}
	contentType, err := addMetadata(&a, m)
	if err != nil {
		return cloudevents.Event{}, err
	}
	if m.Payload != nil && !contentType {
		a.Add(spec.DataContentType, spec.String, applicationJSON)
	}
	var e cloudevents.Event
	if err := a.Assemble(&e); err != nil {
		// The other attributes are known to be legal, and few.
		return cloudevents.Event{}, memberError(memberMetadata+"."+memberCloudEvents, err)
	}
	e.Data = m.Payload
	return e, nil
}

// addMetadata adds the attributes that are in the metadata of m, and reports whether
// datacontenttype is one of them.
func addMetadata(a *cloudevents.Attributes, m *Message) (contentType bool, err error) {
	var metadata, attributes []Member
	if !isNull(m.Metadata) {
		if metadata, err = readObject(m.Metadata, -1); err != nil {
			return false, memberError(memberMetadata, err)
		}
	}
	raw, isAnnotated := find(metadata, memberCloudEvents)
	if isAnnotated {
		where := memberMetadata + "." + memberCloudEvents
		if raw[0] != '{' {
			return false, memberError(where, ruleObject)
		}
		if attributes, err = readObject(raw, -1); err != nil {
			return false, memberError(where, err)
		}
		metadata = without(metadata, memberCloudEvents)
	}

	source, keptOrigin := sourceOf(metadata)
	a.Add(spec.Source, spec.String, source)
	if !keptOrigin {
		metadata = without(metadata, memberOrigin)
	}
	annotated := ""
	if raw, ok := find(attributes, spec.Time); ok {
		annotated, _ = stringOf(raw)
	}
	time, keptTime := timeOf(metadata)
	switch {
	case annotated == "":
	case !isTimestampOf(metadata, annotated):
		return false, memberError(memberMetadata+"."+memberCloudEvents, ruleTwoTimes)
	default:
		time, keptTime = "", false // that of attributes is added below
	}
	if time != "" {
		a.Add(spec.Time, spec.String, time)
	}
	if !keptTime {
		metadata = without(metadata, memberTimestamp)
	}
	if len(metadata) > 0 {
		a.Add(MetadataExtension, spec.String, objectText(metadata))
	}

	for _, x := range attributes {
		t, text, err := attributeOf(x)
		if err != nil {
			return false, memberError(memberMetadata+"."+memberCloudEvents, err)
		}
		if x.Name == spec.DataContentType {
			contentType = true
			if m.Payload != nil && !(mediatype.IsJSON(text) && mediatype.IsUTF8(text)) {
				return false, memberError(memberMetadata+"."+memberCloudEvents, validation.NewError(x.Name, text, "", ruleNotJSON))
			}
		}
		a.Add(x.Name, t, text)
	}
	return contentType, nil
}

// attributeOf returns type and text of a member of the member cloudevents.
func attributeOf(x Member) (t spec.Type, text string, err error) {
	if hasOwnPlace(x.Name) {
		return 0, "", validation.NewError(x.Name, "", "", ruleOwnPlace)
	}
	wrong := func() error { return validation.NewError(x.Name, "", "", ruleAttribute) }
	switch c := x.Value[0]; {
	case c == '"':
		text, ok := stringOf(x.Value)
		if !ok {
			return 0, "", wrong()
		}
		return spec.String, text, nil
	case c == 't' || c == 'f':
		return spec.Boolean, string(x.Value), nil
	case c == '-' || '0' <= c && c <= '9':
		return spec.Integer, string(x.Value), nil
	case c != '{':
		return 0, "", wrong()
	}
	members, err := readObject(x.Value, -1)
	if err != nil {
		return 0, "", wrong()
	}
	typeRaw, _ := find(members, "type")
	valueRaw, _ := find(members, "value")
	typeName, _ := stringOf(typeRaw)
	t, known := spec.ParseType(typeName)
	text, isText := stringOf(valueRaw)
	if !known || !isText || len(members) != 2 {
		return 0, "", wrong()
	}
	return t, text, nil
}

// hasOwnPlace reports whether the attribute has a place in a message other than the member
// cloudevents.
func hasOwnPlace(name string) bool {
	switch name {
	case spec.SpecVersion, spec.ID, spec.Source, spec.EventType, correlationID:
		return true
	}
	return isOwn(name)
}

// isOwn reports whether the extension is one of this package.
func isOwn(name string) bool {
	switch name {
	case VersionExtension, IdentityExtension, AuthExtension, MetadataExtension, MembersExtension:
		return true
	}
	return false
}

// isEmpty reports whether the text of an attribute for a JSON object says nothing.
func isEmpty(text string) bool { return text == "" || text == "{}" || text == "null" }

// without returns the members but that one, in the same memory.
func without(members []Member, name string) []Member {
	return slices.DeleteFunc(members, func(x Member) bool { return x.Name == name })
}
