// Package validation checks whether a text is a legal CloudEvents attribute name or the
// canonical string of one of the abstract types (spec.md#type-system), and parses it.
//
// Legal texts cost no memory, except the result of ParseBinary and the location of
// ParseTimestamp. A violation is an [*Error] that wraps one of the sentinels and cites
// the section of the specification.
//
// # Choices
//
// URIs follow the grammar of RFC 3986 and are never normalized. Spaces and non-ASCII
// characters are refused. A URI may have a fragment, although section 4.3 of the RFC
// has none, because schema registries use it.
//
// Timestamps follow the grammar of RFC 3339, with T and Z in either case and any number
// of fraction digits. A leap second is accepted where UTC has room for one, at 23:59:60
// on the last day of a month, and parses as the second that follows it.
//
// The integer -0 is 0. Binary is the standard base64 alphabet with padding, without
// line breaks, and without stray bits in the last character.
//
// Names longer than 20 characters and names that begin with a digit are accepted,
// because the specification only advises against them.
package validation
