package cecoderws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// DefaultMaxBytes is the largest message that is read if no other limit is set: 1 MiB.
const DefaultMaxBytes = 1 << 20

// Dial opens a connection to a server for events in the format f. It offers the
// subprotocols of f, unless opts has others, and closes the connection if the server has
// chosen none of them. A nil f is [format.JSON], and nil opts are the defaults of the
// client.
//
// The connection reads messages of up to DefaultMaxBytes, instead of the client's 32,768
// bytes. Its method SetReadLimit changes that.
//
// Dial does not follow redirects, because the URL and the headers may contain secrets. To
// allow some, set the CheckRedirect of the HTTPClient in opts.
//
// The error wraps a [*HandshakeError] if the server answers with a status other than 101,
// and a [*cews.SubprotocolError] if it chooses no subprotocol. Its text omits the URL and
// has at most 512 bytes of the client's text.
func Dial(ctx context.Context, url string, f format.Formatter, opts *websocket.DialOptions) (*websocket.Conn, error) {
	var own websocket.DialOptions
	if opts != nil {
		own = *opts
	}
	if len(own.Subprotocols) == 0 {
		own.Subprotocols = cews.Subprotocols(f)
	}
	own.HTTPClient = withoutRedirects(own.HTTPClient)
	conn, response, err := websocket.Dial(ctx, url, &own)
	if err != nil {
		err = &shortError{withoutURL(err)}
		if response != nil && response.StatusCode != http.StatusSwitchingProtocols {
			err = &HandshakeError{Status: response.StatusCode, Err: err}
		}
		return nil, fmt.Errorf("cecoderws: %w", err)
	}
	return open(conn, f)
}

// open checks the subprotocol of a new connection.
func open(conn *websocket.Conn, f format.Formatter) (*websocket.Conn, error) {
	if err := cews.Check(conn.Subprotocol(), f); err != nil {
		_ = conn.Close(websocket.StatusCode(cews.StatusCode(err)), reason(err.Error()))
		return nil, fmt.Errorf("cecoderws: %w", err)
	}
	conn.SetReadLimit(DefaultMaxBytes)
	return conn, nil
}

// withoutURL returns err without the URL that net/http puts into it.
func withoutURL(err error) error {
	var about *url.Error
	if errors.As(err, &about) {
		return about.Err
	}
	return err
}

// withoutRedirects returns a client that follows no redirect, unless the program says otherwise.
// Package websocket would follow any number of them, to any host.
func withoutRedirects(client *http.Client) *http.Client {
	var own http.Client
	if client != nil {
		own = *client
	}
	if own.CheckRedirect == nil {
		own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return &own
}

// maxErrorText is the size of the text of an error of the client, in bytes.
const maxErrorText = 512

// shortError is an error of the client, which may have a header of the server in its text.
type shortError struct{ err error }

func (e *shortError) Error() string { return excerpt.Shorten(e.err.Error(), maxErrorText) }
func (e *shortError) Unwrap() error { return e.err }

// HandshakeError is the error about a server that answers the handshake with a status
// other than 101.
type HandshakeError struct {
	// Status is the HTTP status of the answer.
	Status int

	// Err is the error of the client.
	Err error
}

// Error returns the text of Err.
func (e *HandshakeError) Error() string { return e.Err.Error() }

// Unwrap returns e.Err.
func (e *HandshakeError) Unwrap() error { return e.Err }

// StatusCode returns e.Status, by which dispatch.Judge decides whether to retry.
func (e *HandshakeError) StatusCode() int { return e.Status }

// Accept completes the handshake of a client for events in the format f. It accepts the
// subprotocols of f, unless opts has others. A nil f is [format.JSON], and nil opts are
// the defaults of the client, which refuse browsers from other origins.
//
// If the client offers none of the subprotocols, Accept answers with 400, and the error
// wraps a [*cews.SubprotocolError]. Other errors are those of the client. Accept has
// answered the request in all cases.
//
// The connection reads messages of up to DefaultMaxBytes. Its method SetReadLimit changes
// that.
func Accept(w http.ResponseWriter, r *http.Request, f format.Formatter, opts *websocket.AcceptOptions) (*websocket.Conn, error) {
	var own websocket.AcceptOptions
	if opts != nil {
		own = *opts
	}
	if len(own.Subprotocols) == 0 {
		own.Subprotocols = cews.Subprotocols(f)
		if _, err := cews.Select(r.Header.Values("Sec-WebSocket-Protocol"), f); err != nil && r.Header.Get("Sec-WebSocket-Key") != "" {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return nil, fmt.Errorf("cecoderws: %w", err)
		}
	}
	conn, err := websocket.Accept(w, r, &own)
	if err != nil {
		return nil, fmt.Errorf("cecoderws: %w", err)
	}
	return open(conn, f)
}

// maxReason is the size of the reason in a close frame, in bytes (RFC 6455, section 5.5).
const maxReason = 123

// reason cuts a text for a close frame, not inside a character.
func reason(text string) string {
	if len(text) <= maxReason {
		return text
	}
	n := maxReason
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
