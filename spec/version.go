package spec

import "strconv"

// Version is a version of the CloudEvents specification, as the attribute
// specversion states it. The zero value is 1.0.
type Version uint8

const (
	V1  Version = iota // "1.0"
	V03                // "0.3"
)

type versionInfo struct {
	text       string
	attributes []Attribute
}

// versions has a row for each version.
var versions = [...]versionInfo{
	V1:  {"1.0", coreV1},
	V03: {"0.3", coreV03},
}

// ParseVersion returns the version whose specversion is text. The result is false
// for every other text, "1" and "1.0.2" included.
func ParseVersion(text string) (Version, bool) {
	for v := range versions {
		if versions[v].text == text {
			return Version(v), true
		}
	}
	return 0, false
}

// Valid reports whether this module knows the version.
func (v Version) Valid() bool { return int(v) < len(versions) }

// String returns the value of the attribute specversion, such as "1.0". An unknown
// version prints as "Version(7)".
func (v Version) String() string {
	if !v.Valid() {
		return "Version(" + strconv.Itoa(int(v)) + ")"
	}
	return versions[v].text
}

// Attributes returns the core attributes of the version, in the order of the
// specification. The result is a fresh slice. It is empty for an unknown version.
func (v Version) Attributes() []Attribute {
	if !v.Valid() {
		return nil
	}
	return append([]Attribute(nil), versions[v].attributes...)
}

// Attribute returns the core attribute of that name. The result is false for an
// unknown version. It allocates nothing.
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
