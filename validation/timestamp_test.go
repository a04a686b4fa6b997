package validation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestTimestamp(t *testing.T) {
	const syntax, outside = "syntax", "range"
	for _, c := range []struct{ name, text, fault string }{
		{"UTC", "2024-02-29T12:34:56Z", ""},
		{"lower case", "2024-02-29t12:34:56z", ""},
		{"offset east", "2024-02-29T12:34:56+05:45", ""},
		{"offset west", "2024-02-29T12:34:56-03:30", ""},
		{"unknown local offset", "2024-02-29T12:34:56-00:00", ""},
		{"largest offset", "2024-02-29T12:34:56+23:59", ""},
		{"one fraction digit", "2024-02-29T12:34:56.7Z", ""},
		{"twenty fraction digits", "2024-02-29T12:34:56.12345678901234567890Z", ""},
		{"year zero", "0000-02-29T00:00:00Z", ""},
		{"last year", "9999-12-31T23:59:59Z", ""},
		{"leap second", "2016-12-31T23:59:60Z", ""},
		{"leap second with fraction", "2016-12-31T23:59:60.999Z", ""},
		{"leap second east", "2017-01-01T05:29:60+05:30", ""},
		{"leap second west", "2016-12-31T15:59:60-08:00", ""},

		{"empty", "", syntax},
		{"date only", "2024-02-29", syntax},
		{"no offset", "2024-02-29T12:34:56", syntax},
		{"no seconds", "2024-02-29T12:34Z", syntax},
		{"space between date and time", "2024-02-29 12:34:56Z", syntax},
		{"one-digit hour", "2024-02-29T1:34:56Z", syntax},
		{"comma fraction", "2024-02-29T12:34:56,7Z", syntax},
		{"point without digits", "2024-02-29T12:34:56.Z", syntax},
		{"point at the end", "2024-02-29T12:34:56.", syntax},
		{"fraction at the end", "2024-02-29T12:34:56.7", syntax},
		{"offset without colon", "2024-02-29T12:34:56+0545", syntax},
		{"offset of hours", "2024-02-29T12:34:56+05", syntax},
		{"offset with seconds", "2024-02-29T12:34:56+05:45:00", syntax},
		{"cut offset", "2024-02-29T12:34:56+05:4", syntax},
		{"letter in the offset", "2024-02-29T12:34:56+0x:45", syntax},
		{"text behind", "2024-02-29T12:34:56Z ", syntax},
		{"text before", " 2024-02-29T12:34:56Z", syntax},
		{"five-digit year", "12024-02-29T12:34:56Z", syntax},
		{"signed year", "+024-02-29T12:34:56Z", syntax},
		{"slashes", "2024/02/29T12:34:56Z", syntax},
		{"basic form", "20240229T123456Z....", syntax},
		{"full-width digit", "202\uFF14-02-29T12:34:56Z", syntax},
		{"digit below 0", "2024-02-/9T12:34:56Z", syntax},
		{"digit above 9", "2024-02-2:T12:34:56Z", syntax},
		{"malformed before out of range", "2024-13-01T00:00:0xZ", syntax},

		{"month 0", "2024-00-10T00:00:00Z", outside},
		{"month 13", "2024-13-10T00:00:00Z", outside},
		{"day 0", "2024-01-00T00:00:00Z", outside},
		{"day 32", "2024-01-32T00:00:00Z", outside},
		{"30 February", "2024-02-30T00:00:00Z", outside},
		{"29 February of a common year", "2023-02-29T00:00:00Z", outside},
		{"29 February of a century", "1900-02-29T00:00:00Z", outside},
		{"hour 24", "2024-01-01T24:00:00Z", outside},
		{"minute 60", "2024-01-01T00:60:00Z", outside},
		{"second 61", "2016-12-31T23:59:61Z", outside},
		{"offset hour 24", "2024-01-01T00:00:00+24:00", outside},
		{"offset minute 60", "2024-01-01T00:00:00-01:60", outside},
		{"leap second by day", "2016-12-31T12:59:60Z", outside},
		{"leap second within the month", "2016-12-30T23:59:60Z", outside},
		{"leap second in local time only", "2016-12-31T23:59:60+01:00", outside},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want error
			switch c.fault {
			case syntax:
				want = validation.ErrSyntax
			case outside:
				want = validation.ErrRange
			}
			verdict(t, c.text, validation.Text(spec.Timestamp, c.text), want, spec.SectionTypeSystem)
			compareTimestamp(t, c.text)
		})
	}
}

