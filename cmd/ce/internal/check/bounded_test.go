package check_test

import (
	"io"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// The limits of package stream on curl commands and on the header of a message.
const maxCommand, maxHead = 1 << 20, 1 << 20

// A hostile input takes time in proportion to its length. Otherwise this would not end.
func TestCheckIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for name, input := range map[string]string{
		"many curl commands":     strings.Repeat("curl a\n", maxCommand/7),
		"many headers of curl":   "curl a" + strings.Repeat(" -Ha:b", maxCommand/8),
		"many headers":           "POST / HTTP/1.1\n" + strings.Repeat("a:b\n", maxHead/5) + "\n",
		"many bad headers":       "POST / HTTP/1.1\n" + strings.Repeat("ce-a-b:b\n", maxHead/10) + "\n",
		"many bad events":        "[" + strings.Repeat("{},", 100_000) + "{}]",
		"many bad events, HTTP":  "POST / HTTP/1.1\nContent-Type: application/cloudevents-batch+json\n\n[" + strings.Repeat("{},\n", 100_000) + "{}]",
		"many bad lines":         strings.Repeat("{}\n", 100_000),
		"a deep value":           "[" + strings.Repeat("[", 1<<20),
		"a string without end":   `["` + strings.Repeat(`\"`, 1<<20),
		"white space":            strings.Repeat(" \n", 1<<20),
		"many messages":          strings.Repeat("a:b\nContent-Length: 0\n\n", 20_000),
		"many small chunks":      "a:b\nTransfer-Encoding: chunked\n\n" + strings.Repeat("1\r\na\r\n", 100_000) + "0\r\n\r\n",
		"quotes of all kinds":    "curl " + strings.Repeat(`"a"'b'$'\x41'\c`, maxCommand/16),
		"a line without an end":  "{" + strings.Repeat(" ", 1<<22),
		"a header without colon": strings.Repeat("a", 1<<22),
	} {
		t.Run(name, func(t *testing.T) {
			p, _, errs := cetest.Process(input)
			p.Out = io.Discard
			if status := cetest.RunIn(p, check.Command()); status != cli.ExitFault || errs.Len() > 0 {
				t.Errorf("status %d, %s", status, errs)
			}
		})
	}
}
