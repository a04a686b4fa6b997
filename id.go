package cloudevents

import (
	"crypto/rand"
	"encoding/hex"
)

// NewID returns a random UUID (RFC 9562 version 4) in its usual form of 36 characters,
// for [Event.ID].
func NewID() string {
	var u [16]byte
	rand.Read(u[:]) // never fails
	u[6] = u[6]&0x0F | 0x40
	u[8] = u[8]&0x3F | 0x80

	b := make([]byte, 0, 36)
	for i, part := range [][]byte{u[0:4], u[4:6], u[6:8], u[8:10], u[10:16]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return string(b)
}
