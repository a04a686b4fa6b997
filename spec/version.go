package spec

import "strconv"

// Version is a version of the CloudEvents specification, as the attribute
// specversion names it. The zero value is 1.0.
type Version uint8

const (
	V1 Version = iota // "1.0"
)

type versionInfo struct {
	text       string
	attributes []Attribute
}

// A version is one more row.
var versions = [...]versionInfo{
	V1: {"1.0", coreV1},
}

// ParseVersion returns the version that the attribute value text stands for.
// Any other text, "1" and "1.0.2" included, is false.
func ParseVersion(text string) (Version, bool) {
	for v := range versions {
		if versions[v].text == text {
			return Version(v), true
		}
	}
	return 0, false
}

// Valid reports whether v is a version that this module knows.
func (v Version) Valid() bool { return int(v) < len(versions) }

// String returns the value of the attribute specversion, such as "1.0".
// An unknown version prints as "Version(7)".
func (v Version) String() string {
	if !v.Valid() {
		return "Version(" + strconv.Itoa(int(v)) + ")"
	}
	return versions[v].text
}

// Attributes returns a copy of the version's core attributes, in the order of
// the specification. It is empty for an unknown version.
func (v Version) Attributes() []Attribute {
	if !v.Valid() {
		return nil
	}
	return append([]Attribute(nil), versions[v].attributes...)
}

// Attribute returns the core attribute of that name.
func (v Version) Attribute(name string) (Attribute, bool) {
	if v.Valid() {
		for _, a := range versions[v].attributes {
			if a.Name == name {
				return a, true
			}
		}
	}
	return Attribute{}, false
}
