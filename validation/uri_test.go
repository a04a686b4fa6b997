package validation_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestURI(t *testing.T) {
	const (
		both      = "URI"           // and so a URI-reference
		reference = "URI-reference" // only
		neither   = ""
	)
	for _, c := range []struct{ name, text, legal string }{
		{"RFC 3986 ftp", "ftp://ftp.is.co.za/rfc/rfc1808.txt", both},
		{"RFC 3986 http", "http://www.ietf.org/rfc/rfc2396.txt", both},
		{"RFC 3986 ldap", "ldap://[2001:db8::7]/c=GB?objectClass?one", both},
		{"RFC 3986 mailto", "mailto:John.Doe@example.com", both},
		{"RFC 3986 news", "news:comp.infosystems.www.servers.unix", both},
		{"RFC 3986 tel", "tel:+1-816-555-1212", both},
		{"RFC 3986 telnet", "telnet://192.0.2.16:80/", both},
		{"RFC 3986 urn", "urn:oasis:names:specification:docbook:dtd:xml:4.1.2", both},
		{"scheme alone", "a:", both},
		{"every scheme character", "aZ09+-.:x", both},
		{"empty host", "file:///etc/hosts", both},
		{"empty authority", "x://", both},
		{"empty port", "http://h:/", both},
		{"port beyond 16 bits", "http://h:99999999", both},
		{"userinfo with colons", "http://a:b:c@h", both},
		{"empty userinfo", "http://@h", both},
		{"escape in userinfo", "http://%41@h", both},
		{"escape in host", "http://%41.example", both},
		{"sub-delims in host", "http://!$&'()*+,;=", both},
		{"dot segments", "http://h/../a/./b", both},
		{"empty segments", "http://h//a//", both},
		{"slash and question mark in query and fragment", "http://h?a/b?c#d/e?f", both},
		{"empty query and fragment", "http://h?#", both},
		{"escape of NUL", "x:%00", both},
		{"IPv6", "http://[1:2:3:4:5:6:7:8]", both},
		{"IPv6 unspecified", "http://[::]", both},
		{"IPv6 with IPv4", "http://[::ffff:192.0.2.1]:80", both},
		{"IPv6 upper case", "http://[ABCD::EF01]", both},
		{"IPvFuture", "http://[vF.a:b]", both},
		{"IPv4 out of range is a name", "http://999.1.1.1", both},

		{"empty", "", reference},
		{"path", "/a/b", reference},
		{"segment", "a", reference},
		{"dot segment with colon", "./a:b", reference},
		{"colon in a later segment", "a/b:c", reference},
		{"colon in the query", "a?b:c", reference},
		{"colon in the fragment", "#b:c", reference},
		{"network path", "//h:80/a", reference},
		{"query", "?q", reference},
		{"at sign", "a@b", reference},
		{"digit first", "1a/b", reference},

		{"space", "http://h/a b", neither},
		{"space before", " http://h", neither},
		{"line break behind", "http://h\n", neither},
		{"non-ASCII path", "http://h/é", neither},
		{"non-ASCII host", "http://é", neither},
		{"quote", `http://h/"`, neither},
		{"angle brackets", "<http://h>", neither},
		{"backslash", `http://h\a`, neither},
		{"caret", "http://h/^", neither},
		{"backquote", "http://h/`", neither},
		{"braces", "http://h/{id}", neither},
		{"bar", "http://h/a|b", neither},
		{"delete", "http://h/\x7f", neither},
		{"brackets in the path", "http://h/[a]", neither},
		{"brackets in the query", "http://h?a[]=1", neither},
		{"second fragment", "http://h#a#b", neither},
		{"percent alone", "x:%", neither},
		{"percent with one digit", "x:%4", neither},
		{"percent without digits", "x:%zz", neither},
		{"percent with one bad digit", "x:%4g", neither},
		{"percent in the query", "x:?%", neither},
		{"percent in the fragment", "x:#%f", neither},
		{"percent in the host", "x://%4", neither},
		{"percent in userinfo", "x://%@h", neither},
		{"escape cut by the at sign", "x://%4@1", neither},
		{"scheme begins with a digit", "1a:b", neither},
		{"scheme with underscore", "a_b:c", neither},
		{"scheme empty", "://h", neither},
		{"escape in the scheme", "%41:b", neither},
		{"letters in the port", "http://h:80a", neither},
		{"two ports", "http://h:1:2", neither},
		{"two at signs", "http://a@b@c", neither},
		{"IPv6 without brackets", "http://::1/", neither},
		{"IPv6 unclosed", "http://[::1", neither},
		{"IPv6 with text behind", "http://[::1]x", neither},
		{"IPv6 with text before", "http://x[::1]", neither},
		{"IPv6 of nine groups", "http://[1:2:3:4:5:6:7:8:9]", neither},
		{"IPv6 of seven groups", "http://[1:2:3:4:5:6:7]", neither},
		{"IPv6 with a gap of no group", "http://[1:2:3:4::5:6:7:8]", neither},
		{"IPv6 with two gaps", "http://[1::2::3]", neither},
		{"IPv6 group of five digits", "http://[::12345]", neither},
		{"IPv6 with leading zero in IPv4", "http://[::192.0.2.01]", neither},
		{"IPv6 with zone", "http://[fe80::1%25eth0]", neither},
		{"IPv4 in brackets", "http://[192.0.2.1]", neither},
		{"empty brackets", "http://[]", neither},
		{"IPvFuture without version", "http://[v.a]", neither},
		{"IPvFuture without address", "http://[v1.]", neither},
		{"IPvFuture without point", "http://[v1]", neither},
		{"IPvFuture with escape", "http://[v1.%41]", neither},
		{"IPvFuture with at sign", "http://[v1.a@b]", neither},
	} {
		t.Run(c.name, func(t *testing.T) {
			var uri, ref error
			if c.legal != both {
				uri = validation.ErrSyntax
			}
			if c.legal == neither {
				ref = validation.ErrSyntax
			}
			verdict(t, c.text, validation.URI(c.text), uri, spec.SectionTypeSystem)
			verdict(t, c.text, validation.URIReference(c.text), ref, spec.SectionTypeSystem)
			compareURI(t, c.text)
		})
	}
}

