package cloudevents_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/validation"
)

// minimal returns a valid event with nothing but what is required.
func minimal() cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
}

// full returns a valid event that has every attribute, two extensions and data.
func full() cloudevents.Event {
	return cloudevents.Event{
		ID:              "A234-1234",
		Source:          "https://example.com/storage/tenant/container",
		Type:            "com.example.object.created",
		Subject:         "picture.jpg",
		Time:            time.Date(2024, 2, 29, 17, 31, 0, 5_000_000, time.FixedZone("", 2*3600)),
		DataContentType: "application/json",
		DataSchema:      "https://example.com/schema#object",
		Extensions: []cloudevents.Extension{
			{Name: "partitionkey", Value: cloudevents.StringValue("p1")},
			{Name: "sampledrate", Value: cloudevents.IntegerValue(5)},
		},
		Data: []byte(`{"size":1024}`),
	}
}

// fullDocument is full in the JSON event format, as AppendJSON writes it.
const fullDocument = `{"specversion":"1.0","id":"A234-1234","source":"https://example.com/storage/tenant/container",` +
	`"type":"com.example.object.created","datacontenttype":"application/json","dataschema":"https://example.com/schema#object",` +
	`"subject":"picture.jpg","time":"2024-02-29T17:31:00.005+02:00","partitionkey":"p1","sampledrate":5,"data":{"size":1024}}`

// event returns the JSON of a minimal event with more members.
func event(members string) string {
	if members != "" {
		members = "," + members
	}
	return `{"specversion":"1.0","id":"1","source":"/s","type":"t"` + members + `}`
}

func decode(t testing.TB, document string) cloudevents.Event {
	t.Helper()
	var d cloudevents.JSONDecoder
	e, err := d.Decode([]byte(document))
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	return e
}

// diff is cmp.Diff, which compares times by their instant only, and with it
// whether there is a time and in which offset.
func diff(want, got cloudevents.Event) string {
	if d := cmp.Diff(want, got); d != "" {
		return d
	}
	w, _ := want.Get("time")
	g, _ := got.Get("time")
	return cmp.Diff(w.String(), g.String())
}

// violations returns every *validation.Error in err, in order.
func violations(err error) (all []*validation.Error) {
	switch x := err.(type) {
	case nil:
	case *validation.Error:
		all = append(all, x)
	case interface{ Unwrap() []error }:
		for _, err := range x.Unwrap() {
			all = append(all, violations(err)...)
		}
	default:
		all = violations(errors.Unwrap(err))
	}
	return all
}

// broken returns a line "attribute: sentinel" for every violation in err.
func broken(err error) (lines []string) {
	for _, v := range violations(err) {
		root := v.Err
		for errors.Unwrap(root) != nil {
			root = errors.Unwrap(root)
		}
		lines = append(lines, v.Attribute+": "+root.Error())
	}
	return lines
}
