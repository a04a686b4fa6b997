package cloudevents_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestNewID(t *testing.T) {
	const n = 1000
	seen := map[string]bool{}
	var varied [36]map[byte]bool
	for range n {
		id := cloudevents.NewID()
		if !uuid4.MatchString(id) {
			t.Fatalf("%q is not a UUID of version 4 and variant 10", id)
		}
		if seen[id] {
			t.Fatalf("%q came twice", id)
		}
		seen[id] = true
		for i := range varied {
			if varied[i] == nil {
				varied[i] = map[byte]bool{}
			}
			varied[i][id[i]] = true
		}
	}
	// All that is not fixed is random: a digit that is missing 1000 times has a
	// probability of 1e-28.
	for i, digits := range varied {
		want := 16
		switch i {
		case 8, 13, 18, 23, 14: // hyphens, version
			want = 1
		case 19: // variant
			want = 4
		}
		if len(digits) != want {
			t.Errorf("position %d has %d digits in %d IDs, want %d", i, len(digits), n, want)
		}
	}
}

func TestNew(t *testing.T) {
	before := time.Now().Round(0)
	e := cloudevents.New("/s", "t")
	after := time.Now().Round(0)
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
	if e.Source != "/s" || e.Type != "t" || !uuid4.MatchString(e.ID) {
		t.Errorf("source, type or id is wrong in\n%v", e)
	}
	if e.Time.Before(before) || e.Time.After(after) || e.Time.Location() != time.UTC {
		t.Errorf("time is %v, want now (%v to %v) in UTC", e.Time, before, after)
	}
	if e.Time != e.Time.Round(0) {
		t.Error("time has a monotonic clock reading, so that == fails after a round trip")
	}
	if e.Subject+e.DataContentType+e.DataSchema != "" || e.Extensions != nil || e.Data != nil {
		t.Errorf("more than id, source, type and time is set in\n%v", e)
	}
	if other := cloudevents.New("/s", "t"); other.ID == e.ID {
		t.Error("two events have one ID")
	}
}
