package cloudevents_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestTimeField(t *testing.T) {
	zone := func(seconds int) *time.Location { return time.FixedZone("", seconds) }
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		time time.Time
		want string // as an attribute and in JSON; "" is absent
	}{
		{"the zero time is absent", time.Time{}, ""},
		{"the zero time in a named zone is absent", time.Time{}.In(time.FixedZone("CET", 3600)), ""},
		{"the zero time in UTC is absent", time.Time{}.UTC(), ""},
		{"a nanosecond later is a time", time.Time{}.Add(1), "0001-01-01T00:00:00.000000001Z"},
		{"UTC", noon, "2024-02-29T12:00:00Z"},
		{"a zero offset is UTC", noon.In(zone(0)), "2024-02-29T12:00:00Z"},
		{"the offset is kept", noon.In(zone(5*3600 + 1800)), "2024-02-29T17:30:00+05:30"},
		{"an offset west", noon.In(zone(-8 * 3600)), "2024-02-29T04:00:00-08:00"},
		{"the longest offset", noon.In(zone(24*3600 - 60)), "2024-03-01T11:59:00+23:59"},
		{"an offset of a day becomes UTC", noon.In(zone(24 * 3600)), "2024-02-29T12:00:00Z"},
		{"an offset of a day west becomes UTC", noon.In(zone(-24 * 3600)), "2024-02-29T12:00:00Z"},
		{"an offset with seconds becomes UTC", noon.In(zone(3600 + 1)), "2024-02-29T12:00:00Z"},
		{"an offset of seconds becomes UTC", noon.In(zone(-1)), "2024-02-29T12:00:00Z"},
		{"fraction digits without zeros at the end", noon.Add(120 * time.Millisecond), "2024-02-29T12:00:00.12Z"},
		{"the year 0", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), "0000-01-01T00:00:00Z"},
		{"the last instant", time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC), "9999-12-31T23:59:59.999999999Z"},
		{"the year 9999 where it is written", time.Date(9999, 12, 31, 23, 0, 0, 0, zone(-3600)), "9999-12-31T23:00:00-01:00"},
		{"the year 0 where it is written", time.Date(0, 1, 1, 0, 0, 0, 0, zone(3600)), "0000-01-01T00:00:00+01:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := minimal()
			e.Time = tt.time
			if err := e.Validate(); err != nil {
				t.Fatal(err)
			}
			v, ok := e.Get("time")
			if ok != (tt.want != "") || v.String() != tt.want || ok && v.Type() != spec.Timestamp {
				t.Errorf("Get = %v %q, %t; want %q", v.Type(), v, ok, tt.want)
			}
			b, err := cloudevents.AppendJSON(nil, &e)
			if err != nil {
				t.Fatal(err)
			}
			if has := strings.Contains(string(b), `"time":"`+tt.want+`"`); has != (tt.want != "") {
				t.Errorf("time in %s, want %q", b, tt.want)
			}
			back := decode(t, string(b))
			if !back.Time.Equal(e.Time) {
				t.Errorf("decoded time is %v, want %v", back.Time, e.Time)
			}
			if again, _ := back.Get("time"); again != v {
				t.Errorf("decoded time is %q, want %q", again, v)
			}
		})
	}
}

func TestTimeOutOfRange(t *testing.T) {
	for name, at := range map[string]time.Time{
		"before the year 0":                   time.Date(0, 1, 1, 0, 0, 0, -1, time.UTC),
		"after the year 9999":                 time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
		"in the year 10000 of its offset":     time.Date(10000, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)),
		"in the year -1 of its offset":        time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).In(time.FixedZone("", -3600)),
		"in the year 10000 by seconds to UTC": time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -1)),
	} {
		e := minimal()
		e.Time = at
		err := e.Validate()
		var v *validation.Error
		if !errors.Is(err, validation.ErrRange) || !errors.As(err, &v) || v.Attribute != "time" || v.Section != "spec.md#time" {
			t.Errorf("%s: error is %v, want one about time that wraps ErrRange", name, err)
		}
		if b, err := cloudevents.AppendJSON(nil, &e); !errors.Is(err, validation.ErrRange) || b != nil {
			t.Errorf("%s: AppendJSON = %s, %v", name, b, err)
		}
	}
}

// The first second of the year 1 is the zero time.Time, and yet no absent time.
func TestTimeYearOne(t *testing.T) {
	const first = "0001-01-01T00:00:00Z"
	set, text := minimal(), minimal()
	if err := set.Set("time", cloudevents.TimestampValue(time.Time{})); err != nil {
		t.Fatal(err)
	}
	if err := text.SetText(spec.Attribute{Name: "time"}, first); err != nil {
		t.Fatal(err)
	}
	unmarshaled := minimal()
	if err := unmarshaled.UnmarshalJSON([]byte(event(`"time":"` + first + `"`))); err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]cloudevents.Event{
		"Set": set, "SetText": text, "Decode": decode(t, event(`"time":"`+first+`"`)), "UnmarshalJSON": unmarshaled, "Clone": set.Clone(),
	} {
		if v, ok := e.Get("time"); !ok || v.String() != first {
			t.Errorf("%s: Get = %q, %t; want the first second", name, v, ok)
		}
		if b, err := cloudevents.AppendJSON(nil, &e); !strings.Contains(string(b), `"time":"`+first+`"`) {
			t.Errorf("%s: JSON is %s (%v), want the first second in it", name, b, err)
		}
		e.Delete("time")
		if v, ok := e.Get("time"); ok {
			t.Errorf("%s: time is still %q after Delete", name, v)
		}
	}
}

// A Timestamp extension keeps its text, which time.Time could not hold.
func TestTimestampValueKeepsText(t *testing.T) {
	for _, text := range []string{
		"2024-01-01t00:00:00.123456789123z", "2016-12-31T23:59:60Z", "9999-12-31T23:59:60Z", "2024-01-01T00:00:00-00:00", "0001-01-01T01:00:00+01:00",
	} {
		var e cloudevents.Event
		if err := e.SetText(spec.Attribute{Name: "ext", Type: spec.Timestamp}, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if v, _ := e.Get("ext"); v.String() != text {
			t.Errorf("%s became %s", text, v)
		}
	}
}
