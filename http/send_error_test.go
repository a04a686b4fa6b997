package cehttp_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// These parts of a target and of an event must not appear in a log.
const (
	secretTarget = "http://us3r:passw0rd@%s/hidden-path?access_token=t0ken"
	secretData   = "s3cret-data"
)

func wantNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"us3r", "passw0rd", "hidden-path", "t0ken", "access_token", secretData} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %q", secret, text)
		}
	}
}

// Errors and logs do not show target or data, even if a server or a transport repeats them.
func TestSendErrorHasNoSecret(t *testing.T) {
	repeats := func(answer string) func(*testing.T) string {
		return func(t *testing.T) string {
			return rawServer(t, func(c net.Conn) {
				r, err := http.ReadRequest(bufio.NewReader(c))
				if err != nil {
					return
				}
				fmt.Fprintf(c, answer, r.RequestURI, secretData)
			})
		}
	}
	returns := func(err func(target string) error) *http.Client {
		return &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			return nil, err(r.URL.String())
		})}
	}
	tests := []struct {
		reason string
		server func(*testing.T) string
		client *http.Client
	}{
		{"a refused connection", refused, nil},
		{"an answer that is the request", repeats("POST %s HTTP/1.1\r\n%s\r\n\r\n"), nil},
		{"data as a header", repeats("HTTP/1.1 200 OK\r\n%s%s\r\n\r\n"), nil},
		{"data as a length", repeats("HTTP/1.1 200 OK\r\nContent-Length: %s%s\r\n\r\n"), nil},
		{"data as a coding", repeats("HTTP/1.1 200 OK\r\nTransfer-Encoding: %s%s\r\n\r\n"), nil},
		{"data as a status", repeats("HTTP/1.1 %s%s\r\n\r\n"), nil},
		{"data as a version", repeats("%s%s\r\n\r\n"), nil},
		{"data as a body", repeats("HTTP/1.1 400 Bad\r\n\r\n{\"error\":\"%s %s\",\"retryable\":false}"), nil},
		{"data as a location", repeats("HTTP/1.1 302 Found\r\nLocation: http://[%s%s\r\n\r\n"), nil},
		{"an error of another client", refused, returns(func(target string) error {
			return fmt.Errorf("handshake: %w", &url.Error{Op: "Options", URL: target, Err: errors.New("refused")})
		})},
		{"an error with the target in it", refused, returns(func(target string) error {
			return errors.New("cannot send to " + target)
		})},
	}
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			var log logged
			client := test.client
			if client == nil {
				own := &http.Transport{}
				t.Cleanup(own.CloseIdleConnections)
				client = &http.Client{Transport: own}
			}
			sender := cehttp.Sender{
				Target: fmt.Sprintf(secretTarget, test.server(t)), Client: client, Logger: log.logger(),
				Retry: cehttp.Retry{Attempts: 2, Wait: -1},
			}
			e := withData("text/plain", secretData)
			err := sender.Send(t.Context(), &e)
			sendError(t, err)
			wantNoSecret(t, err.Error())
			wantNoSecret(t, log.String())
			if !strings.Contains(err.Error(), "http://") {
				t.Errorf("%q does not say where to", err)
			}
			_, err = sender.SendBatch(t.Context(), oneOf(e))
			sendError(t, err)
			wantNoSecret(t, err.Error())
			wantNoSecret(t, log.String())
		})
	}
}

// An HTTP/2 server can add a text when it closes the connection.
func TestSendErrorGoAway(t *testing.T) {
	address := rawServer(t, func(c net.Conn) {
		frame := func(kind byte, payload string) {
			n := len(payload)
			_, _ = c.Write(append([]byte{byte(n >> 16), byte(n >> 8), byte(n), kind, 0, 0, 0, 0, 0}, payload...))
		}
		frame(4, "") // SETTINGS
		hear(c)
		frame(7, "\x00\x00\x00\x01\x00\x00\x00\x02"+strings.Repeat(secretData, 100)) // GOAWAY of stream 1, INTERNAL_ERROR
		_ = c.(*net.TCPConn).CloseWrite()
		hang(c)
	})
	own := &http.Transport{Protocols: new(http.Protocols)}
	own.Protocols.SetUnencryptedHTTP2(true)
	defer own.CloseIdleConnections()
	sender := hushed(cehttp.Sender{Target: "http://" + address, Client: &http.Client{Transport: own}, Retry: cehttp.Retry{Attempts: 1}})
	e := minimal()
	err := sender.Send(t.Context(), &e)
	if sendError(t, err); len(err.Error()) > 300 {
		t.Errorf("error of %d bytes", len(err.Error()))
	}
	wantNoSecret(t, err.Error())
}

// The text of an error is cut, and the rest of a long body is not kept.
func TestSendErrorIsBounded(t *testing.T) {
	sender, _ := steps(step{err: errors.New(strings.Repeat("x", 1<<20))})
	sender.Retry.Attempts = 1
	e := minimal()
	if err := sender.Send(t.Context(), &e); len(err.Error()) > 2<<10 {
		t.Errorf("error of %d bytes", len(err.Error()))
	}
	sender, _ = steps(step{status: 400, header: typed("application/json"), body: `"` + strings.Repeat("x", 1<<20) + `"`})
	_, err := sender.SendBatch(t.Context(), oneOf(e))
	if failed := sendError(t, err); len(failed.Body) != 64<<10 || cap(failed.Body) > 128<<10 {
		t.Errorf("body of %d bytes in %d", len(failed.Body), cap(failed.Body))
	}
}

// Errors of TLS are not retried.
func TestSendErrorTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = discardLog()
	s.StartTLS()
	defer s.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	own := &http.Transport{}
	defer own.CloseIdleConnections()
	e := minimal()
	for _, target := range []string{s.URL, strings.Replace(plain.URL, "http:", "https:", 1)} {
		sender := hushed(cehttp.Sender{Target: target, Client: &http.Client{Transport: own}, Retry: cehttp.Retry{Wait: -1}})
		err := sender.Send(t.Context(), &e)
		if failed := sendError(t, err); failed.Attempts != 1 || failed.Retryable() {
			t.Errorf("%+v", failed)
		}
		var certificate *tls.CertificateVerificationError
		if target == s.URL && !errors.As(err, &certificate) || target != s.URL && !errors.Is(err, http.ErrSchemeMismatch) {
			t.Errorf("error is %v", err)
		}
	}
}
