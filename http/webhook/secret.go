package cehttp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"
)

// Secret is a key with which deliveries are signed, shared by sender and target. It
// shows nothing of itself when it is printed or logged. The zero value is no key:
// signing with it is an error, and it verifies nothing.
type Secret struct {
	key func() *secretKey // fmt shows nothing of a function, in a struct of others neither
}

type secretKey struct {
	bytes []byte
	pool  sync.Pool // of *keyedHash
}

const (
	secretPrefix = "whsec_"
	minSecret    = 24
	maxSecret    = 64
)

var errSecret = errors.New("a secret is whsec_ and the base64 of 24 to 64 bytes")

// ParseSecret reads a secret as Standard Webhooks writes it: whsec_ and the base64,
// with padding, of 24 to 64 random bytes. The prefix may be left out. The error does
// not show the text.
func ParseSecret(text string) (Secret, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(text, secretPrefix))
	if err != nil || len(b) < minSecret || len(b) > maxSecret || strings.ContainsAny(text, "\r\n") {
		return Secret{}, errSecret
	}
	key := &secretKey{bytes: b}
	return Secret{func() *secretKey { return key }}, nil
}

// Format writes "Secret", whatever the verb.
func (Secret) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte("Secret")) }

// keyedHash is HMAC-SHA256 with room for what goes in and comes out.
type keyedHash struct {
	hash.Hash
	before [maxWebhookID + 32]byte // id and timestamp
	sum    [sha256.Size]byte
	text   [signatureLength]byte
}

// mac begins a signature with what is signed before the body. It is to be given back.
func (k *secretKey) mac(id, timestamp string) *keyedHash {
	m, ok := k.pool.Get().(*keyedHash)
	if ok {
		m.Reset()
	} else {
		m = &keyedHash{Hash: hmac.New(sha256.New, k.bytes)}
	}
	b := append(m.before[:0], id...)
	b = append(b, '.')
	b = append(b, timestamp...)
	m.Write(append(b, '.'))
	return m
}

// signature returns the base64 of what was signed, which is good until m is given back.
func (m *keyedHash) signature() []byte {
	base64.StdEncoding.Encode(m.text[:], m.Sum(m.sum[:0]))
	return m.text[:]
}
