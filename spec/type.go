package spec

import "strconv"

// Type is one of the seven abstract types that an attribute value can have
// (spec.md#type-system). The zero value is String.
type Type uint8

const (
	String Type = iota
	Boolean
	Integer
	Binary
	URI
	URIReference
	Timestamp
)

var typeNames = [...]string{
	String:       "String",
	Boolean:      "Boolean",
	Integer:      "Integer",
	Binary:       "Binary",
	URI:          "URI",
	URIReference: "URI-reference",
	Timestamp:    "Timestamp",
}

// ParseType returns the type that the specification calls name, such as
// "URI-reference". The result is false for every other text.
func ParseType(name string) (Type, bool) {
	for t := range typeNames {
		if typeNames[t] == name {
			return Type(t), true
		}
	}
	return 0, false
}

// Valid reports whether t is one of the seven types.
func (t Type) Valid() bool { return int(t) < len(typeNames) }

// String returns the specification's name of the type, such as "URI-reference". An
// unknown type prints as "Type(9)".
func (t Type) String() string {
	if !t.Valid() {
		return "Type(" + strconv.Itoa(int(t)) + ")"
	}
	return typeNames[t]
}
