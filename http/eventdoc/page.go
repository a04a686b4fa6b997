package cehttp

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// Doc documents the routes of a [Mux] to people, as one HTML page, and to programs
// that ask for application/json. It answers GET and HEAD. The page loads nothing, and
// its Content-Security-Policy sees to that; whatever comes from routes is escaped.
//
// Each example has curl commands for a POSIX shell.
type Doc struct {
	Mux *Mux

	// Title is the headline; "" is "Events".
	Title string

	// URL is where events are to be sent. If it is empty, it is the root of the host
	// that the request names, by https if the request came over TLS: say it if the
	// receiver is mounted elsewhere or is behind a proxy.
	URL string
}

// Doc returns the documentation of the routes, those that are still to come
// included, with the defaults of [Doc].
func (m *Mux) Doc() http.Handler { return &Doc{Mux: m} }

// ServeHTTP writes the page, or JSON if the request prefers that.
func (d *Doc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are allowed", http.StatusMethodNotAllowed)
		return
	}
	description, err := d.describe(r)
	var body []byte
	if wantsJSON(r.Header) {
		h.Set("Content-Type", "application/json")
		if err == nil {
			body, err = description.json()
		}
	} else {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", docPolicy())
		h.Set("Referrer-Policy", "no-referrer")
		if err == nil {
			body = description.html()
		}
	}
	if err != nil {
		http.Error(w, "the documentation cannot be written", http.StatusInternalServerError)
		return
	}
	h.Set("Vary", "Accept")
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

// target returns where events are to be sent.
func (d *Doc) target(r *http.Request) string {
	if d.URL != "" {
		return d.URL
	}
	host := r.Host
	if host == "" || strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") != "" {
		host = "localhost"
	}
	if r.TLS != nil {
		return "https://" + host + "/"
	}
	return "http://" + host + "/"
}

// wantsJSON reports whether the request prefers JSON to HTML. Browsers, and clients
// that take anything, get HTML.
func wantsJSON(h http.Header) bool {
	quality := map[string]float64{}
	for _, line := range h["Accept"] {
		for item := range strings.SplitSeq(line, ",") {
			q := 1.0
			if text, ok := mediatype.Parameter(item, "q"); ok {
				parsed, err := strconv.ParseFloat(text, 64)
				if err != nil {
					continue
				}
				q = parsed
			}
			essence := strings.ToLower(mediatype.Essence(item))
			quality[essence] = max(quality[essence], q)
		}
	}
	of := func(ranges ...string) float64 {
		for _, name := range ranges {
			if q, ok := quality[name]; ok {
				return q
			}
		}
		return 0
	}
	json, ok := quality["application/json"]
	return ok && json > 0 && json >= of("text/html", "text/*", "*/*")
}
