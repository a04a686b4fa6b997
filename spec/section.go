package spec

import "strings"

// Sections that errors cite, as file name and anchor in the repository of the
// specification. The section of an attribute is its [Attribute.Section].
const (
	SectionMessage           = "spec.md#message"
	SectionContextAttributes = "spec.md#context-attributes"
	SectionNaming            = "spec.md#naming-conventions"
	SectionTypeSystem        = "spec.md#type-system"
	SectionSpecVersion       = "spec.md#specversion"
	SectionEventData         = "spec.md#event-data"

	SectionJSONTypes       = "json-format.md#22-type-system-mapping"
	SectionJSONEnvelope    = "json-format.md#3-envelope"
	SectionJSONSerialize   = "json-format.md#311-payload-serialization"
	SectionJSONDeserialize = "json-format.md#312-payload-deserialization"
	SectionJSONBatch       = "json-format.md#41-mapping-cloudevents"

	SectionHTTPMapping      = "http-protocol-binding.md#3-http-message-mapping"
	SectionHTTPContentType  = "http-protocol-binding.md#311-http-content-type"
	SectionHTTPHeaderValues = "http-protocol-binding.md#3132-http-header-values"

	SectionNamingV03   = "v0.3/spec.md#attribute-naming-convention"
	SectionJSONDataV03 = "v0.3/json-format.md#31-special-handling-of-the-data-attribute"
)

// SectionURL returns the address of a section. It is empty if section does not have
// the form file.md#anchor. Sections of version 0.3 begin with v0.3/.
func SectionURL(section string) string {
	file, anchor, ok := strings.Cut(section, "#")
	if !ok || file == "" || anchor == "" {
		return ""
	}
	if old, ok := strings.CutPrefix(file, "v0.3/"); ok {
		if old == "spec.md" && anchor == "source" {
			anchor = "source-1"
		}
		return "https://github.com/cloudevents/spec/blob/v0.3/" + old + "#" + anchor
	}
	dir := "extensions/"
	switch {
	case section == "spec.md#source": // the second heading of that name
		dir, anchor = "", "source-1"
	case file == "spec.md" || file == "http-webhook.md":
		dir = ""
	case strings.HasSuffix(file, "-binding.md"):
		dir = "bindings/"
	case file == "xml-format.md", file == "cbor-format.md", file == "avro-compact-format.md":
		dir = "working-drafts/"
	case strings.HasSuffix(file, "-format.md"):
		dir = "formats/"
	}
	return "https://github.com/cloudevents/spec/blob/main/cloudevents/" + dir + file + "#" + anchor
}
