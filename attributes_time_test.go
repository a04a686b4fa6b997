package cloudevents_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// addRequired adds the attributes that every event has.
func addRequired(a *cloudevents.Attributes) {
	for _, name := range []string{spec.ID, spec.Source, spec.EventType} {
		a.Add(name, spec.String, "x")
	}
	a.Add(spec.SpecVersion, spec.String, "1.0")
}

// A time is taken as its canonical string would be.
func TestAddTime(t *testing.T) {
	whole := time.Date(2024, 5, 17, 9, 30, 12, 0, time.UTC)
	for name, at := range map[string]time.Time{
		"seconds":                 whole,
		"nanoseconds":             whole.Add(123456789),
		"the first of all":        time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
		"before the year 1":       time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC),
		"after the last":          time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC),
		"before the first":        time.Date(-1, 12, 31, 0, 0, 0, 0, time.UTC),
		"an offset":               whole.In(time.FixedZone("", 3600)),
		"an offset with a name":   whole.In(time.FixedZone("CET", 3600)),
		"an offset with seconds":  whole.In(time.FixedZone("", 61)),
		"UTC under another name":  whole.In(time.FixedZone("GMT", 0)),
		"the zone of the machine": whole.Local(),
	} {
		for _, attribute := range []string{spec.Time, "x"} {
			decode := func(add func(*cloudevents.Attributes)) (e cloudevents.Event, err error) {
				a := cloudevents.Attributes{}
				addRequired(&a)
				add(&a)
				err = a.Assemble(&e)
				return e, err
			}
			got, err := decode(func(a *cloudevents.Attributes) { a.AddTime(attribute, at) })
			want, wantErr := decode(func(a *cloudevents.Attributes) {
				a.Add(attribute, spec.Timestamp, cloudevents.TimestampValue(at).String())
			})
			if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (wantErr == nil) {
				t.Errorf("%s as %s: %v, want %v\n%s", name, attribute, err, wantErr, diff)
			}
		}
	}
}

// A time that is there twice is an error, however it was added, and a text of a time is not
// in the way of it.
func TestAddTimeTwice(t *testing.T) {
	at := time.Date(2024, 5, 17, 9, 30, 12, 0, time.UTC)
	text := func(a *cloudevents.Attributes) { a.Add(spec.Time, spec.String, "2024-05-17T09:30:12Z") }
	number := func(a *cloudevents.Attributes) { a.AddTime(spec.Time, at) }
	for name, add := range map[string][2]func(*cloudevents.Attributes){
		"twice":             {number, number},
		"text and number":   {text, number},
		"number and text":   {number, text},
		"number and double": {number, func(a *cloudevents.Attributes) { a.AddUnfit(spec.Time, "double") }},
	} {
		var a cloudevents.Attributes
		addRequired(&a)
		add[0](&a)
		add[1](&a)
		var e cloudevents.Event
		if err := a.Assemble(&e); !errors.Is(err, validation.ErrDuplicate) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a := cloudevents.Attributes{MaxAttributes: 4}
	addRequired(&a)
	number(&a)
	var e cloudevents.Event
	var limit *cloudevents.LimitError
	if err := a.Assemble(&e); !errors.As(err, &limit) {
		t.Errorf("beyond the limit: %v", err)
	}
}
