package guiabolso

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

const timestampType = spec.Timestamp

var (
	ruleSpecVersion    = &validation.Rule{Sentinel: validation.ErrVersion, Detail: "only events of version 1.0 become messages"}
	ruleTypeVersion    = &validation.Rule{Sentinel: validation.ErrSyntax, Detail: "the type of a message is its name, .v and its version"}
	ruleTypeOther      = &validation.Rule{Sentinel: validation.ErrSyntax, Detail: "the type does not end in .v and " + VersionExtension}
	ruleFlowID         = &validation.Rule{Sentinel: validation.ErrMissing, Detail: "the flowId of a message is required"}
	ruleStringType     = &validation.Rule{Sentinel: validation.ErrType, Detail: "must be a String to become a member"}
	ruleObjectText     = &validation.Rule{Sentinel: validation.ErrSyntax, Detail: "not the JSON object that ToCloudEvent writes"}
	ruleOtherOrigin    = &validation.Rule{Sentinel: validation.ErrSyntax, Detail: "differs from the origin in " + MetadataExtension}
	ruleOtherTimestamp = &validation.Rule{Sentinel: validation.ErrSyntax, Detail: "differs from the time in " + MetadataExtension}
	ruleNotJSON        = &validation.Rule{Sentinel: validation.ErrData, Detail: "the payload of a message is JSON in UTF-8"}
	ruleNoContentType  = &validation.Rule{Sentinel: validation.ErrMissing, Detail: "data without a JSON media type is no payload"}
	ruleNotOneValue    = &validation.Rule{Sentinel: validation.ErrData, Detail: "data is not one JSON value"}
)

// ToMessage returns the message that e is. The package documentation has the mapping. The
// Payload of the message is e.Data. The message shares nothing else with e.
//
// The error is a [*validation.Error] with the name of the attribute that cannot be
// converted, or several of them as [validation.Errors]: specversion if it is not 1.0; type
// without ".v" and a version; correlationid if it is missing or no String; datacontenttype
// and data if they are not JSON in UTF-8; an extension of this package that is not as
// [ToCloudEvent] writes it; source or time if guiabolsometadata has another one. The errors
// of [cloudevents.Event.Validate] are returned too.
func ToMessage(e *cloudevents.Event) (Message, error) {
	var r eventReader
	if r.own(e); len(r.errs) == 0 { // no excerpt of auth gets into an error of Validate
		if err := e.Validate(); err != nil {
			return Message{}, err
		}
		r.event(e)
	}
	if len(r.errs) > 0 {
		return Message{}, validation.Join(r.errs)
	}
	return r.m, nil
}

// eventReader makes a message of an event.
type eventReader struct {
	m        Message
	metadata []Member // of MetadataExtension
	errs     []error
}

func (r *eventReader) fail(attribute string, rule *validation.Rule) {
	r.errs = append(r.errs, validation.NewError(attribute, "", "", rule))
}

// own reads the extensions of this package.
func (r *eventReader) own(e *cloudevents.Event) {
	for _, x := range e.Extensions {
		if !isOwn(x.Name) {
			continue
		}
		text := x.Value.String()
		if x.Value.Type() != spec.String {
			r.fail(x.Name, ruleStringType)
			continue
		}
		if x.Name == VersionExtension {
			if r.m.VersionText = text; text == "" {
				r.fail(x.Name, ruleMissing)
			}
			continue
		}
		if !isObjectText(text) {
			r.fail(x.Name, ruleObjectText)
			continue
		}
		switch x.Name {
		case IdentityExtension:
			r.m.Identity = []byte(text)
		case AuthExtension:
			r.m.Auth = []byte(text)
		case MetadataExtension:
			r.metadata = r.members(x.Name, text, func(name string) bool { return name == memberCloudEvents })
		case MembersExtension:
			r.m.Others = r.members(x.Name, text, isKnown)
		}
	}
}

// members reads the object in an extension. Some names must not be there.
func (r *eventReader) members(extension, text string, refused func(name string) bool) []Member {
	members, err := readObject([]byte(text), -1)
	if err != nil || objectText(members) != text || slices.ContainsFunc(members, func(x Member) bool { return refused(x.Name) }) {
		r.fail(extension, ruleObjectText)
	}
	return members
}

// isObjectText reports whether text is an object as legalText writes it, with a member.
func isObjectText(text string) bool {
	return strings.HasPrefix(text, "{") && text != "{}" && checkValue([]byte(text)) == nil && legalText([]byte(text)) == text
}

// event reads all else of e, which is valid.
func (r *eventReader) event(e *cloudevents.Event) {
	if e.SpecVersion != spec.V1 {
		r.fail(spec.SpecVersion, ruleSpecVersion)
	}
	r.m.ID = e.ID
	r.nameAndVersion(e.Type)
	r.flowID(e)
	r.payload(e)
	attributes := r.attributes(e)
	metadata := r.originAndTime(e, &attributes)
	if len(attributes) > 0 {
		metadata = append(metadata, Member{memberCloudEvents, []byte(objectText(attributes))})
	}
	if len(metadata) > 0 {
		r.m.Metadata = []byte(objectText(metadata))
	}
}