func TestParseTimestamp(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       time.Time
		offset     int // seconds
	}{
		{"UTC", "2024-02-29T12:34:56Z", time.Date(2024, 2, 29, 12, 34, 56, 0, time.UTC), 0},
		{"offset is kept", "2024-02-29T12:34:56-03:30", time.Date(2024, 2, 29, 16, 4, 56, 0, time.UTC), -12600},
		{"fraction", "2024-02-29T12:34:56.07Z", time.Date(2024, 2, 29, 12, 34, 56, 70e6, time.UTC), 0},
		{"tenth digit is cut", "2024-02-29T12:34:56.1234567899Z", time.Date(2024, 2, 29, 12, 34, 56, 123456789, time.UTC), 0},
		{"leap second is the next", "2016-12-31T23:59:60.5Z", time.Date(2017, 1, 1, 0, 0, 0, 5e8, time.UTC), 0},
		{"leap second after the last year", "9999-12-31T23:59:60Z", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), 0},
		{"before the year 0 in UTC", "0000-01-01T00:00:00+01:00", time.Date(-1, 12, 31, 23, 0, 0, 0, time.UTC), 3600},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := validation.ParseTimestamp(c.text)
			if err != nil || !got.Equal(c.want) {
				t.Fatalf("ParseTimestamp(%q) = %v, %v; want %v", c.text, got, err, c.want)
			}
			if _, offset := got.Zone(); offset != c.offset {
				t.Errorf("ParseTimestamp(%q) has offset %d, want %d", c.text, offset, c.offset)
			}
		})
	}
	for _, text := range []string{"2024-02-29T12:34:56Z", "2024-02-29T12:34:56+00:00", "2024-02-29T12:34:56-00:00"} {
		if got, _ := validation.ParseTimestamp(text); got.Location() != time.UTC {
			t.Errorf("ParseTimestamp(%q) is in %v, not UTC", text, got.Location())
		}
	}
}

func TestTimestampEveryMonth(t *testing.T) {
	for year := range 10_000 {
		for month := range 12 {
			for _, day := range []int{1, 28} {
				want := time.Date(year, time.Month(month+1), day, 23, 59, 58, 7, time.UTC)
				text := fmt.Sprintf("%04d-%02d-%02dT23:59:58.000000007Z", year, month+1, day)
				if got, err := validation.ParseTimestamp(text); err != nil || got != want {
					t.Fatalf("ParseTimestamp(%q) = %v, %v, want %v", text, got, err, want)
				}
			}
		}
	}
}

func TestTimestampEveryDay(t *testing.T) {
	for _, year := range []int{0, 1, 4, 100, 400, 1600, 1900, 2000, 2023, 2024, 9999} {
		for month := range 14 {
			for day := range 33 {
				compareTimestamp(t, fmt.Sprintf("%04d-%02d-%02dT23:59:59Z", year, month, day))
			}
		}
	}
}

func TestTimestampEveryClock(t *testing.T) {
	for n := range 100 {
		compareTimestamp(t, fmt.Sprintf("2024-01-01T%02d:00:00Z", n))
		compareTimestamp(t, fmt.Sprintf("2024-01-01T00:%02d:00Z", n))
		compareTimestamp(t, fmt.Sprintf("2024-01-01T00:00:%02dZ", n))
		compareTimestamp(t, fmt.Sprintf("2016-12-31T23:59:%02dZ", n))
		compareTimestamp(t, fmt.Sprintf("2024-01-01T00:00:00+%02d:00", n))
		compareTimestamp(t, fmt.Sprintf("2024-01-01T00:00:00-00:%02d", n))
	}
}

// A leap second at every offset, on days where UTC may have one and the days
// around them, in the right minute and its neighbors.
func TestLeapSecondEveryOffset(t *testing.T) {
	for _, midnight := range []time.Time{
		time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2016, 3, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2016, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2017, 1, 2, 0, 0, 0, 0, time.UTC),
		time.Date(2016, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2016, 7, 1, 0, 0, 0, 0, time.UTC),
	} {
		for offset := -23*60 - 59; offset <= 23*60+59; offset++ {
			for minute := -2; minute <= 1; minute++ {
				local := midnight.Add(time.Duration(offset+minute) * time.Minute)
				sign, o := '+', offset
				if o < 0 {
					sign, o = '-', -o
				}
				text := fmt.Sprintf("%s:60%c%02d:%02d", local.Format("2006-01-02T15:04"), sign, o/60, o%60)
				_, err := validation.ParseTimestamp(text)
				if legal := minute == -1 && midnight.Day() == 1; (err == nil) != legal {
					t.Errorf("%s: %v", text, err)
				}
			}
		}
	}
}
