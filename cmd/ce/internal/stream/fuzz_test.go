package stream_test

import (
	"io"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
)

// The units are pieces of the input in their order, and their places are right.
func FuzzSplit(f *testing.F) {
	cetest.Seeds(f, "../../testdata")
	f.Fuzz(func(t *testing.T, text string) {
		for _, from := range []stream.Form{stream.Lines, stream.Batch, stream.JSON} {
			in := stream.NewReader(strings.NewReader(text), "", from, 1<<16)
			end := int64(0)
			for {
				u, err := in.Next()
				if err != nil {
					break
				}
				if u.Offset < end || !strings.HasPrefix(text[u.Offset:], string(u.Body)) || len(u.Body) == 0 {
					t.Fatalf("%v: %q at %d", from, u.Body, u.Offset)
				}
				end = u.Offset + int64(len(u.Body))
				if want := 1 + strings.Count(text[:u.Offset], "\n"); u.Line != want {
					t.Fatalf("%v: line %d, want %d", from, u.Line, want)
				}
			}
			if in.Count() > len(text)+1 {
				t.Fatalf("%v: %d units in %d bytes", from, in.Count(), len(text))
			}
		}
		for _, from := range []stream.Form{stream.Any, stream.HTTP, stream.Curl} {
			in := stream.NewReader(strings.NewReader(text), "", from, 1<<16)
			for {
				u, err := in.Next()
				if err == io.EOF {
					break
				}
				if err != nil && !stream.IsFault(err) {
					t.Fatalf("%v: %v", from, err)
				}
				if err == nil && (from != stream.Any && u.Message == nil || u.Line < 1 || u.Offset > int64(len(text))) {
					t.Fatalf("%v: %+v in %d bytes", from, u, len(text))
				}
			}
			if in.Count() > len(text)+1 {
				t.Fatalf("%v: %d units in %d bytes", from, in.Count(), len(text))
			}
		}
	})
}
