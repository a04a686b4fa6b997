package validation

import (
	"net/netip"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
)

var (
	ruleURI          = &Rule{ErrSyntax, "not an RFC 3986 URI", spec.URI}
	ruleURIReference = &Rule{ErrSyntax, "not an RFC 3986 URI-reference", spec.URIReference}
	ruleURIScheme    = &Rule{ErrSyntax, "a URI begins with a scheme", spec.URI}
	ruleURIEscape    = &Rule{ErrSyntax, "% without two hexadecimal digits in a URI", spec.URI}
	ruleURIAuthority = &Rule{ErrSyntax, "malformed authority in a URI", spec.URI}
	ruleURIColon     = &Rule{ErrSyntax, "colon in the first segment of a relative reference", spec.URIReference}
)

// URI checks the canonical string of a URI: RFC 3986, with a scheme, and with an
// optional fragment. The error wraps [ErrSyntax].
func URI(s string) error { return fail(s, checkURI(s)) }

// URIReference checks the canonical string of a URI-reference: RFC 3986 section
// 4.1. The empty string is legal. The error wraps [ErrSyntax].
func URIReference(s string) error { return fail(s, checkURIReference(s)) }

func checkURI(s string) *Rule {
	n := scheme(s)
	if n == 0 {
		return ruleURIScheme
	}
	return checkHierarchy(s[n:], ruleURI)
}

func checkURIReference(s string) *Rule {
	if rest, ok := strings.CutPrefix(s, "https://"); ok && ascii.IsPlainPath(rest) { // most common
		return nil
	}
	if strings.HasPrefix(s, "/") { // which neither a scheme nor a colon can come before
		return checkHierarchy(s, ruleURIReference)
	}
	if n := scheme(s); n > 0 {
		return checkHierarchy(s[n:], ruleURIReference)
	}
	if firstColon(s) {
		return ruleURIColon
	}
	return checkHierarchy(s, ruleURIReference)
}

// scheme returns the length of the scheme with its colon, or 0.
func scheme(s string) int {
	for i := 0; i < len(s); i++ {
		switch class := uriClass[s[i]]; {
		case class&classAlpha != 0:
		case i > 0 && class&classScheme != 0:
		case i > 0 && s[i] == ':':
			return i + 1
		default:
			return 0
		}
	}
	return 0
}

// checkHierarchy checks what may follow the scheme: authority, path, query and
// fragment.
func checkHierarchy(s string, rule *Rule) *Rule {
	plain := ascii.PlainPath(s) // a host and segments, whichever is which
	if plain == len(s) {
		return nil
	}
	i := 0
	if strings.HasPrefix(s, "//") {
		i = 2 + authorityLen(s[2:])
		if rule := checkAuthority(s[2:i]); rule != nil {
			return rule
		}
	}
	i, escape := run(s, max(i, plain), classPath)
	if escape && i < len(s) && s[i] == '?' {
		i, escape = run(s, i+1, classQuery)
	}
	if escape && i < len(s) && s[i] == '#' {
		i, escape = run(s, i+1, classQuery)
	}
	switch {
	case !escape:
		return ruleURIEscape
	case i != len(s):
		return rule
	}
	return nil
}

func authorityLen(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '/', '?', '#':
			return i
		}
	}
	return len(s)
}

// firstColon reports whether a colon comes before all of / ? #.
func firstColon(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ':':
			return true
		case '/', '?', '#':
			return false
		}
	}
	return false
}

func checkAuthority(s string) *Rule {
	if at := strings.IndexByte(s, '@'); at >= 0 {
		if i, escape := run(s[:at], 0, classUser); !escape || i != at {
			return ruleURIAuthority
		}
		s = s[at+1:]
	}
	end := 0
	if strings.HasPrefix(s, "[") {
		end = strings.IndexByte(s, ']') + 1
		if end == 0 || !isIPLiteral(s[1:end-1]) {
			return ruleURIAuthority
		}
	} else {
		var escape bool
		if end, escape = run(s, 0, className); !escape {
			return ruleURIAuthority
		}
	}
	if end == len(s) {
		return nil
	}
	if s[end] != ':' {
		return ruleURIAuthority
	}
	for _, c := range []byte(s[end+1:]) {
		if c < '0' || c > '9' {
			return ruleURIAuthority
		}
	}
	return nil
}

func isIPLiteral(s string) bool {
	if len(s) > 0 && s[0]|0x20 == 'v' {
		version, address, _ := strings.Cut(s[1:], ".")
		for i := 0; i < len(version); i++ {
			if uriClass[version[i]]&classHex == 0 {
				return false
			}
		}
		for i := 0; i < len(address); i++ {
			if uriClass[address[i]]&classUser == 0 {
				return false
			}
		}
		return version != "" && address != ""
	}
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && a.Zone() == ""
}

// run returns the end of the characters of a class and percent-encoded triplets
// at i, and whether every % begins a triplet.
func run(s string, i int, class uint8) (end int, escape bool) {
	for i < len(s) {
		c := s[i]
		if uriClass[c]&class != 0 {
			i++
			continue
		}
		if c != '%' {
			break
		}
		if i+2 >= len(s) || uriClass[s[i+1]]&uriClass[s[i+2]]&classHex == 0 {
			return i, false
		}
		i += 3
	}
	return i, true
}

const (
	classAlpha  uint8 = 1 << iota
	classScheme       // ALPHA DIGIT + - .
	classHex
	className  // unreserved, sub-delims
	classUser  // className :
	classPath  // pchar /
	classQuery // pchar / ?
)

var uriClass = uriClasses()

func uriClasses() (t [256]uint8) {
	set := func(chars string, classes uint8) {
		for _, c := range []byte(chars) {
			t[c] |= classes
		}
	}
	const (
		letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		digits  = "0123456789"
		common  = className | classUser | classPath | classQuery
	)
	set(letters, classAlpha|classScheme|common)
	set(digits, classScheme|classHex|common)
	set("abcdefABCDEF", classHex)
	set("+-.", classScheme)
	set("-._~", common)
	set("!$&'()*+,;=", common)
	set(":", classUser|classPath|classQuery)
	set("@/", classPath|classQuery)
	set("?", classQuery)
	return t
}
