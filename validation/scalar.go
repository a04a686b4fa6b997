package validation

import (
	"encoding/base64"

	"github.com/seed763dd41b/cloudevents/spec"
)

var (
	ruleBoolean      = &Rule{ErrSyntax, "a Boolean is true or false", spec.Boolean}
	ruleInteger      = &Rule{ErrSyntax, "an Integer is decimal digits, without leading zero, with an optional minus sign", spec.Integer}
	ruleIntegerRange = &Rule{ErrRange, "an Integer has 32 bits", spec.Integer}
	ruleBase64       = &Rule{ErrSyntax, "not padded standard base64", spec.Binary}
	ruleBase64Bits   = &Rule{ErrSyntax, "base64 ends in stray bits", spec.Binary}
)

// ParseBoolean returns the value of a Boolean, whose canonical string is "true" or
// "false". The error wraps [ErrSyntax].
func ParseBoolean(s string) (bool, error) {
	if s != "true" && s != "false" {
		return false, fail(s, ruleBoolean)
	}
	return s == "true", nil
}

// ParseInteger returns the value of an Integer, which is from -2147483648 to
// 2147483647. The canonical string has no leading zero and no plus sign; -0 is 0.
// The error wraps [ErrSyntax] or [ErrRange].
func ParseInteger(s string) (int32, error) {
	if len(s) == 1 && s[0]-'0' <= 9 { // as many are
		return int32(s[0] - '0'), nil
	}
	n, rule := parseInteger(s)
	return n, fail(s, rule)
}

func parseInteger(s string) (int32, *Rule) {
	digits := s
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		digits = s[1:]
	}
	if digits == "" || digits[0] == '0' && len(digits) > 1 {
		return 0, ruleInteger
	}
	var n int64
	for i := 0; i < len(digits); i++ {
		c := digits[i] - '0'
		if c > 9 {
			return 0, ruleInteger
		}
		// Beyond ten digits, n only has to stay too large.
		if n < 1<<40 {
			n = n*10 + int64(c)
		}
	}
	if negative {
		n = -n
	}
	if n != int64(int32(n)) {
		return 0, ruleIntegerRange
	}
	return int32(n), nil
}

// ParseBinary returns the bytes of a Binary. The canonical string is base64 as in RFC
// 4648 section 4: padded, without line breaks and without stray bits in the last
// character. The error wraps [ErrSyntax].
func ParseBinary(s string) ([]byte, error) {
	if rule := checkBinary(s); rule != nil {
		return nil, fail(s, rule)
	}
	return base64.StdEncoding.DecodeString(s)
}

func checkBinary(s string) *Rule {
	if len(s)%4 != 0 {
		return ruleBase64
	}
	if s == "" {
		return nil
	}
	body, stray := s, byte(0)
	if s[len(s)-1] == '=' {
		body, stray = s[:len(s)-1], 0b11
		if s[len(s)-2] == '=' {
			body, stray = s[:len(s)-2], 0b1111
		}
	}
	var last byte
	for i := 0; i < len(body); i++ {
		if last = sextet(body[i]); last > 63 {
			return ruleBase64
		}
	}
	if last&stray != 0 {
		return ruleBase64Bits
	}
	return nil
}

// sextet returns the value of a base64 character, or 64.
func sextet(c byte) byte {
	switch {
	case 'A' <= c && c <= 'Z':
		return c - 'A'
	case 'a' <= c && c <= 'z':
		return c - 'a' + 26
	case '0' <= c && c <= '9':
		return c - '0' + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return 64
}
