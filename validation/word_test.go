package validation_test

import (
	"bytes"
	"testing"

	"github.com/seed763dd41b/cloudevents/validation"
)

// TestEveryByteAtEveryPlace compares the checks that look at eight bytes at a time with
// checks of one byte. It puts each byte at each place of legal texts around the word
// size.
func TestEveryByteAtEveryPlace(t *testing.T) {
	for length := 1; length <= 25; length++ {
		for place := range length {
			for c := range 256 {
				text := bytes.Repeat([]byte{'x'}, length)
				text[place] = byte(c)

				name := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
				if err := validation.Name(string(text)); (err == nil) != name {
					t.Fatalf("Name(%q) = %v", text, err)
				}
				// A lone byte beyond ASCII is not UTF-8.
				printable := ' ' <= c && c <= '~'
				if err := validation.String(string(text)); (err == nil) != printable {
					t.Fatalf("String(%q) = %v", text, err)
				}
			}
		}
	}
}
