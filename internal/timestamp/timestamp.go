// Package timestamp writes a time.Time as RFC 3339, and tells an absent time from the
// first second of the year 1, which are equal in time.Time.
package timestamp

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"time"
)

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
func Absent(t time.Time) bool { return t.IsZero() && hasNamedLocation(t) }

// hasNamedLocation is separate so that the compiler can inline Absent.
//
//go:noinline
func hasNamedLocation(t time.Time) bool { return t.Location().String() != "" }

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
// that of time.RFC3339Nano, in half the time. If t is not [InRange], the year has a
// sign or more digits, and the text is not a legal timestamp.
func Append(dst []byte, t time.Time) []byte {
	offset := 0
	if t.Location() != time.UTC {
		t, offset = expressible(t)
	}
	const yearZero, yearTenThousand = -62_167_219_200, 253_402_300_800
	since := uint64(t.Unix() + int64(offset) - yearZero)
	if since >= yearTenThousand-yearZero {
		return t.AppendFormat(dst, time.RFC3339Nano)
	}
	const day = 24 * 3600
	days := since / day
	date := pairs(date(uint32(days)))
	second := uint32(since - day*days)
	minute := second / 60
	hour := minute / 60
	clock := pairs(uint64(hour) | uint64(minute-60*hour)<<16 | uint64(second-60*minute)<<32)

	n := len("2006-01-02T15:04:05Z")
	nanosecond := uint32(t.Nanosecond())
	eight, digits := uint64(0), 0
	if nanosecond != 0 {
		eight, digits = fraction(nanosecond)
		n += 1 + digits
	}
	if offset != 0 {
		n += len("07:00")
	}
	start := len(dst)
	if cap(dst)-start < n {
		dst = slices.Grow(dst, n)
	}
	dst = dst[:start+n]
	b := dst[start:]
	_ = b[19]
	binary.LittleEndian.PutUint64(b, date&0xFFFFFFFF|'-'<<32|date>>32&0xFFFF<<40|'-'<<56)
	binary.LittleEndian.PutUint64(b[8:], date>>48|'T'<<16|clock&0xFFFF<<24|':'<<40|clock>>16&0xFFFF<<48)
	b[16] = ':'
	binary.LittleEndian.PutUint16(b[17:], uint16(clock>>32))
	switch {
	case digits == 3 && len(b) >= 23: // as most senders have it
		binary.LittleEndian.PutUint32(b[19:], uint32('.'|eight<<8))
	case digits > 0:
		b[19] = '.'
		for i := range min(digits, 8) {
			b[20+i] = byte(eight >> (8 * i))
		}
		if digits == 9 {
			b[28] = byte('0' + nanosecond%10)
		}
	}
	if offset == 0 {
		b[len(b)-1] = 'Z'
		return dst
	}
	b = b[len(b)-len("+07:00"):]
	b[0] = '+'
	if offset < 0 {
		b[0], offset = '-', -offset
	}
	zone := pairs(uint64(offset/3600) | uint64(offset/60%60)<<16)
	binary.LittleEndian.PutUint16(b[1:], uint16(zone))
	b[3] = ':'
	binary.LittleEndian.PutUint16(b[4:], uint16(zone>>16))
	return dst
}

// date returns the date that is so many days after the first of the year 0, as four
// numbers of 16 bits: the first two digits of the year, the other two, the month and the
// day. It counts years that begin in March, so that the leap day is the last; 400 of them
// are 146,097 days. The divisions by 1461 and by 153/5 are those of Neri and Schneider
// (Euclidean affine functions and their application to calendar algorithms, 2022): a
// multiplication gives the quotient in its upper bits, and what the remainder is made of
// in the lower ones.
func date(days uint32) uint64 {
	days += 146_097 - (31 + 29) // since March of the year -400
	quarters := 4*days + 3
	century := quarters / 146_097
	years := 2_939_745 * uint64(quarters-146_097*century|3)
	year := uint32(years >> 32)
	dayOfYear := uint32(years) / (4 * 2_939_745)
	months := 2141*dayOfYear + 197_913
	month, day := months>>16, months&0xFFFF/2141+1
	if dayOfYear >= 306 {
		month -= 12
		if year++; year == 100 {
			century, year = century+1, 0
		}
	}
	return uint64(century-4) | uint64(year)<<16 | uint64(month)<<32 | uint64(day)<<48
}

// pairs returns the digits of four numbers below 100, which have 16 bits each. The first
// digit of each is in its lower byte.
func pairs(n uint64) uint64 { return digits(n) | 0x3030_3030_3030_3030 }

// digits is pairs with numbers instead of characters.
func digits(n uint64) uint64 {
	tens := n * 103 >> 10 & 0x000F_000F_000F_000F
	return tens + (n-10*tens)<<8
}

// fraction returns the first eight digits of a fraction of a second, the first of them in
// the lowest byte, and how many of all nine it needs.
func fraction(nanoseconds uint32) (eight uint64, count int) {
	n := nanoseconds / 10
	fours := uint64(n/10_000) | uint64(n%10_000)<<32
	hundreds := fours * 10_486 >> 20 & 0x0000_007F_0000_007F
	eight, count = digits(hundreds|(fours-100*hundreds)<<16), 9
	if nanoseconds == 10*n {
		count = (bits.Len64(eight) + 7) / 8
	}
	return eight | 0x3030_3030_3030_3030, count
}

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
