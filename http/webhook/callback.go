package cehttp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Callback gives permission to senders at the address that they offer with
// WebHook-Request-Callback (http-webhook.md#413-webhook-request-callback). The
// address comes from a stranger. It is called with POST and WebHook-Allowed-Rate,
// and with these restrictions:
//
//   - https only, with a certificate that is valid; no user, no fragment, at most
//     2048 bytes
//   - no address that is not of the public Internet: private, loopback, link-local,
//     multicast, unspecified, carrier-grade NAT, documentation and the like. The address
//     is looked at when the connection is made, after names were resolved
//   - no redirect, no proxy, no connection that is used twice; of an answer at most
//     16 KiB of header and 4 KiB of body
//   - as much time, as many calls at once, and as many per minute as the fields say
//
// A call that fails is logged and not repeated: the sender may ask again. Goroutines
// exist as long as calls do; Shutdown ends them. The zero value is ready to use. A
// Callback must not be changed or copied after its first use.
type Callback struct {
	Timeout   time.Duration // of a call; 0 is 10 seconds
	MaxCalls  int           // at the same time; 0 is 8
	PerMinute int           // calls in all; 0 is 60
	PerHost   int           // calls per minute to one host; 0 is 6

	// AllowAddress replaces the rule about addresses, if it is not nil: to call
	// senders in a network of one's own.
	AllowAddress func(netip.Addr) bool

	TLS    *tls.Config  // nil is the system's certificates
	Logger *slog.Logger // nil is slog.Default()

	limits, hosts limiter

	mutex    sync.Mutex
	running  int
	cancels  map[int]context.CancelFunc
	sequence int
	stopping bool
	idle     chan struct{} // closed when no call is left; made by Shutdown
}

const (
	callbackTimeout   = 10 * time.Second
	callbackCalls     = 8
	callbackPerMinute = 60
	callbackPerHost   = 6
	maxCallbackURL    = 2048
	maxCallbackHeader = 16 << 10
	maxCallbackBody   = 4 << 10
)

var (
	errCallbackURL     = errors.New("WebHook-Request-Callback is not an https URL that may be called")
	errCallbackBusy    = errors.New("too many callbacks are under way")
	errCallbackAddress = errors.New("address is not public")
)

// Grant gives permission at a callback address now, for a handshake that was not
// answered then. A rate of 0 is no limit. Of the restrictions all but those on the
// number of calls apply. The error does not have the address in it. It is nil if
// the answer is 2xx.
func (c *Callback) Grant(ctx context.Context, callback string, perMinute int) error {
	u, err := callbackURL(callback)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, orZero(c.Timeout, callbackTimeout))
	defer cancel()
	if err := c.call(ctx, u, perMinute); err != nil {
		return fmt.Errorf("callback: %w", err)
	}
	return nil
}

// Shutdown lets no more calls begin and waits for those under way. When ctx ends
// it ends them, waits until they have, and returns the error of ctx.
func (c *Callback) Shutdown(ctx context.Context) error {
	c.mutex.Lock()
	c.stopping = true
	if c.idle == nil {
		c.idle = make(chan struct{})
		if c.running == 0 {
			close(c.idle)
		}
	}
	idle := c.idle
	c.mutex.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
	}
	c.mutex.Lock()
	for _, cancel := range c.cancels {
		cancel()
	}
	c.mutex.Unlock()
	<-idle
	return ctx.Err()
}

// start begins a call, unless that is too many per minute: then it says how long
// to wait.
func (c *Callback) start(ctx context.Context, callback string, perMinute int) (wait time.Duration, err error) {
	u, err := callbackURL(callback)
	if err != nil {
		return 0, err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	switch {
	case c.stopping:
		return 0, errShuttingDown
	case c.running >= orZero(c.MaxCalls, callbackCalls):
		return 0, errCallbackBusy
	}
	if wait := c.hosts.take(hostName(u), orZero(c.PerHost, callbackPerHost), defaultMaxOrigins); wait > 0 {
		return wait, nil
	}
	if wait := c.limits.take("", orZero(c.PerMinute, callbackPerMinute), 1); wait > 0 {
		return wait, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), orZero(c.Timeout, callbackTimeout))
	c.sequence++
	id := c.sequence
	if c.cancels == nil {
		c.cancels = map[int]context.CancelFunc{}
	}
	c.cancels[id] = cancel
	c.running++
	go func() {
		defer c.end(id, cancel)
		if err := c.call(ctx, u, perMinute); err != nil {
			orDefault(c.Logger).WarnContext(ctx, "webhook callback failed", "host", cut(u.Host), "error", err)
		}
	}()
	return 0, nil
}

func (c *Callback) end(id int, cancel context.CancelFunc) {
	cancel()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.cancels, id)
	c.running--
	if c.running == 0 && c.idle != nil {
		close(c.idle)
	}
}

// call calls. What goes wrong is said without the URL, in which there is a secret.
func (c *Callback) call(ctx context.Context, u *url.URL, perMinute int) error {
	r := &http.Request{Method: http.MethodPost, URL: u, Host: u.Host, Header: http.Header{allowedRate: {formatRate(perMinute)}}}
	answer, err := c.roundTripper(ctx).RoundTrip(r.WithContext(ctx))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, maxCallbackBody) // what it says does not matter
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	return nil
}

// roundTripper is used rather than a client, which would follow redirects. It is
// made for one call: a transport goes on dialing when a request has ended, unless
// the dialer knows better.
func (c *Callback) roundTripper(call context.Context) http.RoundTripper {
	dialer := tls.Dialer{NetDialer: &net.Dialer{Control: c.control}, Config: c.TLS}
	return &http.Transport{
		DialTLSContext: func(_ context.Context, network, address string) (net.Conn, error) {
			return dialer.DialContext(call, network, address)
		},
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxCallbackHeader,
	}
}

// control is called with each address right before a connection is made to it.
func (c *Callback) control(_, address string, _ syscall.RawConn) error {
	allowed := c.AllowAddress
	if allowed == nil {
		allowed = PublicAddress
	}
	if a, err := netip.ParseAddrPort(address); err != nil || !allowed(a.Addr()) {
		return errCallbackAddress
	}
	return nil
}

func callbackURL(s string) (*url.URL, error) {
	if len(s) > maxCallbackURL {
		return nil, errCallbackURL
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" || u.Fragment != "" {
		return nil, errCallbackURL
	}
	return u, nil
}

// hostName returns the host of u in one spelling, without the port.
func hostName(u *url.URL) string { return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") }

// orZero returns v, or what the zero value stands for.
func orZero[T int | int64 | time.Duration](v, zero T) T {
	if v <= 0 {
		return zero
	}
	return v
}
