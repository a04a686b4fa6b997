package spec_test

import (
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents/spec"
)

// The core attributes of version 1.0 that every event has.
func Example() {
	for _, a := range spec.V1.Attributes() {
		if a.Required {
			fmt.Println(a.Name, a.Type)
		}
	}
	// Output:
	// id String
	// source URI-reference
	// specversion String
	// type String
}

// Declare an extension of your own to have its values checked by type.
func ExampleAttribute() {
	shard := spec.Attribute{Name: "shard", Type: spec.Integer}
	fmt.Println(shard.Name, shard.Type, shard.Required)
	// Output:
	// shard Integer false
}

// An extension that has the name of a core attribute is none.
func ExampleAttribute_Core() {
	id, _ := spec.V1.Attribute(spec.ID)
	fmt.Println(id.Core(), spec.Attribute{Name: "id"}.Core())
	// Output:
	// true false
}

// The constants keep spelling mistakes out of a program.
func ExampleAttribute_names() {
	optional := []string{spec.DataContentType, spec.DataSchema, spec.Subject, spec.Time}
	for _, name := range append([]string{spec.ID, spec.Source, spec.SpecVersion, spec.EventType}, optional...) {
		a, _ := spec.V1.Attribute(name)
		fmt.Println(a.Name, a.Required)
	}
	// Output:
	// id true
	// source true
	// specversion true
	// type true
	// datacontenttype false
	// dataschema false
	// subject false
	// time false
}

// The members of a JSON event that are no attributes.
func ExampleAttribute_data() {
	for _, member := range []string{spec.Data, spec.DataBase64} {
		_, ok := spec.V1.Attribute(member)
		fmt.Println(member, ok)
	}
	// Output:
	// data false
	// data_base64 false
}

func ExampleType() {
	for _, t := range []spec.Type{spec.Boolean, spec.Integer, spec.String, spec.Binary, spec.URI, spec.URIReference, spec.Timestamp} {
		fmt.Println(t)
	}
	// Output:
	// Boolean
	// Integer
	// String
	// Binary
	// URI
	// URI-reference
	// Timestamp
}

func ExampleType_String() {
	fmt.Println(spec.URIReference.String(), spec.Type(9).String())
	// Output:
	// URI-reference Type(9)
}

func ExampleType_Valid() {
	fmt.Println(spec.Timestamp.Valid(), spec.Type(9).Valid())
	// Output:
	// true false
}

func ExampleParseType() {
	t, ok := spec.ParseType("URI-reference")
	fmt.Println(t == spec.URIReference, ok)
	_, ok = spec.ParseType("uri")
	fmt.Println(ok)
	// Output:
	// true true
	// false
}

// The zero Version is 1.0.
func ExampleVersion() {
	var v spec.Version
	fmt.Println(v, v == spec.V1)
	// Output:
	// 1.0 true
}

func ExampleVersion_String() {
	fmt.Println(spec.V1.String(), spec.Version(7).String())
	// Output:
	// 1.0 Version(7)
}

func ExampleVersion_Valid() {
	fmt.Println(spec.V1.Valid(), spec.Version(7).Valid())
	// Output:
	// true false
}

func ExampleVersion_Attributes() {
	var names []string
	for _, a := range spec.V1.Attributes() {
		names = append(names, a.Name)
	}
	fmt.Println(strings.Join(names, " "))
	// Output:
	// id source specversion type datacontenttype dataschema subject time
}

func ExampleVersion_Attribute() {
	a, ok := spec.V1.Attribute(spec.DataSchema)
	fmt.Println(a.Type, a.Required, a.Section, ok)
	// Output:
	// URI false spec.md#dataschema true
}

func ExampleParseVersion() {
	v, ok := spec.ParseVersion("1.0")
	fmt.Println(v, ok)
	_, ok = spec.ParseVersion("1.0.2")
	fmt.Println(ok)
	// Output:
	// 1.0 true
	// false
}

func ExampleSectionURL() {
	fmt.Println(spec.SectionURL("spec.md#id"))
	fmt.Println(spec.SectionURL(spec.SectionHTTPHeaderValues))
	// Output:
	// https://github.com/cloudevents/spec/blob/main/cloudevents/spec.md#id
	// https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values
}

// The media types that this module writes, and what those of every format begin with.
func Example_mediaTypes() {
	fmt.Println(spec.MediaTypeJSON == spec.MediaTypePrefix+"+json")
	fmt.Println(spec.BatchMediaTypeJSON)
	// Output:
	// true
	// application/cloudevents-batch+json
}

// Errors cite these sections.
func Example_sections() {
	for _, section := range []string{
		spec.SectionMessage, spec.SectionContextAttributes, spec.SectionNaming, spec.SectionTypeSystem, spec.SectionSpecVersion, spec.SectionEventData,
		spec.SectionJSONTypes, spec.SectionJSONEnvelope, spec.SectionJSONSerialize, spec.SectionJSONDeserialize, spec.SectionJSONBatch,
		spec.SectionHTTPMapping, spec.SectionHTTPContentType, spec.SectionHTTPHeaderValues,
	} {
		fmt.Println(section)
	}
	// Output:
	// spec.md#message
	// spec.md#context-attributes
	// spec.md#naming-conventions
	// spec.md#type-system
	// spec.md#specversion
	// spec.md#event-data
	// json-format.md#22-type-system-mapping
	// json-format.md#3-envelope
	// json-format.md#311-payload-serialization
	// json-format.md#312-payload-deserialization
	// json-format.md#41-mapping-cloudevents
	// http-protocol-binding.md#3-http-message-mapping
	// http-protocol-binding.md#311-http-content-type
	// http-protocol-binding.md#3132-http-header-values
}
