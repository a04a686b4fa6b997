// Package timestamp writes time.Time as RFC 3339, and tells an absent time from
// the first second of the year 1, which are the same to time.Time.
package timestamp

import "time"

// Decoded returns a parsed time as it is stored: never one that is [Absent]. A
// time that would be gets a location without a name.
func Decoded(t time.Time) time.Time {
	if Absent(t) {
		_, offset := t.Zone()
		return t.In(time.FixedZone("", offset))
	}
	return t
}

// Absent reports whether t stands for no time: it is zero, and in a location with
// a name, as UTC and Local are.
func Absent(t time.Time) bool { return t.IsZero() && t.Location().String() != "" }

// InRange reports whether RFC 3339, whose years have four digits, can express t.
func InRange(t time.Time) bool {
	// The years 1 to 9998 in UTC have four digits in every zone.
	if s := t.Unix(); -62_135_596_800 <= s && s < 253_370_764_800 {
		return true
	}
	t, _ = expressible(t)
	year := t.Year()
	return 0 <= year && year <= 9999
}

// Append appends t as RFC 3339 with as many fraction digits as it needs. t must
// be [InRange]. It is time.RFC3339Nano in two thirds of the time.
func Append(dst []byte, t time.Time) []byte {
	t, offset := expressible(t)
	year, month, day := t.Date()
	clock := int((t.Unix() + int64(offset)) % (24 * 3600))
	if clock < 0 {
		clock += 24 * 3600
	}
	const layout = "2006-01-02T15:04:05.999999999+00:00"
	var b [len(layout)]byte
	copy(b[:], "yyyy-mm-ddThh:mm:ss")
	two(b[0:], year/100)
	two(b[2:], year%100)
	two(b[5:], int(month))
	two(b[8:], day)
	two(b[11:], clock/3600)
	two(b[14:], clock/60%60)
	two(b[17:], clock%60)
	n := len("yyyy-mm-ddThh:mm:ss")
	if ns := t.Nanosecond(); ns != 0 {
		b[n] = '.'
		b[n+1] = byte('0' + ns/100_000_000)
		two(b[n+2:], ns/1_000_000%100)
		two(b[n+4:], ns/10_000%100)
		two(b[n+6:], ns/100%100)
		two(b[n+8:], ns%100)
		for n += 10; b[n-1] == '0'; n-- {
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
	two(b[n+1:], offset/3600)
	b[n+3] = ':'
	two(b[n+4:], offset/60%60)
	return append(dst, b[:n+6]...)
}

// two writes a number of two digits.
func two(b []byte, n int) { b[0], b[1] = byte('0'+n/10), byte('0'+n%10) }

// expressible returns t and its offset in seconds. It moves a time whose offset is not
// whole minutes, or a day and more, to UTC: RFC 3339 has no such offsets.
func expressible(t time.Time) (time.Time, int) {
	_, offset := t.Zone()
	if offset%60 != 0 || offset <= -24*3600 || offset >= 24*3600 {
		return t.UTC(), 0
	}
	return t, offset
}
