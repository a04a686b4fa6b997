// Package timestamp writes a time.Time as RFC 3339, and tells an absent time from the
// first second of the year 1, which are equal in time.Time.
package timestamp

import "time"

// Decoded returns a parsed time as an event stores it, which is never [Absent]: a zero
// time gets a location without a name.
func Decoded(t time.Time) time.Time {
	if Absent(t) {
		_, offset := t.Zone()
		return t.In(time.FixedZone("", offset))
	}
	return t
}

// Absent reports whether t means that there is no time. It is then zero, in a location
// with a name, such as UTC or Local.
func Absent(t time.Time) bool { return t.IsZero() && t.Location().String() != "" }

// InRange reports whether RFC 3339 can express t. It has years of four digits.
func InRange(t time.Time) bool {
	// The years 1 to 9998 in UTC have four digits in every zone.
	if s := t.Unix(); -62_135_596_800 <= s && s < 253_370_764_800 {
		return true
	}
	t, _ = expressible(t)
	year := t.Year()
	return 0 <= year && year <= 9999
}

// MaxLength is the length of the longest text that Append appends.
const MaxLength = len("2006-01-02T15:04:05.999999999+00:00")

// Append appends t as RFC 3339 with as many fraction digits as it needs. The result is
// that of time.RFC3339Nano, in half the time. If t is not [InRange], the year has a sign or
// more digits, and the text is not a legal timestamp.
func Append(dst []byte, t time.Time) []byte {
	t, offset := expressible(t)
	const yearZero, yearTenThousand = -62_167_219_200, 253_402_300_800
	local := t.Unix() + int64(offset)
	if local < yearZero || local >= yearTenThousand {
		return t.AppendFormat(dst, time.RFC3339Nano)
	}
	const day = 24 * 3600
	year, month, dayOfMonth := date(uint32(uint64(local-yearZero) / day))
	clock := uint64(local-yearZero) % day
	const layout = "2006-01-02T15:04:05.999999999+00:00"
	var b [len(layout)]byte
	y, c := year, uint32(clock)
	b[0], b[1] = two(y / 100)
	b[2], b[3] = two(y % 100)
	b[4] = '-'
	b[5], b[6] = two(month)
	b[7] = '-'
	b[8], b[9] = two(dayOfMonth)
	b[10] = 'T'
	b[11], b[12] = two(c / 3600)
	b[13] = ':'
	b[14], b[15] = two(c / 60 % 60)
	b[16] = ':'
	b[17], b[18] = two(c % 60)
	n := len("yyyy-mm-ddThh:mm:ss")
	if ns := uint32(t.Nanosecond()); ns != 0 {
		b[19] = '.'
		b[20] = byte('0' + ns/100_000_000)
		b[21], b[22] = two(ns / 1_000_000 % 100)
		b[23], b[24] = two(ns / 10_000 % 100)
		b[25], b[26] = two(ns / 100 % 100)
		b[27], b[28] = two(ns % 100)
		if n = 29; ns%1_000_000 == 0 { // as most senders have it
			n = 23
		}
		for ; b[n-1] == '0'; n-- {
		}
	}
	if offset == 0 {
		b[n] = 'Z'
		return append(dst, b[:n+1]...)
	}
	b[n] = '+'
	if offset < 0 {
		b[n], offset = '-', -offset
	}
	o := uint32(offset)
	b[n+1], b[n+2] = two(o / 3600)
	b[n+3] = ':'
	b[n+4], b[n+5] = two(o / 60 % 60)
	return append(dst, b[:n+6]...)
}

// date returns the date that is so many days after the first of the year 0. It counts years
// that begin in March, so that the leap day is the last; 400 of them are 146,097 days.
func date(days uint32) (year, month, day uint32) {
	days += 146_097 - (31 + 29) // since March of the year -400
	quarters := 4*days + 3
	century := quarters / 146_097
	quarters = quarters%146_097 | 3
	year = 100*century + quarters/1461
	dayOfYear := quarters % 1461 / 4
	month = (5*dayOfYear + 2) / 153
	day = dayOfYear - (153*month+2)/5 + 1
	if month += 3; month > 12 {
		year, month = year+1, month-12
	}
	return year - 400, month, day
}

// two returns the digits of a number below 100.
func two(n uint32) (tens, ones byte) { return byte('0' + n/10), byte('0' + n%10) }

// expressible returns t and its offset in seconds. RFC 3339 has only offsets of whole
// minutes that are shorter than a day; a time with another offset is moved to UTC.
func expressible(t time.Time) (time.Time, int) {
	if t.Location() == time.UTC {
		return t, 0
	}
	_, offset := t.Zone()
	if offset%60 != 0 || offset <= -24*3600 || offset >= 24*3600 {
		return t.UTC(), 0
	}
	return t, offset
}
