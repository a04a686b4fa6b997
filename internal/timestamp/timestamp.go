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
	year := expressible(t).Year()
	return 0 <= year && year <= 9999
}

// Append appends t as RFC 3339 with as many fraction digits as it needs. t must
// be [InRange].
func Append(dst []byte, t time.Time) []byte {
	return expressible(t).AppendFormat(dst, time.RFC3339Nano)
}

// expressible moves a time whose offset is not whole minutes, or a day and more,
// to UTC: RFC 3339 has no such offsets.
func expressible(t time.Time) time.Time {
	if _, offset := t.Zone(); offset%60 != 0 || offset <= -24*3600 || offset >= 24*3600 {
		return t.UTC()
	}
	return t
}
