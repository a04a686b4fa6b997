package mediatype_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

func TestIsASCIISuperset(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     bool
	}{
		{"no charset", "text/plain", true},
		{"UTF-8", "text/plain; charset=utf-8", true},
		{"US-ASCII", "text/plain; charset=us-ascii", true},
		{"Latin 1", "text/plain; charset=ISO-8859-1", true},
		{"Windows", "text/plain; charset=windows-1252", true},
		{"Chinese", "text/plain; charset=GB18030", true},
		{"quoted", `text/plain; charset="iso-8859-15"`, true},

		{"two bytes a character", "text/plain; charset=utf-16", false},
		{"four bytes a character", "text/plain; charset=UTF-32BE", false},
		{"plus begins an escape", "text/plain; charset=utf-7", false},
		{"EBCDIC", "text/plain; charset=ibm037", false},
		{"escape sequences", "text/plain; charset=iso-2022-jp", false},
		{"unknown", "text/plain; charset=x", false},
		{"empty", "text/plain; charset=", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mediatype.IsASCIISuperset(c.in); got != c.want {
				t.Errorf("IsASCIISuperset(%q) = %v", c.in, got)
			}
		})
	}
}
