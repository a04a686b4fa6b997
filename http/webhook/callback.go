package webhook

import (
	"cmp"
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

	"github.com/seed763dd41b/cloudevents/internal/eventlog"
)

// Callback gives permission at the URL that a sender offers with
// WebHook-Request-Callback (http-webhook.md#413-webhook-request-callback). It sends POST
// with WebHook-Allowed-Rate. A stranger chooses the URL, so a call is restricted:
//
//   - The URL is https, with a valid certificate. It has no user and no fragment, and at
//     most 2048 bytes.
//   - The address is public, as [PublicAddress] says. That is checked when the connection
//     is made, after the name was resolved.
//   - There is no redirect, no proxy and no connection that is used twice. At most 16 KiB
//     of header and 4 KiB of body are read from the answer.
//   - Timeout, MaxCalls, PerMinute and PerHost limit duration and number.
//
// A call that fails is logged and not repeated. The sender may ask again. Each call has a
// goroutine, which Shutdown ends. The zero value is ready to use. A Callback must not be
// changed or copied after its first use.
type Callback struct {
	// Timeout limits the duration of a call. 0 is 10 seconds, -1 is no limit.
	Timeout time.Duration

	// MaxCalls is the number of calls at the same time. A handshake beyond it is
	// answered with 503. 0 is 8, -1 is no limit.
	MaxCalls int

	// PerMinute is the number of calls per minute. A handshake beyond it is answered
	// with 429. 0 is 60, -1 is no limit.
	PerMinute int

	// PerHost is the number of calls per minute to one host. A handshake beyond it is
	// answered with 429. 0 is 6, -1 is no limit.
	PerHost int

	// AllowAddress replaces PublicAddress if it is set, for senders in a private network.
	AllowAddress func(netip.Addr) bool

	// TLS is the client configuration of a call. nil trusts the certificates of the
	// system.
	TLS *tls.Config

	// Logger gets failed calls at warning level. nil is slog.Default().
	Logger *slog.Logger

	all, hosts limiter

	mu      sync.Mutex
	stopped bool
	running map[*http.Request]context.CancelFunc // calls under way
	calls   sync.WaitGroup                       // their goroutines
}

const (
	maxCallbackURL    = 2048
	maxCallbackHeader = 16 << 10
	maxCallbackBody   = 4 << 10
	maxCallbackHosts  = 1024 // hosts beyond it share one PerHost
)

type callbackLimits struct {
	timeout                   time.Duration
	calls, perMinute, perHost int
}

// limits returns the limits of c with their defaults.
func (c *Callback) limits() callbackLimits {
	return callbackLimits{
		timeout:   cmp.Or(c.Timeout, 10*time.Second),
		calls:     cmp.Or(c.MaxCalls, 8),
		perMinute: cmp.Or(c.PerMinute, 60),
		perHost:   cmp.Or(c.PerHost, 6),
	}
}

var (
	errCallbackURL     = errors.New("WebHook-Request-Callback is not an https URL that may be called")
	errCallbackBusy    = errors.New("too many callbacks are under way")
	errCallbackStopped = errors.New("no callbacks are sent any more: the service is shutting down")
	errCallbackAddress = errors.New("address is not public")
)

// Grant gives permission at a callback URL now, for a handshake that was refused or
// answered without consent. A rate of 0 is no limit. The restrictions of Callback apply,
// except those on the number of calls. The error is nil if the answer is 2xx. It does not
// contain the URL.
func (c *Callback) Grant(ctx context.Context, callback string, perMinute int) error {
	u, err := callbackURL(callback)
	if err != nil {
		return err
	}
	ctx, cancel := withTimeout(ctx, c.limits().timeout)
	defer cancel()
	if err := c.call(callbackRequest(ctx, u, perMinute)); err != nil {
		return fmt.Errorf("callback: %w", err)
	}
	return nil
}

// Shutdown begins no more calls and waits for those under way. If ctx ends first, it
// cancels them, waits until they have ended, and returns the error of ctx.
func (c *Callback) Shutdown(ctx context.Context) error {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		c.calls.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	for _, cancel := range c.running {
		cancel()
	}
	c.mu.Unlock()
	<-idle
	return ctx.Err()
}

// start begins a call in the background. If there are too many per minute, it returns how
// long to wait instead.
func (c *Callback) start(ctx context.Context, callback string, perMinute int) (wait time.Duration, err error) {
	u, err := callbackURL(callback)
	if err != nil {
		return 0, err
	}
	limits := c.limits()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.stopped:
		return 0, errCallbackStopped
	case limits.calls >= 0 && len(c.running) >= limits.calls:
		return 0, errCallbackBusy
	}
	if wait := c.hosts.take(hostName(u), limits.perHost, maxCallbackHosts); wait > 0 {
		return wait, nil
	}
	if wait := c.all.take("", limits.perMinute, 1); wait > 0 {
		return wait, nil
	}
	ctx, cancel := withTimeout(context.WithoutCancel(ctx), limits.timeout)
	r := callbackRequest(ctx, u, perMinute)
	if c.running == nil {
		c.running = map[*http.Request]context.CancelFunc{}
	}
	c.running[r] = cancel
	c.calls.Go(func() {
		if err := c.call(r); err != nil {
			eventlog.Default(c.Logger).WarnContext(ctx, "webhook callback failed", "host", eventlog.Cut(u.Host), "error", err)
		}
		cancel()
		c.mu.Lock()
		delete(c.running, r)
		c.mu.Unlock()
	})
	return 0, nil
}

// withTimeout is context.WithTimeout, with no timeout if it is negative.
func withTimeout(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout < 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, timeout)
}

func callbackRequest(ctx context.Context, u *url.URL, perMinute int) *http.Request {
	r := &http.Request{Method: http.MethodPost, URL: u, Host: u.Host, Header: http.Header{allowedRate: {formatRate(perMinute)}}}
	return r.WithContext(ctx)
}

// call sends r. Its error does not contain the URL, which has a secret in it.
func (c *Callback) call(r *http.Request) error {
	response, err := c.roundTripper(r.Context()).RoundTrip(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, maxCallbackBody) // only the status matters
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}

// roundTripper returns a transport for one call. A transport does not follow redirects, as
// a client would. It is not kept, because it would go on dialing after the request has
// ended, unless the dialer has the context of the call.
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

// control is called with each resolved address right before it is connected to.
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

// PublicAddress reports whether a is a public Internet address. Loopback, private,
// link-local, cloud-metadata and documentation addresses are not, nor are IPv6 addresses
// that embed an IPv4 address. It is the rule of [Callback].
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
	case b[8]&^3 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe: // ISATAP
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
