package webhook

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/body"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// DefaultHeaderPrefix begins the names of the headers of Standard Webhooks.
const DefaultHeaderPrefix = "webhook-"

// headerNames are the names of the headers of a signature, in the spelling of http.Header.
type headerNames [3]string

const (
	nameID = iota
	nameTimestamp
	nameSignature
)

func namesOf(prefix string) headerNames {
	if prefix == "" || prefix == DefaultHeaderPrefix {
		return headerNames{"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"}
	}
	prefix = http.CanonicalHeaderKey(prefix)
	return headerNames{
		http.CanonicalHeaderKey(prefix + "id"), http.CanonicalHeaderKey(prefix + "timestamp"), http.CanonicalHeaderKey(prefix + "signature"),
	}
}

const (
	signatureVersion = "v1,"
	signatureLength  = 44 // the base64 of SHA-256
	maxID            = 256
)

// Secret is a key that sender and target share to sign and to verify. Printing or logging
// it shows nothing of the key. The zero value is no key: signing with it is an error, and
// it verifies nothing.
type Secret struct {
	key func() *secretKey // fmt shows nothing of a func, not even inside another struct
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

// faultError says what is wrong with the text of a secret, without showing it.
type faultError string

func (e faultError) Error() string {
	const rule = "a secret is whsec_ and the base64 of 24 to 64 bytes"
	if e == "" {
		return rule
	}
	return rule + "; this one " + string(e)
}

// ParseSecret reads a secret as Standard Webhooks writes it: whsec_ and the base64, with
// padding, of 24 to 64 random bytes. The prefix may be missing. The error says what is wrong
// and does not show the text. For a key that is not written in this way see [NewSecret].
func ParseSecret(text string) (Secret, error) {
	encoded := strings.TrimPrefix(text, secretPrefix)
	b, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(b) < minSecret || len(b) > maxSecret || strings.ContainsAny(text, "\r\n") {
		return Secret{}, secretFault(text, encoded, len(b), err)
	}
	return newSecret(b), nil
}

// secretFault says why a secret is refused. n is the number of bytes that were decoded.
func secretFault(text, encoded string, n int, err error) faultError {
	switch {
	case text == "":
		return "is empty"
	case strings.ContainsFunc(text, unicode.IsSpace), strings.Contains(text, "\ufeff"):
		return "has white space before, in or behind it"
	case strings.ContainsAny(text, "\"'`\u2018\u2019\u201c\u201d"):
		return "has quotes around it"
	case strings.HasPrefix(text, signatureVersion):
		return "begins with v1, and a comma, which are no part of it"
	case strings.HasPrefix(text, "whsk_"), strings.HasPrefix(text, "whpk_"):
		return "is a key for asymmetric signatures, which are not supported"
	case len(text) >= len(secretPrefix) && text[:len(secretPrefix)] != secretPrefix && ascii.EqualFold(text[:len(secretPrefix)], secretPrefix):
		return "has the prefix in capitals"
	case err == nil && encoded == "":
		return "is the prefix alone"
	case err == nil:
		return faultError("has " + strconv.Itoa(n) + " bytes")
	case strings.ContainsAny(encoded, "-_"):
		return "is not in standard base64, which has + and / in place of - and _"
	}
	if _, err := base64.RawStdEncoding.Strict().DecodeString(encoded); err == nil {
		return "has no padding: it ends before the last ="
	}
	return ""
}

var errEmptyKey = errors.New("the key is empty")

// NewSecret returns a secret with that key, for senders and targets that do not write secrets
// as Standard Webhooks does: some take the text of the secret as it stands for the key. A key
// of any length is taken, except an empty one; fewer than 24 random bytes are a weak key. The
// secret does not alias key.
func NewSecret(key []byte) (Secret, error) {
	if len(key) == 0 {
		return Secret{}, errEmptyKey
	}
	return newSecret(bytes.Clone(key)), nil
}

func newSecret(b []byte) Secret {
	key := &secretKey{bytes: b}
	return Secret{func() *secretKey { return key }}
}

// Format writes "Secret" for every verb.
func (Secret) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte("Secret")) }

// keyedHash is HMAC-SHA256 with room for what goes in and comes out.
type keyedHash struct {
	hash.Hash
	before [maxID + 32]byte // id and timestamp
	sum    [sha256.Size]byte
	text   [signatureLength]byte
}

// mac begins a signature with the part that stands before the body. The caller gives it
// back to the pool.
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

// signature returns the base64 of the signature. It is valid until m is given back.
func (m *keyedHash) signature() []byte {
	base64.StdEncoding.Encode(m.text[:], m.Sum(m.sum[:0]))
	return m.text[:]
}

var (
	errNilHeader = errors.New("header is nil")
	errNoSecret  = errors.New("there is no secret to sign with")
	errTime      = errors.New("a webhook-timestamp is after the beginning of 1970 and before the year 10000")
	errID        = errors.New("a webhook-id is 1 to 256 visible ASCII characters without a dot")
)

