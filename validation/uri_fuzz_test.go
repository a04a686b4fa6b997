package validation_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// The grammar of RFC 3986, appendix A, rule by rule. A name in angle brackets
// stands for the rule, which is further down.
var rfc3986 = []struct{ rule, definition string }{
	{"URI", `<scheme>:<hier-part>(\?<query>)?(#<fragment>)?`},
	{"relative-ref", `<relative-part>(\?<query>)?(#<fragment>)?`},
	{"hier-part", `//<authority><path-abempty>|<path-absolute>|<path-rootless>|<path-empty>`},
	{"relative-part", `//<authority><path-abempty>|<path-absolute>|<path-noscheme>|<path-empty>`},
	{"scheme", `[A-Za-z][A-Za-z0-9+.-]*`},
	{"authority", `(<userinfo>@)?<host>(:<port>)?`},
	{"userinfo", `(<unreserved>|<pct-encoded>|<sub-delims>|:)*`},
	{"host", `<IP-literal>|<IPv4address>|<reg-name>`},
	{"port", `[0-9]*`},
	{"IP-literal", `\[(<IPv6address>|<IPvFuture>)\]`},
	{"IPvFuture", `[vV]<HEXDIG>+\.(<unreserved>|<sub-delims>|:)+`},
	{"IPv6address", `(<h16>:){6}<ls32>` +
		`|::(<h16>:){5}<ls32>` +
		`|(<h16>)?::(<h16>:){4}<ls32>` +
		`|((<h16>:){0,1}<h16>)?::(<h16>:){3}<ls32>` +
		`|((<h16>:){0,2}<h16>)?::(<h16>:){2}<ls32>` +
		`|((<h16>:){0,3}<h16>)?::<h16>:<ls32>` +
		`|((<h16>:){0,4}<h16>)?::<ls32>` +
		`|((<h16>:){0,5}<h16>)?::<h16>` +
		`|((<h16>:){0,6}<h16>)?::`},
	{"ls32", `<h16>:<h16>|<IPv4address>`},
	{"h16", `<HEXDIG>{1,4}`},
	{"IPv4address", `<dec-octet>\.<dec-octet>\.<dec-octet>\.<dec-octet>`},
	{"dec-octet", `[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]`},
	{"reg-name", `(<unreserved>|<pct-encoded>|<sub-delims>)*`},
	{"path-abempty", `(/<segment>)*`},
	{"path-absolute", `/(<segment-nz>(/<segment>)*)?`},
	{"path-noscheme", `<segment-nz-nc>(/<segment>)*`},
	{"path-rootless", `<segment-nz>(/<segment>)*`},
	{"path-empty", ``},
	{"segment", `<pchar>*`},
	{"segment-nz", `<pchar>+`},
	{"segment-nz-nc", `(<unreserved>|<pct-encoded>|<sub-delims>|@)+`},
	{"query", `(<pchar>|/|\?)*`},
	{"fragment", `(<pchar>|/|\?)*`},
	{"pchar", `<unreserved>|<pct-encoded>|<sub-delims>|:|@`},
	{"pct-encoded", `%<HEXDIG><HEXDIG>`},
	{"unreserved", `[A-Za-z0-9._~-]`},
	{"sub-delims", `[!$&'()*+,;=]`},
	{"HEXDIG", `[0-9A-Fa-f]`},
}

// grammar compiles a rule.
func grammar(name string) *regexp.Regexp {
	text := "<" + name + ">"
	for _, r := range rfc3986 {
		text = strings.ReplaceAll(text, "<"+r.rule+">", "(?:"+r.definition+")")
	}
	return regexp.MustCompile(`\A` + text + `\z`)
}

var (
	grammarURI      = grammar("URI")
	grammarRelative = grammar("relative-ref")
)

func compareURI(t *testing.T, s string) {
	t.Helper()
	var uri, reference error
	if !grammarURI.MatchString(s) {
		uri = validation.ErrSyntax
	}
	if uri != nil && !grammarRelative.MatchString(s) {
		reference = validation.ErrSyntax
	}
	verdict(t, s, validation.URI(s), uri, spec.SectionTypeSystem)
	verdict(t, s, validation.URIReference(s), reference, spec.SectionTypeSystem)
}

var uriSeeds = []string{
	"https://u:p@h.example:8080/a/b;c=1?q=%20&x#f", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", "//[2001:db8::1]:80",
	"x://[::ffff:192.0.2.1]/", "x://[v1.a:b]", "./a:b", "a:b:c", "1:2", "", "#", "?", "//", "///", "x://%41@", "x:%4", "a b", "é",
	"x://[1:2:3:4:5:6:7::]", "x://[1:2:3:4:5:6:1.2.3.4]", "x://[fe80::1%25e]", "http://h:80:80", "x://a@b@c",
}

func FuzzURI(f *testing.F) {
	for _, s := range uriSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { compareURI(t, s) })
}

// Authorities and IP literals, so that the fuzzer need not find their delimiters.
func FuzzURIAuthority(f *testing.F) {
	for _, s := range []string{"2001:db8::1", "::1.2.3.4", "v1.x", "1::2::3", "fe80::1%25e", "u@h:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		compareURI(t, "x://["+s+"]")
		compareURI(t, "//"+s)
	})
}
