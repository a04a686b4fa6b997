package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// facts is what an event says, in a form that every contender's events can be
// brought into: canonical strings and the bytes of the data.
type facts struct {
	attributes map[string]string
	data       []byte
}

func factsOf(e *cloudevents.Event) facts {
	f := facts{map[string]string{}, e.Data}
	for name, v := range e.All() {
		f.attributes[name] = v.String()
	}
	f.attributes["time"] = canonicalTime(e.Time)
	return f
}

func canonicalTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// sameFacts returns an error that says where got differs from want.
func sameFacts(got, want facts) error {
	if !maps.Equal(got.attributes, want.attributes) {
		return fmt.Errorf("attributes\n got %v\nwant %v", got.attributes, want.attributes)
	}
	if !bytes.Equal(got.data, want.data) {
		return fmt.Errorf("data\n got %.200q\nwant %.200q", got.data, want.data)
	}
	return nil
}

// sameEvents compares the events of a batch, or one.
func sameEvents(got []facts, want []cloudevents.Event) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d events instead of %d", len(got), len(want))
	}
	for i := range want {
		if err := sameFacts(got[i], factsOf(&want[i])); err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
	}
	return nil
}

// sameJSON returns an error unless two documents are the same JSON value: members
// in any order, strings with any escapes, numbers digit by digit.
func sameJSON(got, want []byte) error {
	var values [2]any
	for i, b := range [][]byte{got, want} {
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		if err := d.Decode(&values[i]); err != nil {
			return err
		}
		if d.More() {
			return fmt.Errorf("bytes behind the document")
		}
	}
	if !reflect.DeepEqual(values[0], values[1]) {
		return fmt.Errorf("documents\n got %.400q\nwant %.400q", got, want)
	}
	return nil
}
