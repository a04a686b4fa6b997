package cborscan

import "math"

// Float returns the number of a floating-point item with that first byte and argument.
func Float(c byte, argument uint64) float64 {
	switch c {
	case Float16:
		return half(uint16(argument))
	case Float32:
		return float64(math.Float32frombits(uint32(argument)))
	}
	return math.Float64frombits(argument)
}

// half returns the number of a float of 16 bits (RFC 8949, appendix D).
func half(bits uint16) float64 {
	exponent, mantissa := int(bits>>10&31), float64(bits&0x3ff)
	var f float64
	switch exponent {
	case 0:
		f = math.Ldexp(mantissa, -24)
	case 31:
		if f = math.Inf(1); mantissa != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(mantissa+1024, exponent-25)
	}
	if bits>>15 != 0 {
		f = -f
	}
	return f
}
