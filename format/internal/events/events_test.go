package events_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/events"
	"github.com/seed763dd41b/cloudevents/internal/violations"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	errBroken   = errors.New("broken")
	errViolated = errors.New("violated")
	errForgiven = errors.New("forgiven")
)

// A Batch ends with the first error that is not forgiven, and tells of all others by index.
func TestBatch(t *testing.T) {
	type item struct {
		id            string
		version       spec.Version
		err, forgiven error
	}
	good, old := item{id: "good"}, item{id: "old", version: spec.V03}
	bad, touched, broken := item{err: &events.Invalid{Err: errViolated}}, item{id: "touched", forgiven: errForgiven}, item{err: errBroken}
	for name, c := range map[string]struct {
		items   []item
		forgive bool
		ids     []string
		ends    int // the index of the BatchError; -1 is none
		is      error
		told    []int // indices
	}{
		"none":                         {nil, false, nil, -1, nil, nil},
		"good ones":                    {[]item{good, good}, false, []string{"good", "good"}, -1, nil, nil},
		"a bad one":                    {[]item{good, bad, good}, false, nil, 1, errViolated, nil},
		"a bad one is left out":        {[]item{good, bad, touched}, true, []string{"good", "touched"}, -1, nil, []int{1, 2}},
		"all are left out":             {[]item{bad, bad}, true, nil, -1, nil, []int{0, 1}},
		"a broken one":                 {[]item{bad, broken}, true, nil, 1, errBroken, nil},
		"two versions":                 {[]item{good, old}, false, nil, 1, validation.ErrVersion, nil},
		"another version is left out":  {[]item{good, old, good}, true, []string{"good", "good"}, -1, nil, []int{1}},
		"a bad one decides no version": {[]item{bad, old, old}, true, []string{"old", "old"}, -1, nil, []int{0}},
	} {
		b := events.Batch{Forgive: c.forgive}
		var err error
		for i, x := range c.items {
			e := b.Next()
			e.ID, e.SpecVersion = x.id, x.version
			if err = b.End(10*i, x.err, x.forgiven); err != nil {
				break
			}
		}
		var batch *cloudevents.BatchError
		if errors.As(err, &batch) != (c.ends >= 0) || !errors.Is(err, c.is) || batch != nil && batch.Index != c.ends {
			t.Errorf("%s: %v", name, err)
		}
		var invalid *events.Invalid
		if errors.As(err, &invalid) {
			t.Errorf("%s: the mark is in the error", name)
		}
		var syntax *cloudevents.SyntaxError
		if c.is == validation.ErrVersion && (!errors.As(err, &syntax) || syntax.Offset != 10) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		var ids []string
		for i := range b.Events {
			ids = append(ids, b.Events[i].ID)
		}
		if !slices.Equal(ids, c.ids) || b.Len() != len(c.items) {
			t.Errorf("%s: %v of %d", name, ids, b.Len())
		}
		var told []int
		b.Tell(func(r cloudevents.Receipt) {
			told = append(told, r.Index)
			leftOut := c.items[r.Index].forgiven == nil
			if (r.Event == nil) != leftOut || r.Event != nil && r.Event.ID != c.items[r.Index].id || !errors.As(r.Err, &batch) || batch.Index != r.Index {
				t.Errorf("%s: %+v", name, r)
			}
		})
		if !slices.Equal(told, c.told) {
			t.Errorf("%s: told of %v", name, told)
		}
	}
}

// A forgiving Batch leaves out no more events than there may be in a document of its size.
func TestBatchOfInvalid(t *testing.T) {
	for size, most := range map[int]int{0: 100, 1000: 100, 150 * 256: 150} {
		b := events.Batch{Forgive: true, Size: size}
		var err error
		n := 0
		for ; err == nil && n < 1000; n++ {
			b.Next()
			err = b.End(n, &events.Invalid{Err: errViolated}, nil)
			b.Next()
			if valid := b.End(n, nil, nil); valid != nil {
				t.Fatal(valid)
			}
		}
		var batch *cloudevents.BatchError
		if !errors.As(err, &batch) || batch.Index != 2*most || !errors.Is(err, errViolated) {
			t.Errorf("%d bytes: %d events: %v", size, n, err)
		}
	}
}

// Violations tell 32 errors, and forgive 32 that are about something optional, those included
// that Attributes finds itself.
func TestViolations(t *testing.T) {
	for _, c := range []struct {
		name               string
		forgive            bool
		required, optional int
		names              int // that are illegal, which Attributes finds
		told, forgiven     int
	}{
		{"none", true, 0, 0, 0, 0, 0},
		{"strict", false, 1, 2, 0, 3, 0},
		{"strict, names", false, 1, 2, 3, 6, 0},
		{"forgiving", true, 0, 32, 0, 0, 32},
		{"forgiving, one too many", true, 0, 33, 0, 1, 32},
		{"forgiving names", true, 0, 0, 32, 0, 32},
		{"forgiving both", true, 0, 16, 16, 0, 32},
		{"forgiving both, one too many", true, 0, 16, 17, 0, 33},
		{"forgiving both, many", true, 0, 32, 32, 0, 64},
		{"forgiving, one that is required", true, 1, 2, 0, 1, 2},
		{"forgiving both, and one that is required", true, 1, 2, 3, 1, 5},
		{"strict, many", false, 30, 30, 0, 32, 0},
		{"forgiving, many", true, 100, 100, 0, 32, 32},
	} {
		a := cloudevents.Attributes{Forgive: c.forgive}
		for _, name := range []string{spec.ID, spec.Source, spec.EventType} {
			a.Add(name, spec.String, "x")
		}
		a.Add(spec.SpecVersion, spec.String, "1.0")
		for i := range c.names {
			a.Add("X"+strconv.Itoa(i), spec.String, "x")
		}
		var v events.Violations
		for range c.required {
			v.Add(&a, false, errBroken)
		}
		for range c.optional {
			v.Add(&a, true, errViolated)
		}
		want := c.told + c.forgiven
		if c.told == 0 && c.forgiven <= violations.Most {
			want = 0
		}
		var e cloudevents.Event
		err := v.Assemble(&a, &e)
		if got := len(violations.Of(err)); got != want {
			t.Errorf("%s: %d are told and forgiven: %v", c.name, got, err)
		}
		if got := violations.Of(v.Forgiven(&a)); len(got) != c.forgiven {
			t.Errorf("%s: %d are forgiven: %v", c.name, len(got), got)
		}
		if got := violations.Of(v.Forgiven(&a, errForgiven)); len(got) != c.forgiven+1 || got[0] != errForgiven {
			t.Errorf("%s: with another, %d are forgiven: %v", c.name, len(got), got)
		}
	}
}

func TestPlain(t *testing.T) {
	if got := events.Plain(&events.Invalid{Err: errViolated}); got != errViolated {
		t.Error(got)
	}
	if got := events.Plain(errBroken); got != errBroken {
		t.Error(got)
	}
	if got := (&events.Invalid{Err: errViolated}).Error(); got != "violated" {
		t.Error(got)
	}
}
