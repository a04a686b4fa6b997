package validation_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestBinary(t *testing.T) {
	for _, c := range []struct {
		name, text string
		legal      bool
	}{
		{"empty", "", true},
		{"one byte", "YQ==", true},
		{"two bytes", "YWI=", true},
		{"three bytes", "YWJj", true},
		{"last two characters of the alphabet", "+/+/", true},
		{"all bits", "////", true},

		{"unpadded", "YQ", false},
		{"padding cut", "YQ=", false},
		{"padding too long", "YWJj=", false},
		{"padding of four", "====", false},
		{"padding of three", "Y===", false},
		{"padding within", "YQ==YQ==", false},
		{"padding before the last character", "YW=I", false},
		{"stray bits of one byte", "YR==", false},
		{"stray bits of two bytes", "YWJ=", false},
		{"URL alphabet", "-_-_", false},
		{"line break", "YW\nJj", false},
		{"line break behind", "YWJj\r\n\r\n", false},
		{"space", "YW j", false},
		{"non-ASCII", "YWé", false},
		{"one character", "Y", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want error
			if !c.legal {
				want = validation.ErrSyntax
			}
			verdict(t, c.text, validation.Text(spec.Binary, c.text), want, spec.SectionTypeSystem)
			compareBinary(t, c.text)
		})
	}
}

// Every pair of bytes at the end of a group, behind another group and alone, with
// each padding.
func TestBinaryEveryEnd(t *testing.T) {
	for x := range 256 {
		for y := range 256 {
			pair := string([]byte{byte(x), byte(y)})
			compareBinary(t, "YW"+pair)
			compareBinary(t, "YWJj"+pair+"==")
			compareBinary(t, pair+"A=")
		}
	}
}

func compareBinary(t *testing.T, s string) {
	t.Helper()
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	var want error
	if err != nil || base64.StdEncoding.EncodeToString(b) != s {
		want, b = validation.ErrSyntax, nil
	}
	verdict(t, s, validation.Text(spec.Binary, s), want, spec.SectionTypeSystem)
	got, err := validation.ParseBinary(s)
	verdict(t, s, err, want, spec.SectionTypeSystem)
	if !bytes.Equal(got, b) || want == nil && got == nil {
		t.Fatalf("ParseBinary(%q) = %#v, want %#v", s, got, b)
	}
}

func FuzzBinary(f *testing.F) {
	for _, s := range []string{"", "YQ==", "YWI=", "YWJj", "YR==", "YQ=", "YW\nJj", "-_-_", "====", strings.Repeat("AAAA", 30)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		compareBinary(t, s)
		compareBinary(t, base64.StdEncoding.EncodeToString([]byte(s)))
	})
}
