package cehttp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// TestEveryByteAtEveryPlace compares what is done eight bytes at a time with what
// the specification says of one: each ASCII byte that a String may hold, at each
// place of texts around the word size.
func TestEveryByteAtEveryPlace(t *testing.T) {
	for length := 1; length <= 25; length++ {
		for place := range length {
			for c := byte(' '); c <= '~'; c++ {
				text := strings.Repeat("x", place) + string(c) + strings.Repeat("x", length-place-1)
				want := text
				if c == ' ' || c == '"' || c == '%' {
					want = strings.ReplaceAll(text, string(c), fmt.Sprintf("%%%02X", c))
				}
				e := minimal()
				e.Subject = text
				h := http.Header{}
				if err := cehttp.SetHeader(h, &e); err != nil {
					t.Fatal(err)
				}
				if got := h.Get("Ce-Subject"); got != want {
					t.Fatalf("%q is written as %q, want %q", text, got, want)
				}
				back, err := cehttp.FromHeader(h)
				if err != nil || back.Subject != text {
					t.Fatalf("%q is read as %q, want %q: %v", want, back.Subject, text, err)
				}
			}
		}
	}
}
