package listen

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
)

// writeRaw writes the message with the headers that net/http has parsed, without credentials.
func (m *received) writeRaw(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s %s %s\r\nHost: %s\r\n", m.r.Method, withoutSecrets(m.r.RequestURI), m.r.Proto, m.r.Host)
	stream.WriteHeader(b, withoutCredentials(m.r.Header))
	b.WriteString("\r\n")
	b.Write(m.body)
}

// leftOut stands for the values of a header that holds credentials.
var leftOut = []string{"(left out)"}

// withoutCredentials returns a copy of a header, with a note in place of the values that hold
// credentials.
func withoutCredentials(h http.Header) http.Header {
	h = h.Clone()
	for key, values := range h {
		switch name := plainName(key); {
		case strings.HasPrefix(key, "Ce-"): // an attribute
		case isSecret(name):
			h[key] = leftOut
		case name == "referer" || name == "origin":
			for i := range values {
				values[i] = withoutSecrets(values[i])
			}
		}
	}
	return h
}

// plainName returns the name of a header or of a parameter in lower case, without hyphens,
// underscores and dots.
func plainName(name string) string {
	return strings.NewReplacer("-", "", "_", "", ".", "").Replace(strings.ToLower(name))
}

// isSecret reports whether a header or a parameter of a URL holds credentials. The name is a
// plainName.
func isSecret(name string) bool {
	for _, part := range []string{"authorization", "cookie", "token", "secret", "passw", "pwd", "apikey", "accesskey", "credential", "authkey", "jwt"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// isSecretParameter is isSecret for a parameter of a URL, where short names and signatures
// grant access, too.
func isSecretParameter(name string) bool {
	switch name = plainName(name); name {
	case "key", "sig", "code", "auth", "pass":
		return true
	}
	return isSecret(name) || strings.Contains(name, "signature")
}

// withoutSecrets returns a URI with "***" for each value of its query that holds credentials,
// such as that of access_token, and for its user and password.
func withoutSecrets(uri string) string {
	front, query, _ := strings.Cut(uri, "?")
	if scheme, rest, ok := strings.Cut(front, "://"); ok {
		authority, path, slash := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(authority, '@'); at >= 0 {
			front = scheme + "://***" + authority[at:]
			if slash {
				front += "/" + path
			}
		}
	}
	if query == "" {
		return front + uri[len(uri)-(len(uri)-len(strings.TrimSuffix(uri, "?"))):]
	}
	var b strings.Builder
	b.WriteString(front)
	b.WriteByte('?')
	for rest := query; ; {
		n := strings.IndexAny(rest, "&;")
		pair := rest
		if n >= 0 {
			pair = rest[:n]
		}
		name, _, ok := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if ok && isSecretParameter(plain) {
			pair = name + "=***"
		}
		b.WriteString(pair)
		if n < 0 {
			return b.String()
		}
		b.WriteByte(rest[n])
		rest = rest[n+1:]
	}
}
