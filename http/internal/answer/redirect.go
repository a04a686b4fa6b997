package answer

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// Redirect returns scheme and host of the URL that the Location in the header of an answer
// from target points to, or "" if that is no http or https URL. The rest of it may be a
// secret.
func Redirect(target *url.URL, h http.Header) string {
	const longest = 2 << 10
	location := h.Get("Location")
	if location == "" || len(location) > longest {
		return ""
	}
	u, err := target.Parse(location)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !IsHost(u.Host) {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// IsHost reports whether s may be a host with or without a port: it is not empty, not longer
// than a name and a port can be, and visible ASCII without a character that ends a host in a
// URL.
func IsHost(s string) bool {
	const longest = 253 + len(":65535")
	return s != "" && len(s) <= longest && ascii.Printable(s) && !strings.ContainsAny(s, " /?#@\"<>\\^`{|},")
}