// Sign sets webhook-id, webhook-timestamp and webhook-signature in h, as in Standard
// Webhooks 1.0. A signature is the HMAC-SHA256 of id, now in seconds and body, with dots
// between them. Each secret adds a signature, so that targets can change from one secret
// to another.
//
// A message that is sent again has the same id and another time. An empty id is that of
// [ID]. An id has 1 to 256 visible ASCII characters, and no dot: it would not be certain
// where the id ends. Another id, no secret, a nil h, and a time that no [Verifier] accepts
// are errors, and h is unchanged.
//
// A signature does not cover the URL, nor other headers.
func Sign(h http.Header, id string, now time.Time, body []byte, secrets ...Secret) error {
	if h == nil {
		return errNilHeader
	}
	if id == "" {
		id = ID(h, body)
	}
	return sign(h, namesOf(""), id, now, secrets, func(mac hash.Hash) error {
		mac.Write(body)
		return nil
	})
}

// sign calls write once for each secret, to write the body.
func sign(h http.Header, names headerNames, id string, now time.Time, secrets []Secret, write func(hash.Hash) error) error {
	if !isID(id) {
		return fmt.Errorf("%w: %q", errID, quoted(id))
	}
	if len(secrets) == 0 {
		return errNoSecret
	}
	seconds := now.Unix()
	if seconds <= 0 || seconds > maxTimestamp {
		return errTime
	}
	timestamp := strconv.FormatInt(seconds, 10)
	var signatures []byte
	for _, s := range secrets {
		if s.key == nil {
			return errNoSecret
		}
		key := s.key()
		mac := key.mac(id, timestamp)
		if err := write(mac); err != nil {
			return err
		}
		if len(signatures) > 0 {
			signatures = append(signatures, ' ')
		}
		signatures = append(signatures, signatureVersion...)
		signatures = append(signatures, mac.signature()...)
		key.pool.Put(mac)
	}
	setHeader(h, names[nameID], id)
	setHeader(h, names[nameTimestamp], timestamp)
	setHeader(h, names[nameSignature], string(signatures))
	return nil
}

func isID(s string) bool {
	return isToken(s) && len(s) <= maxID && !strings.Contains(s, ".")
}

// The prefixes of the ids that ID returns.
const (
	boundPrefix = "ceb_" // before a hash of the header
	bodyPrefix  = "ces_" // before a hash of Content-Type and body
)

// ID returns a webhook-id for a message. It is the same whenever the same message is sent,
// and differs from that of any other message.
//
// In binary mode it is ceb_ and a hash of Content-Type and all ce- headers. A signature
// covers the id and the body but no header, so with this id it vouches for the attributes
// of the event too. In the other modes everything is in the body, and the id is ces_ and a
// hash of Content-Type and body. To receivers other than [Verifier] the id is opaque.
func ID(h http.Header, body []byte) string {
	if isBinary(h) {
		return boundID(h)
	}
	id, _ := bodyID(h, func(sum hash.Hash) error {
		sum.Write(body)
		return nil
	})
	return id
}

// isBinary reports whether attributes of an event are in the header.
func isBinary(h http.Header) bool {
	if cehttp.ModeOf(h) != cloudevents.BinaryMode {
		return false
	}
	for key := range h {
		if isAttribute(key) {
			return true
		}
	}
	return false
}

func isAttribute(key string) bool {
	_, ok := ascii.CutPrefixFold(key, "ce-")
	return ok
}

