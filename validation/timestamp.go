package validation

import (
	"time"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
)

var (
	ruleTimestamp      = &Rule{ErrSyntax, "not an RFC 3339 timestamp", spec.Timestamp}
	ruleTimestampRange = &Rule{ErrRange, "no such date or time", spec.Timestamp}
	ruleLeapSecond     = &Rule{ErrRange, "no leap second is possible here", spec.Timestamp}
)

// ParseTimestamp returns the time of a Timestamp, whose canonical string is an RFC
// 3339 date-time. The time has the offset of the text; "Z" and zero offsets are UTC.
// Fraction digits after the ninth are dropped. A leap second becomes the second that
// follows it, so that the last leap second of the year 9999 is in the year 10000. The
// error wraps [ErrSyntax] or [ErrRange].
func ParseTimestamp(s string) (time.Time, error) {
	d, rule := parseTimestamp(s)
	if rule != nil {
		return time.Time{}, fail(s, rule)
	}
	t := time.Unix(d.unix(), int64(d.nanosecond)) // faster than time.Date, which also takes the 32nd of a month
	if d.offset != 0 {
		return t.In(time.FixedZone("", d.offset*60)), nil
	}
	return t.UTC(), nil
}

type dateTime struct {
	year, month, day, hour, minute, second, nanosecond int
	offset                                             int // minutes east of UTC
}

// unix returns the seconds since 1970.
func (d *dateTime) unix() int64 {
	// A year that begins in March has its leap day at the end. The first of them is 400 years
	// before the year 0, so that no number is negative.
	year, month := uint32(d.year+400), uint32(d.month+9)
	if month >= 12 {
		month -= 12
	} else {
		year--
	}
	const daysUntil1970 = 719_468 + 146_097
	days := int(365*year+year/4-year/100+year/400+(153*month+2)/5) + d.day - 1 - daysUntil1970
	return int64(days)*(24*3600) + int64(d.hour*3600+d.minute*60+d.second) - int64(d.offset)*60
}

func parseTimestamp(s string) (d dateTime, rule *Rule) {
	const shortest = len("2006-01-02T15:04:05Z")
	if len(s) < shortest || s[16] != ':' {
		return d, ruleTimestamp
	}
	// Eight characters at once: digits become their values, and what is between them zero. A
	// byte that is then above 9, or above 0, has its high bit set in the sum.
	const (
		dateForm, dateLimits = 0x2D_30_30_2D_30_30_30_30, 0x7F_76_76_7F_76_76_76_76 // "0000-00-"
		timeForm, timeLimits = 0x30_30_3A_30_30_54_30_30, 0x76_76_7F_76_76_7F_76_76 // "00T00:00"
		lowerCase            = 0x20 << 16                                           // of the T
	)
	x := ascii.Word(s, 0) ^ dateForm
	y := (ascii.Word(s, 8) ^ timeForm) &^ lowerCase
	if (x|(x+dateLimits)|y|(y+timeLimits))&ascii.High != 0 {
		return d, ruleTimestamp
	}
	x, y = 10*x+x>>8, 10*y+y>>8 // a byte with each two digits
	d.year = int(x&0xFF)*100 + int(x>>16&0xFF)
	d.month, d.day = int(x>>40&0xFF), int(y&0xFF)
	d.hour, d.minute = int(y>>24&0xFF), int(y>>48&0xFF)

	var bad int
	two := func(i int) int {
		hi, lo := s[i]-'0', s[i+1]-'0'
		if hi > 9 || lo > 9 {
			bad++
		}
		return int(hi)*10 + int(lo)
	}
	d.second = two(17)

	i := 19
	if s[i] == '.' {
		first := i + 1
		scale := 100_000_000
		for i = first; i < len(s) && s[i]-'0' <= 9; i++ {
			d.nanosecond += int(s[i]-'0') * scale
			scale /= 10
		}
		if i == first || i == len(s) {
			return d, ruleTimestamp
		}
	}
	var offsetHour, offsetMinute int
	switch s[i] {
	case 'Z', 'z':
		i++
	case '+', '-':
		if len(s)-i != len("+00:00") || s[i+3] != ':' {
			return d, ruleTimestamp
		}
		offsetHour, offsetMinute = two(i+1), two(i+4)
		d.offset = offsetHour*60 + offsetMinute
		if s[i] == '-' {
			d.offset = -d.offset
		}
		i += len("+00:00")
	}
	if bad != 0 || i != len(s) {
		return d, ruleTimestamp
	}

	switch {
	case d.month < 1 || d.month > 12,
		d.day < 1 || d.day > daysIn(d.year, d.month),
		d.hour > 23 || d.minute > 59 || d.second > 60,
		offsetHour > 23 || offsetMinute > 59:
		return d, ruleTimestampRange
	case d.second == 60 && !d.mayLeap():
		return d, ruleLeapSecond
	}
	return d, nil
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// mayLeap reports whether the minute is the last of a month in UTC.
func (d dateTime) mayLeap() bool {
	// An offset is shorter than a day, so the local day is the day of UTC or the one
	// after it. West of UTC, no local minute is the last one of tomorrow.
	switch d.hour*60 + d.minute - d.offset {
	case 24*60 - 1:
		return d.day == daysIn(d.year, d.month)
	case -1:
		return d.day == 1
	}
	return false
}
