//go:build !race

package cloudevents_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
)

// Another goroutine writes to the bytes of the caller while they are sealed, which is a
// mistake of that program. What is sealed is one of the states that the bytes went through,
// and never gets into a document unchecked.
func TestSealWhileBytesChange(t *testing.T) {
	const size = 64 << 10
	data := []byte(`"` + strings.Repeat("d", size) + `"`)
	document := []byte(event(`"data":` + string(data)))
	e := minimal()
	e.DataContentType, e.Data = "application/json", data
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		at := [...]*byte{&data[size/2], &document[len(document)-size/2]}
		for {
			select {
			case <-stop:
				return
			default:
			}
			for range 10_000 {
				for _, b := range at {
					*b = '"'
				}
				for _, b := range at {
					*b = 'd'
				}
			}
		}
	}()
	var d cloudevents.JSONDecoder
	for range 100 {
		sealed, err := cloudevents.Seal(e)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := d.DecodeSealed(document)
		for i, s := range []*cloudevents.Sealed{&sealed, &decoded} {
			if i == 1 && err != nil { // the quotation mark was seen
				continue
			}
			b, err := s.AppendJSON(nil)
			if err != nil || !json.Valid(b) {
				t.Fatalf("event %d: unchecked bytes are in the document; %v", i, err)
			}
			data, _ := s.Data()
			if spliced := !bytes.Contains(b[:200], []byte("data_base64")); spliced != json.Valid([]byte(data)) {
				t.Fatalf("event %d: spliced: %t", i, spliced)
			}
		}
	}
	close(stop)
	<-done
}
