package spec

// Attribute describes a context attribute: a core attribute of a [Version], a
// documented extension, or an extension of your own that a decode call is to parse
// and check:
//
//	event, err := cehttp.ToCloudEvent(r, nil, spec.Attribute{Name: "shard", Type: spec.Integer})
//
// The zero Type is String. Decoders use only Name and Type. Core attributes keep
// their own type; an illegal name matches nothing; the first of two equal names wins.
type Attribute struct {
	Name string
	Type Type
	// Required means that every event has the attribute. For an extension it means
	// every event that uses the extension.
	Required bool
	// Section is where the attribute is defined, such as "spec.md#id". It is empty for
	// an extension of your own.
	Section string
}

// Core reports whether a is a core attribute of one of the versions, as
// [Version.Attribute] returns it: it has the name and the section of one.
func (a Attribute) Core() bool {
	for v := range versions {
		for i := range versions[v].attributes {
			if core := &versions[v].attributes[i]; core.Name == a.Name {
				if core.Section == a.Section {
					return true
				}
				break
			}
		}
	}
	return false
}

// The attribute names of version 1.0, and the member names of the JSON format
// that hold data.
const (
	ID              = "id"
	Source          = "source"
	SpecVersion     = "specversion"
	EventType       = "type"
	DataContentType = "datacontenttype"
	DataSchema      = "dataschema"
	Subject         = "subject"
	Time            = "time"

	Data       = "data"
	DataBase64 = "data_base64"
)

// The attribute names that only version 0.3 has. Its schemaurl is the dataschema of 1.0.
const (
	DataContentEncoding = "datacontentencoding"
	SchemaURL           = "schemaurl"
)

var coreV1 = []Attribute{
	{ID, String, true, "spec.md#id"},
	{Source, URIReference, true, "spec.md#source"},
	{SpecVersion, String, true, SectionSpecVersion},
	{EventType, String, true, "spec.md#type"},
	{DataContentType, String, false, "spec.md#datacontenttype"},
	{DataSchema, URI, false, "spec.md#dataschema"},
	{Subject, String, false, "spec.md#subject"},
	{Time, Timestamp, false, "spec.md#time"},
}

var coreV03 = []Attribute{
	{ID, String, true, "v0.3/spec.md#id"},
	{Source, URIReference, true, "v0.3/spec.md#source"},
	{SpecVersion, String, true, "v0.3/spec.md#specversion"},
	{EventType, String, true, "v0.3/spec.md#type"},
	{DataContentEncoding, String, false, "v0.3/spec.md#datacontentencoding"},
	{DataContentType, String, false, "v0.3/spec.md#datacontenttype"},
	{SchemaURL, URIReference, false, "v0.3/spec.md#schemaurl"},
	{Subject, String, false, "v0.3/spec.md#subject"},
	{Time, Timestamp, false, "v0.3/spec.md#time"},
}
