package attributes_test

import (
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/attributes"
)

// The number of attributes is that of those that an event has.
func TestCount(t *testing.T) {
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	for _, set := range []func(){
		func() {}, func() { e.DataContentType = "text/plain" }, func() { e.DataSchema = "https://example.com/" }, func() { e.Subject = "s" },
		func() { e.Time = time.Now() }, func() { e.Extensions = []cloudevents.Extension{{Name: "a"}, {Name: "b"}} },
	} {
		set()
		want := 0
		for range e.All() {
			want++
		}
		if got := attributes.Count(&e); got != want {
			t.Errorf("%d, want %d of %v", got, want, e)
		}
	}
}
