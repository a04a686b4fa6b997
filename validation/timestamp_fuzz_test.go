package validation_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var rfc3339 = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$`)

// slowTimestamp parses by regexp and counts days one month at a time.
func slowTimestamp(s string) (unix int64, nanosecond, offset int, err error) {
	m := rfc3339.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, 0, validation.ErrSyntax
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(m[i])
		return n
	}
	year, month, day, hour, minute, second := number(1), number(2), number(3), number(4), number(5), number(6)
	if month < 1 || month > 12 || day < 1 || day > monthDays(year, month) || hour > 23 || minute > 59 || second > 60 || number(9) > 23 || number(10) > 59 {
		return 0, 0, 0, validation.ErrRange
	}
	days := daysBefore(year) - daysBefore(1970) + day - 1
	for m := 1; m < month; m++ {
		days += monthDays(year, m)
	}
	offset = number(9)*3600 + number(10)*60
	if m[8] == "-" {
		offset = -offset
	}
	unix = int64(days)*86400 + int64(hour*3600+minute*60+second-offset)
	if next := time.Unix(unix, 0).UTC(); second == 60 && next.Format("02 15:04:05") != "01 00:00:00" {
		return 0, 0, 0, validation.ErrRange
	}
	nanosecond, _ = strconv.Atoi((m[7] + "000000000")[:9])
	return unix, nanosecond, offset, nil
}

func monthDays(year, month int) int {
	days := []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && (year%400 == 0 || year%100 != 0 && year%4 == 0) {
		days++
	}
	return days
}

func daysBefore(year int) (days int) {
	for y := range year {
		days += 337 + monthDays(y, 2)
	}
	return days
}

func compareTimestamp(t *testing.T, s string) {
	t.Helper()
	unix, nanosecond, offset, want := slowTimestamp(s)
	verdict(t, s, validation.Text(spec.Timestamp, s), want, spec.SectionTypeSystem)
	got, err := validation.ParseTimestamp(s)
	verdict(t, s, err, want, spec.SectionTypeSystem)
	if want != nil {
		if !got.IsZero() {
			t.Errorf("ParseTimestamp(%q) = %v beside an error", s, got)
		}
		return
	}
	if _, o := got.Zone(); got.Unix() != unix || got.Nanosecond() != nanosecond || o != offset {
		t.Errorf("ParseTimestamp(%q) = %v; want %d s, %d ns, offset %d", s, got, unix, nanosecond, offset)
	}
	// time.Parse accepts more than RFC 3339, and refuses leap seconds.
	if strings.Contains(s, ":60") {
		return
	}
	if std, err := time.Parse(time.RFC3339, strings.ToUpper(s)); err != nil || !std.Equal(got) {
		t.Errorf("ParseTimestamp(%q) = %v; time.Parse says %v, %v", s, got, std, err)
	}
}

func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{
		"2024-02-29T12:34:56Z", "2016-12-31T23:59:60.123456789123Z", "2017-01-01T05:29:60+05:30", "2015-06-30t15:59:60-08:00",
		"0000-01-01T00:00:00.000-00:00", "9999-12-31T23:59:60Z", "2023-02-29T00:00:00Z", "2024-02-29T12:34:56.+01:00",
		"2024-02-29T12:34:56+0100", "2024-02-29T24:00:00Z", "1900-02-29T00:00:00+23:59", "2024-02-29T12:34:5",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { compareTimestamp(t, s) })
}
