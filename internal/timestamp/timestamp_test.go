package timestamp_test

import (
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func zone(seconds int) *time.Location { return time.FixedZone("zone", seconds) }

func TestAppend(t *testing.T) {
	for _, c := range []struct {
		name string
		time time.Time
		want string
	}{
		{"UTC", time.Date(2024, 2, 29, 12, 34, 56, 0, time.UTC), "2024-02-29T12:34:56Z"},
		{"zero offset elsewhere", time.Date(2024, 2, 29, 12, 34, 56, 0, zone(0)), "2024-02-29T12:34:56Z"},
		{"east", time.Date(2024, 2, 29, 12, 34, 56, 0, zone(20700)), "2024-02-29T12:34:56+05:45"},
		{"west", time.Date(2024, 2, 29, 12, 34, 56, 0, zone(-12600)), "2024-02-29T12:34:56-03:30"},
		{"largest offset", time.Date(2024, 2, 29, 12, 34, 56, 0, zone(86340)), "2024-02-29T12:34:56+23:59"},
		{"smallest offset", time.Date(2024, 2, 29, 12, 34, 56, 0, zone(-86340)), "2024-02-29T12:34:56-23:59"},
		{"one fraction digit", time.Date(2024, 2, 29, 12, 34, 56, 5e8, time.UTC), "2024-02-29T12:34:56.5Z"},
		{"nine fraction digits", time.Date(2024, 2, 29, 12, 34, 56, 1, zone(3600)), "2024-02-29T12:34:56.000000001+01:00"},
		{"year of one digit", time.Date(7, 1, 1, 0, 0, 0, 0, time.UTC), "0007-01-01T00:00:00Z"},
		{"offset with seconds", time.Date(2024, 2, 29, 12, 34, 56, 0, zone(3601)), "2024-02-29T11:34:55Z"},
		{"offset west with seconds", time.Date(1880, 1, 1, 0, 0, 0, 0, zone(-75)), "1880-01-01T00:01:15Z"},
		{"offset of less than a minute", time.Date(2024, 2, 29, 0, 0, 0, 0, zone(1)), "2024-02-28T23:59:59Z"},
		{"offset of half a minute", time.Date(2024, 2, 29, 12, 0, 0, 0, zone(30)), "2024-02-29T11:59:30Z"},
		{"offset of a day", time.Date(2024, 2, 29, 12, 0, 0, 0, zone(86400)), "2024-02-28T12:00:00Z"},
		{"offset west of a day", time.Date(2024, 2, 28, 12, 0, 0, 0, zone(-86400)), "2024-02-29T12:00:00Z"},
		{"marked year one", timestamp.Decoded(time.Time{}), "0001-01-01T00:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := timestamp.Append([]byte("dst"), c.time); string(got) != "dst"+c.want {
				t.Errorf("Append(%v) = %s, want %s", c.time, got, "dst"+c.want)
			}
			if !timestamp.InRange(c.time) {
				t.Errorf("InRange(%v) = false", c.time)
			}
		})
	}
}

// The first and the last day of each month of all years are as time.Time has them.
func TestAppendEveryMonth(t *testing.T) {
	var got, want []byte
	for year := -1; year <= 10_000; year++ {
		for month := time.January; month <= time.December; month++ {
			first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
			for _, at := range []time.Time{first.Add(-1), first, first.Add(31 * 24 * time.Hour)} {
				got, want = timestamp.Append(got[:0], at), at.AppendFormat(want[:0], time.RFC3339Nano)
				if string(got) != string(want) {
					t.Fatalf("Append(%v) = %s, want %s", at, got, want)
				}
			}
		}
	}
}

func TestInRange(t *testing.T) {
	first, last := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)
	for _, c := range []struct {
		name string
		time time.Time
		want bool
	}{
		{"zero time", time.Time{}, true},
		{"first", first, true},
		{"last", last, true},
		{"before the first", first.Add(-1), false},
		{"behind the last", last.Add(1), false},
		{"first in local time", time.Date(0, 1, 1, 0, 0, 0, 0, zone(3600)), true},
		{"last in local time", time.Date(9999, 12, 31, 23, 0, 0, 0, zone(-3600)), true},
		{"first in UTC only", first.In(zone(-3600)), false},
		{"last in UTC only", last.In(zone(3600)), false},
		{"first in UTC, offset with seconds", first.In(zone(-3601)), true},
		{"first in local time, offset with seconds", time.Date(0, 1, 1, 0, 0, 0, 0, zone(3601)), false},
		{"last in local time, offset of a day", time.Date(9999, 12, 31, 0, 0, 0, 0, zone(-86400)), false},
		{"far future", time.Unix(1<<40, 0), false},
		{"far past", time.Unix(-1<<40, 0), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := timestamp.InRange(c.time); got != c.want {
				t.Errorf("InRange(%v) = %v", c.time, got)
			}
		})
	}
}

func TestAbsent(t *testing.T) {
	parsed, err := validation.ParseTimestamp("0001-01-01T00:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		time time.Time
		want bool
	}{
		{"zero time", time.Time{}, true},
		{"year one in UTC", time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), true},
		{"year one in a zone called UTC", time.Time{}.In(time.FixedZone("UTC", 0)), true},
		{"year one as parsed", parsed, true},
		{"year one as decoded", timestamp.Decoded(parsed), false},
		{"copy of it", timestamp.Decoded(parsed).Add(0), false},
		{"decoded twice", timestamp.Decoded(timestamp.Decoded(parsed)), false},
		{"same instant at an offset, decoded", timestamp.Decoded(time.Time{}.In(zone(3600))), false},
		{"next nanosecond", time.Time{}.Add(1), false},
		{"Unix epoch", time.Unix(0, 0), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := timestamp.Absent(c.time); got != c.want {
				t.Errorf("Absent(%v) = %v", c.time, got)
			}
		})
	}
}

