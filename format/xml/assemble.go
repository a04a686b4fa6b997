package cexml

import (
	"errors"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/events"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Sections that errors cite.
const (
	sectionAttributes = "xml-format.md#2-attributes"
	sectionData       = "xml-format.md#3-data"
	sectionBinary     = "xml-format.md#31-binary-data"
	sectionText       = "xml-format.md#32-text-data"
	sectionElement    = "xml-format.md#33-xml-element-data"
	sectionEnvelope   = "xml-format.md#4-envelope"
	sectionBatch      = "xml-format.md#5-xml-batch-format"
)

var (
	errEventText  = errors.New("an event has text beside its attributes (" + sectionEnvelope + ")")
	errChild      = errors.New("an attribute has a child element (" + sectionAttributes + ")")
	ruleNoType    = &validation.Rule{Sentinel: validation.ErrType, Detail: "an extension has no xsi:type"}
	ruleType      = &validation.Rule{Sentinel: validation.ErrType, Detail: "xsi:type is not a type of attributes"}
	ruleOtherType = &validation.Rule{Sentinel: validation.ErrType, Detail: "xsi:type is not the type of the attribute"}
	ruleVersion   = &validation.Rule{Sentinel: validation.ErrName, Detail: "specversion is an XML attribute of event, and no element"}
)

// assembler makes an event of its elements.
type assembler struct {
	attributes cloudevents.Attributes
	version    spec.Version
	data       data
	count      int // of attributes
	violations events.Violations
}

// event sets e, which is empty, to an event whose start tag was read. On an error some
// fields of e may be set.
func (r *reader) event(e *cloudevents.Event, root *element) error {
	r.forgiven = nil
	var a assembler
	a.attributes.Extensions, a.attributes.MaxAttributes = r.extensions, -1 // which are counted here
	a.attributes.V1Only, a.attributes.Forgive = r.v1Only, r.forgive
	r.specVersion(&a)
	r.room = r.room[:0]
	for {
		var child element
		ok, err := r.child(root, &child, errEventText)
		switch {
		case err != nil:
			return err
		case !ok:
			return r.assemble(e, &a)
		case child.space != spaceCE:
			err = r.subtree(&child)
		case string(r.local(child.start, child.colon, child.end)) == spec.Data:
			err = r.readData(&a.data, &child)
		default:
			if a.count++; a.count > r.maxAttributes {
				return r.fail(child.offset, &cloudevents.LimitError{What: "attributes", Limit: r.maxAttributes})
			}
			err = r.attributeElement(&a, &child)
		}
		if err != nil {
			return err
		}
	}
}

// specVersion adds the specversion, which is an attribute of the start tag.
func (r *reader) specVersion(a *assembler) {
	for k := range r.scanner.attributes {
		x := r.at(k)
		if x.colon == 0 && string(r.b[x.start:x.end]) == spec.SpecVersion {
			value := r.value(x)
			a.attributes.AddBytes(x.valueStart, r.b[x.start:x.end], spec.String, value)
			a.version, _ = spec.ParseVersion(string(value))
			a.count++
			return
		}
	}
}

// attributeElement reads an attribute.
func (r *reader) attributeElement(a *assembler, child *element) error {
	name := r.local(child.start, child.colon, child.end)
	if string(name) == spec.SpecVersion {
		a.violations.Add(&a.attributes, false, r.fail(child.offset, validation.NewError(spec.SpecVersion, "", sectionEnvelope, ruleVersion)))
		_, err := r.text(child, &r.room, errChild)
		return err
	}
	core, isCore := coreType(name, a.version)
	t, rule := core, (*validation.Rule)(nil)
	switch {
	case child.typeAt > 0:
		var known bool
		if t, known = r.typeOf(child.typ); !known {
			rule = ruleType
		} else if isCore && t != core {
			rule = ruleOtherType
		}
	case !isCore:
		rule = ruleNoType
	}
	at := r.i
	text, err := r.text(child, &r.room, errChild)
	switch {
	case err != nil:
		return err
	case rule != nil && isRequired(name):
		a.violations.Add(&a.attributes, false, r.wrongType(child, name, rule))
		a.attributes.AddBytes(at, name, spec.String, text) // because it is not missing
	case rule != nil:
		if validation.Name(string(name)) == nil {
			a.violations.Add(&a.attributes, true, r.wrongType(child, name, rule))
		}
		a.attributes.AddNull(child.offset, name) // because it must not be there twice
	case isCore:
		a.attributes.AddBytes(at, name, spec.String, text) // which fits each of them
	default:
		a.attributes.AddBytes(at, name, t, text)
	}
	return nil
}

// wrongType returns the error about the xsi:type of an attribute.
func (r *reader) wrongType(child *element, name []byte, rule *validation.Rule) error {
	at := child.typeAt
	if at == 0 {
		at = child.offset
	}
	return r.fail(at, validation.NewError(string(name), string(child.typ), sectionAttributes, rule))
}

// coreType returns the type of a core attribute.
func coreType(name []byte, v spec.Version) (spec.Type, bool) {
	switch string(name) {
	case spec.ID, spec.EventType, spec.DataContentType, spec.Subject:
		return spec.String, true
	case spec.Source:
		return spec.URIReference, true
	case spec.Time:
		return spec.Timestamp, true
	case spec.DataSchema:
		return spec.URI, v == spec.V1
	case spec.SchemaURL:
		return spec.URIReference, v == spec.V03
	case spec.DataContentEncoding:
		return spec.String, v == spec.V03
	}
	return spec.String, false
}

func isRequired(name []byte) bool {
	switch string(name) {
	case spec.ID, spec.Source, spec.EventType:
		return true
	}
	return false
}

// typeOf returns the type that a value of xsi:type means.
func (r *reader) typeOf(value []byte) (spec.Type, bool) {
	space, local := r.typeName(value)
	if space != spaceCE {
		return spec.String, false
	}
	for t, name := range typeNames {
		if string(local) == name {
			return spec.Type(t), true
		}
	}
	return spec.String, false
}

// typeNames are the local names of types.
var typeNames = [...]string{
	spec.String:       "string",
	spec.Boolean:      "boolean",
	spec.Integer:      "integer",
	spec.Binary:       "binary",
	spec.URI:          "uri",
	spec.URIReference: "uriRef",
	spec.Timestamp:    "timestamp",
}

// assemble makes an event of what was read.
func (r *reader) assemble(e *cloudevents.Event, a *assembler) error {
	if err := a.violations.Assemble(&a.attributes, e); err != nil {
		return &events.Invalid{Err: err}
	}
	if err := r.setData(e, a); err != nil {
		return &events.Invalid{Err: a.violations.Forgiven(&a.attributes, err)}
	}
	r.forgiven = a.violations.Forgiven(&a.attributes)
	return nil
}
