package formattest

import (
	"bytes"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// Sealed checks that a format encodes a sealed event as the event, and that its data is
// neither copied nor looked at again. unchecked encodes an event whose data is said to be
// UTF-8: bytes that are not are written as text then, which the format refuses.
func Sealed(t *testing.T, f format.Structured, unchecked func(dst []byte, e *cloudevents.Event) ([]byte, error)) {
	t.Helper()
	for _, contentType := range []string{"", "text/plain", "application/json", "application/xml", "text/plain; charset=us-ascii", "application/octet-stream"} {
		for _, data := range []string{"", "tea", "\"\u00fc\"", "\xff", `{"a":[1]}`} {
			e := Minimal()
			e.DataContentType, e.Data = contentType, []byte(data)
			want, err := f.EncodeStructuredModeMessage([]byte("x"), &e)
			if err != nil {
				t.Fatal(err)
			}
			got, err := format.EncodeSealed(f, []byte("x"), sealed(t, e))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s %q: %q, %v, want %q", contentType, data, got, err, want)
			}
		}
	}
	e := Minimal()
	e.DataContentType, e.Data = "text/plain", bytes.Repeat([]byte("\u00fc"), 32<<10)
	s, dst := sealed(t, e), make([]byte, 0, 128<<10)
	if n := alloctest.Bytes(func() { format.EncodeSealed(f, dst, s) }); n > 1<<10 {
		t.Errorf("encoding allocates %d bytes", n)
	}
	e.Data = []byte("\xff")
	b, err := unchecked(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.DecodeStructuredModeMessage(b, ""); err == nil {
		t.Error("the data was looked at")
	}
}

func sealed(t *testing.T, e cloudevents.Event) *cloudevents.Sealed {
	t.Helper()
	s, err := cloudevents.Seal(e)
	if err != nil {
		t.Fatal(err)
	}
	return &s
}