func TestDecodedKeepsOtherTimes(t *testing.T) {
	for _, want := range []time.Time{
		time.Date(2024, 2, 29, 12, 34, 56, 7, time.UTC), time.Date(2024, 2, 29, 12, 34, 56, 7, zone(3600)), time.Time{}.Add(1),
	} {
		if got := timestamp.Decoded(want); got != want {
			t.Errorf("Decoded(%v) = %v", want, got)
		}
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	dst := make([]byte, 0, 64)
	for _, at := range []time.Time{time.Unix(0, 1).UTC(), time.Unix(0, 0).In(zone(3600)), time.Unix(0, 0).In(zone(3601))} {
		if n := testing.AllocsPerRun(100, func() {
			if timestamp.InRange(at) && !timestamp.Absent(at) {
				dst = timestamp.Append(dst[:0], timestamp.Decoded(at))
			}
		}); n != 0 {
			t.Errorf("%v: %v allocations", at, n)
		}
	}
}

var form = regexp.MustCompile(`\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?(Z|[+-]\d\d:\d\d)\z`)

func FuzzRoundTrip(f *testing.F) {
	const yearZero, yearTenThousand = -62167219200, 253402300800
	for _, unix := range []int64{yearZero, yearZero - 1, yearTenThousand, yearTenThousand - 1, 0, time.Time{}.Unix(), 1709210096} {
		for _, offset := range []int{0, 3600, -12600, 86340, -86340, 86400, -86400, 1, -75, 3601} {
			f.Add(unix, int64(0), offset)
			f.Add(unix, int64(120), offset)
		}
	}
	f.Fuzz(func(t *testing.T, unix, nanosecond int64, offset int) {
		unix %= 1 << 39 // a few thousand years beyond the range on either side
		nanosecond = (nanosecond%1e9 + 1e9) % 1e9
		offset %= 100 * 3600
		at := time.Unix(unix, nanosecond).In(time.FixedZone("", offset))

		written := offset
		if offset%60 != 0 || offset <= -86400 || offset >= 86400 {
			written = 0
		}
		local := unix + int64(written)
		inRange := yearZero <= local && local < yearTenThousand
		if got := timestamp.InRange(at); got != inRange {
			t.Fatalf("InRange(%v) = %v", at, got)
		}
		decoded := timestamp.Decoded(at)
		if !decoded.Equal(at) || timestamp.Absent(decoded) {
			t.Fatalf("Decoded(%v) = %v", at, decoded)
		}
		if !inRange {
			return
		}
		text := string(timestamp.Append(nil, at))
		back, err := validation.ParseTimestamp(text)
		if err != nil || !form.MatchString(text) {
			t.Fatalf("Append(%v) = %s: %v", at, text, err)
		}
		if _, o := back.Zone(); !back.Equal(at) || o != written {
			t.Errorf("Append(%v) = %s, which reads %v", at, text, back)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	dst := make([]byte, 0, 64)
	for name, at := range map[string]time.Time{
		"UTC": time.Unix(1709210096, 789e6).UTC(), "offset": time.Unix(1709210096, 0).In(zone(3600)), "seconds": time.Unix(1709210096, 0).In(zone(3601)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dst = timestamp.Append(dst[:0], at)
			}
		})
	}
}

// Append writes what time.Time.AppendFormat does.
func TestAppendIsRFC3339Nano(t *testing.T) {
	locations := []*time.Location{time.UTC, time.FixedZone("", 3600), time.FixedZone("x", -(9*3600 + 30*60)), time.FixedZone("", 23*3600+59*60), time.FixedZone("", -60)}
	times := []time.Time{
		time.Date(0, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 30, 23, 59, 59, 999_999_999, time.UTC),
		time.Date(2024, 2, 29, 12, 0, 1, 1, time.UTC), time.Date(1969, 12, 31, 23, 59, 59, 500_000_000, time.UTC),
		time.Date(2024, 10, 11, 9, 8, 7, 120_000_000, time.UTC), time.Date(2024, 10, 11, 9, 8, 7, 100_200_300, time.UTC),
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		ns := r.Int64N(1e9)
		for range r.IntN(9) {
			ns = ns / 10 * 10
		}
		times = append(times, time.Unix(r.Int64N(253_000_000_000)-62_000_000_000, ns))
	}
	for _, at := range times {
		for _, l := range locations {
			want := at.In(l).Format(time.RFC3339Nano)
			if got := timestamp.Append([]byte("x"), at.In(l)); string(got) != "x"+want {
				t.Fatalf("%q, want %q", got, want)
			}
		}
	}
}

// A year that does not have four digits never gives a legal timestamp.
func TestAppendOutOfRange(t *testing.T) {
	for _, year := range []int{-1, -12, -2024, -46_000, -50_000, -247_000, -256_000, 10_000, 12_024, 256_000, 256_001, 1<<32 + 2024} {
		for _, loc := range []*time.Location{time.UTC, zone(3600), zone(3601)} {
			at := time.Date(year, 5, 6, 7, 8, 9, 0, loc)
			if text := string(timestamp.Append(nil, at)); validation.Text(spec.Timestamp, text) == nil {
				t.Errorf("the year %d is written as %s, which is legal", year, text)
			}
		}
	}
}
