package cborscan

import (
	"encoding/binary"
	"math"
)

// AppendHead appends the head of an item in its shortest form.
func AppendHead(dst []byte, major byte, argument uint64) []byte {
	major <<= 5
	switch {
	case argument < 24:
		return append(dst, major|byte(argument))
	case argument <= math.MaxUint8:
		return append(dst, major|24, byte(argument))
	case argument <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, major|25), uint16(argument))
	case argument <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(dst, major|26), uint32(argument))
	}
	return binary.BigEndian.AppendUint64(append(dst, major|27), argument)
}

// AppendFloat appends a floating-point item in the shortest form that has the same value.
func AppendFloat(dst []byte, f float64) []byte {
	single := float32(f)
	if float64(single) != f { // or NaN
		return binary.BigEndian.AppendUint64(append(dst, Float64), math.Float64bits(f))
	}
	if bits := halfBits(single); half(bits) == f {
		return binary.BigEndian.AppendUint16(append(dst, Float16), bits)
	}
	return binary.BigEndian.AppendUint32(append(dst, Float32), math.Float32bits(single))
}

// halfBits returns a float of 16 bits without the digits of f that it has no room for.
func halfBits(f float32) uint16 {
	bits := math.Float32bits(f)
	sign := uint16(bits >> 16 & 0x8000)
	exponent, mantissa := int(bits>>23&0xff)-127, bits&0x7fffff
	switch {
	case exponent > 15: // too large, or infinite
		return sign | 0x7c00
	case exponent >= -14:
		return sign | uint16(exponent+15)<<10 | uint16(mantissa>>13)
	case exponent >= -24:
		return sign | uint16((mantissa|0x800000)>>(-1-exponent))
	}
	return sign
}