// boundID hashes names and values, each with its length. Names are sorted, in lower case. A
// header of a stranger's costs little: nothing of it is copied but the keys.
func boundID(h http.Header) string {
	n := 0
	for key := range h {
		if isBound(key) {
			n++
		}
	}
	keys := make([]string, 0, max(n, 16))
	for key := range h {
		if isBound(key) {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, compareNames)
	f := fieldHash{b: make([]byte, 0, 1024)}
	for _, key := range keys {
		for _, value := range h[key] {
			f.add(key, true)
			f.add(strings.Trim(value, " \t"), false) // HTTP trims it too
		}
	}
	sum := f.sum()
	return boundPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
}

// isBound reports whether a header is one of those that boundID hashes.
func isBound(key string) bool { return isAttribute(key) || ascii.EqualFold(key, "Content-Type") }

// compareNames compares names of headers in lower case. Spellings of one name are sorted too.
func compareNames(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if c := cmp.Compare(ascii.Lower(a[i]), ascii.Lower(b[i])); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// fieldHash hashes texts, in pieces as long as b has room.
type fieldHash struct {
	b    []byte
	hash hash.Hash // nil until b was full
}

// add adds a text with its length, so that it is certain where it ends.
func (f *fieldHash) add(text string, lower bool) {
	if cap(f.b)-len(f.b) < 4 {
		f.flush()
	}
	f.b = appendLength(f.b, len(text))
	for len(text) > 0 {
		if len(f.b) == cap(f.b) {
			f.flush()
		}
		begin := len(f.b)
		n := min(len(text), cap(f.b)-begin)
		f.b = append(f.b, text[:n]...)
		text = text[n:]
		if lower {
			for i := begin; i < len(f.b); i++ {
				f.b[i] = ascii.Lower(f.b[i])
			}
		}
	}
}

func (f *fieldHash) flush() {
	if f.hash == nil {
		f.hash = sha256.New()
	}
	f.hash.Write(f.b)
	f.b = f.b[:0]
}

func (f *fieldHash) sum() (sum [sha256.Size]byte) {
	if f.hash == nil {
		return sha256.Sum256(f.b)
	}
	f.flush()
	f.hash.Sum(sum[:0])
	return sum
}

// bodyID calls write once, to write the body.
func bodyID(h http.Header, write func(hash.Hash) error) (string, error) {
	f := fieldHash{b: make([]byte, 0, 128), hash: sha256.New()}
	f.add(contentType(h), false)
	f.flush()
	if err := write(f.hash); err != nil {
		return "", err
	}
	sum := f.sum()
	return bodyPrefix + base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// contentType returns the first Content-Type under any spelling of its name.
func contentType(h http.Header) string {
	if value := h.Get("Content-Type"); value != "" {
		return value
	}
	for key, values := range h {
		if len(values) > 0 && ascii.EqualFold(key, "Content-Type") {
			return values[0]
		}
	}
	return ""
}

func appendLength(dst []byte, n int) []byte { // no header value is longer than 32 bits
	return append(dst, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// Signer is an [http.RoundTripper] that signs each request as [Sign] does. Each attempt
// gets a signature of its own, with the same id and a new time. Use it as the Base of a
// [Transport], which waits before it sends, or as the Transport of an [http.Client]:
//
//	client := &http.Client{Transport: &webhook.Signer{Secrets: []webhook.Secret{secret}}}
//
// A body is read from GetBody to sign it, and once more to send it. The body of a request
// without GetBody is read into memory. OPTIONS is passed on without a signature. A Signer
// must not be changed while it is used.
type Signer struct {
	// Base sends the signed requests. nil is http.DefaultTransport.
	Base http.RoundTripper

	// Secrets are the secrets that sign, each of them. There must be at least one.
	Secrets []Secret

	// MaxBytes is the largest body that is signed. A larger one is an
	// *http.MaxBytesError. 0 is cehttp.DefaultMaxBytes, -1 is no limit.
	MaxBytes int64

	// HeaderPrefix is what the names of the three headers begin with. "" is
	// DefaultHeaderPrefix; targets of Svix take svix- too.
	HeaderPrefix string

	// ID returns the webhook-id of a request: the same whenever a message is sent, and
	// without a dot. nil is the function ID. With another one, a Verifier accepts events
	// in binary mode only if it has AllowUnsignedHeaders.
	ID func(r *http.Request) string
}

// RoundTrip signs r and sends it. r is not changed.
func (s *Signer) RoundTrip(r *http.Request) (*http.Response, error) {
	base := s.Base
	if base == nil {
		base = http.DefaultTransport
	}
	if r.Method == http.MethodOptions {
		return base.RoundTrip(r)
	}
	signed, err := s.signed(r)
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, &finalError{err}
	}
	return base.RoundTrip(signed)
}

// signed returns a copy of r with a signature.
func (s *Signer) signed(r *http.Request) (*http.Request, error) {
	signed := r.Clone(r.Context())
	limit := cmp.Or(s.MaxBytes, cehttp.DefaultMaxBytes)
	getBody := func() (io.ReadCloser, error) { return http.NoBody, nil }
	switch {
	case r.Body == nil || r.Body == http.NoBody:
	case r.GetBody != nil:
		getBody = r.GetBody
	default:
		b, err := body.Read(r.Body, r.ContentLength, limit)
		if err != nil {
			return nil, err
		}
		r.Body.Close()
		getBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
		signed.GetBody, signed.ContentLength = getBody, int64(len(b))
		signed.Body, _ = getBody()
	}
	write := func(h hash.Hash) error { return copyBody(h, getBody, limit) }
	var id string
	switch {
	case s.ID != nil:
		id = s.ID(r)
	case isBinary(signed.Header):
		id = boundID(signed.Header)
	default:
		var err error
		if id, err = bodyID(signed.Header, write); err != nil {
			return nil, err
		}
	}
	if err := sign(signed.Header, namesOf(s.HeaderPrefix), id, time.Now(), s.Secrets, write); err != nil {
		return nil, err
	}
	return signed, nil
}

// copyBody hashes a body of at most limit bytes.
func copyBody(h hash.Hash, body func() (io.ReadCloser, error), limit int64) error {
	rc, err := body()
	if err != nil {
		return err
	}
	if limit >= 0 {
		rc = http.MaxBytesReader(nil, rc, limit)
	}
	defer rc.Close()
	_, err = io.Copy(h, rc)
	return err
}
