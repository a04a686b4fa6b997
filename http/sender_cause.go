package cehttp

import (
	"errors"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
)

var errNotHTTP = errors.New("the answer is not HTTP")

// cause returns why a client got no answer. The text of the error has nothing of
// the target but its origin, and nothing of what came back.
func (c *delivery) cause(err error) error {
	if outer, ok := err.(*url.Error); ok {
		err = outer.Err
	}
	text := err.Error()
	var network net.Error
	isBroken := strings.Contains(text, "HTTP/1.x transport connection broken") || strings.Contains(text, "malformed HTTP")
	if isBroken && !errors.As(err, &network) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return &mutedError{errNotHTTP.Error(), err}
	}
	clean, _, _ := strings.Cut(text, ", debug=") // of GOAWAY, where a server writes what it likes
	clean = cut(c.withoutTarget(clean, err))
	if clean == text {
		return err
	}
	return &mutedError{clean, err}
}

// leastSecret is how long a text is that is looked for: a path such as /o is in other
// words too.
const leastSecret = 8

// withoutTarget takes the target out of the text of an error, as transports of the
// caller may have it there.
func (c *delivery) withoutTarget(text string, err error) string {
	for inner := (*url.Error)(nil); errors.As(err, &inner); err = inner.Err {
		origin := "URL"
		if u, parseErr := url.Parse(inner.URL); parseErr == nil {
			origin = originOf(u)
		}
		text = strings.ReplaceAll(text, strconv.Quote(inner.URL), strconv.Quote(origin))
		text = strings.ReplaceAll(text, inner.URL, origin)
	}
	u := c.template.URL
	for _, secret := range []string{c.Target, u.String(), u.Redacted(), u.RequestURI()} {
		if len(secret) >= leastSecret {
			text = strings.ReplaceAll(text, secret, originOf(u))
		}
	}
	if u.RawQuery != "" {
		text = strings.ReplaceAll(text, "?"+u.RawQuery, "")
	}
	if u.User != nil {
		text = strings.ReplaceAll(text, u.User.String()+"@", "")
	}
	return text
}

// origin returns scheme and host of the target.
func (c *delivery) origin() string {
	if c.template == nil {
		return ""
	}
	return originOf(c.template.URL)
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }

// mutedError is an error with another text.
type mutedError struct {
	text string
	err  error
}

func (e *mutedError) Error() string { return e.text }
func (e *mutedError) Unwrap() error { return e.err }
