package cehttp

import "net/netip"

// PublicAddress reports whether an address is of the public Internet, which is the rule
// of [Callback]. What leads to this
// host, its network, its cloud or to nowhere is not, and neither are IPv6 addresses
// that carry an IPv4 address somewhere inside.
func PublicAddress(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" {
		return false
	}
	if a.Is4() {
		return isPublic4(a.As4())
	}
	b := a.As16()
	switch first, second := uint16(b[0])<<8|uint16(b[1]), uint16(b[2])<<8|uint16(b[3]); {
	case first>>13 != 1: // 2000::/3 is all that is given out; 64:ff9b::/96 is outside
		return false
	case first == 0x2002: // 6to4
		return false
	case first == 0x2001 && second < 0x0200: // Teredo, benchmarks, ORCHID, other special ones
		return false
	case first == 0x2001 && second == 0x0db8: // documentation
		return false
	case first == 0x3fff && second < 0x1000: // documentation
		return false
	}
	return true
}

func isPublic4(b [4]byte) bool {
	switch {
	case b[0] == 0, b[0] >= 240: // this network, reserved, broadcast
		return false
	case b[0] == 100 && b[1]&0xc0 == 64: // carrier-grade NAT
		return false
	case b[0] == 192 && b[1] == 0 && (b[2] == 0 || b[2] == 2): // protocols, documentation
		return false
	case b[0] == 192 && b[1] == 88 && b[2] == 99: // 6to4 relays
		return false
	case b[0] == 198 && b[1]&0xfe == 18: // benchmarks
		return false
	case b[0] == 198 && b[1] == 51 && b[2] == 100, b[0] == 203 && b[1] == 0 && b[2] == 113: // documentation
		return false
	case b == [4]byte{168, 63, 129, 16}: // the platform itself, on Azure
		return false
	}
	return true
}