// Every byte in every part of a URI.
func TestURIEveryByte(t *testing.T) {
	for c := range 256 {
		for _, form := range []string{
			"*", "*a:b", "a*:b", "a:*", "a:/*", "a:b*/", "a://*", "a://u*@h", "a://h*", "a://[*::1]", "a://[v1*.a]", "a://[v1.*]",
			"a://[::1]*", "a://h:*", "a://h/*", "a:?*", "a:#*", "/*", "//*", "?*", "#*", "a/*", "a:%*0", "a:%0*", "a://[v*.a]",
		} {
			compareURI(t, strings.Replace(form, "*", string([]byte{byte(c)}), 1))
		}
	}
}

// Every text of up to five characters of an alphabet that makes all the parts,
// alone and behind an open bracket.
func TestURIEveryShortText(t *testing.T) {
	const alphabet = ":/?#@[]a1."
	var text []byte
	var walk func(n int)
	walk = func(n int) {
		compareURI(t, string(text))
		if n == 0 {
			return
		}
		for _, c := range []byte(alphabet) {
			text = append(text, c)
			walk(n - 1)
			text = text[:len(text)-1]
		}
	}
	walk(5)
	text = []byte("a://[")
	walk(4)
}

// Every shape of an IPv6 address: groups before and behind the gap, with and
// without IPv4 at the end.
func TestURIEveryIPv6Shape(t *testing.T) {
	for before := range 10 {
		for behind := range 10 {
			for _, gap := range []string{"", ":", "::", ":::"} {
				for _, tail := range []string{"", "1.2.3.4", ":1.2.3.4", "1.2.3", "1.2.3.256", "1.2.3.4.5", "01.2.3.4"} {
					left := strings.TrimSuffix(strings.Repeat("a:", before), ":")
					right := strings.TrimSuffix(strings.Repeat("1:", behind), ":")
					compareURI(t, "//["+left+gap+right+tail+"]")
				}
			}
		}
	}
}
