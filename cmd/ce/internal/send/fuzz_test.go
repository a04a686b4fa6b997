package send

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/curl"
)

// A text that is quoted for a shell is read back.
func FuzzShellQuote(f *testing.F) {
	for _, text := range []string{"", "a", "it's", `"$a" \`, "a\nb\r\t", "@f", "-d", "€\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.IndexByte(text, 0) >= 0 || len(text) > maxArgument {
			return
		}
		c, rest, err := curl.Parse("curl --url " + shellQuote("x"+text) + " --data-raw " + shellQuote(text))
		if err != nil || rest != "" || c.URL != "x"+text || len(c.Data) != 1 || c.Data[0].Text != text {
			t.Fatalf("%q is read back as %+v, %q, %v", text, c, rest, err)
		}
	})
}