// nameAndVersion takes a type apart.
func (r *eventReader) nameAndVersion(eventType string) {
	if r.m.VersionText != "" {
		name, ok := strings.CutSuffix(eventType, ".v"+r.m.VersionText)
		if r.m.Name = name; !ok || name == "" {
			r.fail(spec.EventType, ruleTypeOther)
		}
		return
	}
	name, version := cutVersion(eventType)
	n, err := validation.ParseInteger(strings.TrimPrefix(version, ".v"))
	if err != nil || name == "" || ".v"+strconv.Itoa(int(n)) != version {
		r.errs = append(r.errs, validation.NewError(spec.EventType, eventType, "", ruleTypeVersion))
		return
	}
	r.m.Name, r.m.Version = name, n
}

func (r *eventReader) flowID(e *cloudevents.Event) {
	v, _ := e.Get(correlationID)
	switch r.m.FlowID = v.String(); {
	case v.Type() != spec.String:
		r.fail(correlationID, ruleStringType)
	case r.m.FlowID == "":
		r.fail(correlationID, ruleFlowID)
	}
}

func (r *eventReader) payload(e *cloudevents.Event) {
	if e.Data == nil {
		return
	}
	switch {
	case e.DataContentType == "":
		r.fail(spec.DataContentType, ruleNoContentType)
	case !mediatype.IsJSON(e.DataContentType) || !mediatype.IsUTF8(e.DataContentType):
		r.errs = append(r.errs, validation.NewError(spec.DataContentType, e.DataContentType, "", ruleNotJSON))
	case checkValue(e.Data) != nil:
		r.fail(spec.Data, ruleNotOneValue)
	}
	r.m.Payload = e.Data
}

// attributes returns the members of the member cloudevents, without time.
func (r *eventReader) attributes(e *cloudevents.Event) (members []Member) {
	text := func(name, s string) {
		members = append(members, Member{name, jsonscan.AppendQuoted(nil, s)})
	}
	if e.DataContentType != "" && (e.Data == nil || e.DataContentType != applicationJSON) {
		text(spec.DataContentType, e.DataContentType)
	}
	if e.DataSchema != "" {
		text(spec.DataSchema, e.DataSchema)
	}
	if e.Subject != "" {
		text(spec.Subject, e.Subject)
	}
	for _, x := range e.Extensions {
		if x.Name == correlationID || isOwn(x.Name) {
			continue
		}
		switch s := x.Value.String(); x.Value.Type() {
		case spec.String:
			text(x.Name, s)
		case spec.Boolean, spec.Integer:
			members = append(members, Member{x.Name, []byte(s)})
		default:
			value := append([]byte(`{"type":"`), x.Value.Type().String()...)
			value = jsonscan.AppendQuoted(append(value, `","value":`...), s)
			members = append(members, Member{x.Name, append(value, '}')})
		}
	}
	return members
}

// originAndTime returns the metadata without the member cloudevents. A time that the
// timestamp does not say is added to attributes.
func (r *eventReader) originAndTime(e *cloudevents.Event, attributes *[]Member) (metadata []Member) {
	source, kept := sourceOf(r.metadata)
	_, hasOrigin := find(r.metadata, memberOrigin)
	switch {
	case hasOrigin && !kept:
		r.fail(MetadataExtension, ruleObjectText)
	case hasOrigin && source != e.Source:
		r.errs = append(r.errs, validation.NewError(spec.Source, e.Source, "", ruleOtherOrigin))
	case !hasOrigin && e.Source != NoOrigin:
		metadata = append(metadata, Member{memberOrigin, jsonscan.AppendQuoted(nil, e.Source)})
	}

	time := ""
	if v, ok := e.Get(spec.Time); ok {
		time = v.String()
	}
	inMetadata, kept := timeOf(r.metadata)
	_, hasTimestamp := find(r.metadata, memberTimestamp)
	_, hasCreatedAt := find(r.metadata, memberCreatedAt)
	switch {
	case hasTimestamp && !kept:
		r.fail(MetadataExtension, ruleObjectText)
	case hasTimestamp || hasCreatedAt:
		if inMetadata != time {
			r.errs = append(r.errs, validation.NewError(spec.Time, time, "", ruleOtherTimestamp))
		}
	case time != "":
		timestamp := timestampText(time)
		if timestamp != "" {
			metadata = append(metadata, Member{memberTimestamp, []byte(timestamp)})
		}
		if timestamp == "" || timeText([]byte(timestamp)) != time {
			*attributes = append(*attributes, Member{spec.Time, jsonscan.AppendQuoted(nil, time)})
		}
	}
	return append(metadata, r.metadata...)
}
