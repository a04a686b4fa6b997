package ceprotobuf_test

import (
	"bytes"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// A sealed event is encoded as the event, and its data is neither copied nor looked at
// again.
func TestSealed(t *testing.T) {
	for _, contentType := range []string{"", "text/plain", "application/json", "application/xml", "text/plain; charset=us-ascii", "application/octet-stream"} {
		for _, data := range []string{"", "tea", "\"\u00fc\"", "\xff", `{"a":[1]}`} {
			e := minimalEvent()
			e.DataContentType, e.Data = contentType, []byte(data)
			sealed, err := cloudevents.Seal(e)
			if err != nil {
				t.Fatal(err)
			}
			want, err := ceprotobuf.Append([]byte("x"), &e)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ceprotobuf.Format{}.EncodeSealed([]byte("x"), &sealed)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s %q: %q, %v, want %q", contentType, data, got, err, want)
			}
		}
	}
	e := minimalEvent()
	e.DataContentType, e.Data = "text/plain", bytes.Repeat([]byte("\u00fc"), 32<<10)
	sealed, err := cloudevents.Seal(e)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]byte, 0, 128<<10)
	if n := alloctest.Bytes(func() { ceprotobuf.Format{}.EncodeSealed(dst, &sealed) }); n > 1<<10 {
		t.Errorf("encoding allocates %d bytes", n)
	}
	// Bytes that are said to be UTF-8 are written as text whatever they are.
	e.Data = []byte("\xff")
	unchecked, err := ceprotobuf.AppendUTF8(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ceprotobuf.Decode(unchecked); err == nil {
		t.Error("the data was looked at")
	}
}
