package validation_test

import (
	"regexp"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/validation"
)

const sectionMediaType = "spec.md#datacontenttype"

func TestMediaType(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"plain", "text/plain", nil},
		{"suffix", "application/vnd.example.v1+json", nil},
		{"upper case", "TEXT/HTML", nil},
		{"unknown type", "x/y", nil},
		{"every token character", "!#$%&'*+-.^_`{|}~/0aZ", nil},
		{"parameter", "text/plain;charset=utf-8", nil},
		{"spaces around semicolons", "text/plain ;  charset=utf-8 ; x=y", nil},
		{"quoted value", `a/b;c="d e;f/g"`, nil},
		{"quoted quote", `a/b;c="\"\\"`, nil},
		{"empty quoted value", `a/b;c=""`, nil},
		{"same parameter twice", "a/b;c=d;c=e", nil},
		{"wildcard is a token", "*/*", nil},

		{"empty", "", validation.ErrSyntax},
		{"type alone", "text", validation.ErrSyntax},
		{"no subtype", "text/", validation.ErrSyntax},
		{"no type", "/plain", validation.ErrSyntax},
		{"slash alone", "/", validation.ErrSyntax},
		{"second slash", "a/b/c", validation.ErrSyntax},
		{"space before", " a/b", validation.ErrSyntax},
		{"space behind", "a/b ", validation.ErrSyntax},
		{"space around the slash", "a / b", validation.ErrSyntax},
		{"space around the equals sign", "a/b;c = d", validation.ErrSyntax},
		{"semicolon last", "a/b;", validation.ErrSyntax},
		{"semicolon twice", "a/b;;c=d", validation.ErrSyntax},
		{"no value", "a/b;c", validation.ErrSyntax},
		{"empty value", "a/b;c=", validation.ErrSyntax},
		{"no parameter name", "a/b;=d", validation.ErrSyntax},
		{"slash in a bare value", "a/b;c=d/e", validation.ErrSyntax},
		{"quote not closed", `a/b;c="d`, validation.ErrSyntax},
		{"quote closed by an escaped quote", `a/b;c="d\"`, validation.ErrSyntax},
		{"backslash last", `a/b;c="\`, validation.ErrSyntax},
		{"text behind the quotes", `a/b;c="d"e`, validation.ErrSyntax},
		{"two types", "a/b, c/d", validation.ErrSyntax},
		{"comment", "a/b (c)", validation.ErrSyntax},
		{"non-ASCII subtype", "a/é", validation.ErrSyntax},
		{"non-ASCII in quotes", `a/b;c="é"`, validation.ErrSyntax},
		{"non-ASCII escaped in quotes", `a/b;c="\é"`, validation.ErrSyntax},

		{"tab", "a/b;\tc=d", validation.ErrCharacter},
		{"line break", "a/b\r\n", validation.ErrCharacter},
		{"control character in quotes", "a/b;c=\"\x01\"", validation.ErrCharacter},
		{"invalid UTF-8", "a/b\xff", validation.ErrCharacter},
	} {
		t.Run(c.name, func(t *testing.T) {
			verdict(t, c.text, validation.MediaType(c.text), c.want, sectionMediaType)
			compareMediaType(t, c.text)
		})
	}
}

// RFC 2045 section 5.1, with spaces around semicolons.
var mediaTypeSyntax = func() *regexp.Regexp {
	const (
		token     = `[^\x00-\x20\x7F-\x{10FFFF}()<>@,;:\\"/\[\]?=]+`
		quoted    = `"([ !#-\[\]-~]|\\[ -~])*"`
		parameter = ` *; *` + token + `=(` + token + `|` + quoted + `)`
	)
	return regexp.MustCompile(`\A` + token + `/` + token + `(` + parameter + `)*\z`)
}()

func compareMediaType(t *testing.T, s string) {
	t.Helper()
	var want error
	switch {
	case slowString(s) != "":
		want = validation.ErrCharacter
	case !mediaTypeSyntax.MatchString(s):
		want = validation.ErrSyntax
	}
	verdict(t, s, validation.MediaType(s), want, sectionMediaType)
}

func TestMediaTypeEveryByte(t *testing.T) {
	for c := range 256 {
		s := string([]byte{byte(c)})
		for _, text := range []string{
			s, "a" + s + "/b", "a/" + s, "a/b" + s, "a/b" + s + "c=d", "a/b;" + s + "=d", "a/b;c" + s + "d", "a/b;c=" + s,
			`a/b;c="` + s + `"`, `a/b;c="\` + s + `"`, `a/b;c="d"` + s, `a/b;c="d"` + s + `e=f`,
		} {
			compareMediaType(t, text)
		}
	}
}

func FuzzMediaType(f *testing.F) {
	for _, s := range []string{
		"text/plain", "application/x+json; charset=utf-8", `a/b ;c="d\"e";f=g`, "a/b;", "a/b;c", "a/b/c", `a/b;c="d`, "a/\u00e9", "a/b\t",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		compareMediaType(t, s)
		compareMediaType(t, "a/b;"+s)
	})
}

// The media types that an event may have without a look at their grammar are legal.
func TestCommonMediaTypesAreLegal(t *testing.T) {
	for _, s := range []string{
		"application/json", "text/plain", "application/xml", "text/xml", "application/cbor", "application/octet-stream", "application/protobuf",
	} {
		if !mediatype.IsCommon(s) {
			t.Errorf("%q is not common", s)
		}
		if err := validation.MediaType(s); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []string{"", "/", "application", "application/", "application/jso", "application/json;", "text/plain ", "Text/Plain"} {
		if mediatype.IsCommon(s) {
			t.Errorf("%q is common", s)
		}
	}
}
