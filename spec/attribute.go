package spec

// Attribute describes a context attribute: a core attribute of a [Version], a
// documented extension, or an extension of your own that a decode call is to
// parse and check:
//
//	event, err := cehttp.ToCloudEvent(r, nil, spec.Attribute{Name: "shard", Type: spec.Integer})
//
// The zero Type is String.
//
// Where a decoder takes the attributes of extensions, only Name and Type count: a
// core attribute keeps its type, a name that is not legal matches nothing, and of
// two with one name the first counts.
type Attribute struct {
	Name     string
	Type     Type
	Required bool   // every event has it; for an extension, wherever the extension is used
	Section  string // where it is defined, such as "spec.md#id"; "" for your own
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
