package listen

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// hosts are the names under which a listener on a loopback address is called. A web page can
// make its own name resolve to such an address, and would otherwise send events to it and
// read the answers. The names that such a page has are in Host.
type hosts struct {
	own     string   // the host of the address, as the command line has it
	allowed []string // of --allow-host
}

// hostsAt returns the hosts of a listener at an address, which the command line has in another
// form. It returns nil, which is any, unless it is a loopback address: on others, nobody knows
// the names.
func hostsAt(at net.Addr, address string, allowed []string) *hosts {
	if tcp, ok := at.(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return nil
	}
	return &hosts{own: hostName(address), allowed: allowed}
}

// has reports whether a request with that Host is for this listener. HTTP/1.0 may have none,
// and browsers do not speak it.
func (h *hosts) has(host string) bool {
	name := hostName(host)
	if name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") || name == h.own {
		return true
	}
	if slices.Contains(h.allowed, name) || slices.Contains(h.allowed, "*") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}

// hostName returns the name of "name:port" in lower case.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// hostError is the error about a message to another host.
type hostError struct{ host string }

func (e *hostError) Error() string {
	return fmt.Sprintf("the Host %q is no name of this machine; --allow-host %s takes it", excerpt.Cut(e.host, excerpt.Size), excerpt.Cut(hostName(e.host), excerpt.Size))
}

// refuseHost answers a message to another host, whose body is not read.
func (l *listener) refuseHost(m *received) {
	m.err = &hostError{m.r.Host}
	m.answer.status = http.StatusMisdirectedRequest
	m.answer.header.Set("Content-Type", "application/json")
	m.answer.body.WriteString(`{"error":"the Host is no name of this machine","error_type":"misdirected_request","retryable":false}`)
}
