// Package eventdoc documents the routes of a [dispatch.Mux] to people, as an HTML page,
// and to programs, as JSON. Each route has an address of its own, an example of its event
// and of its reply, a table of the fields of the data, a JSON Schema, curl commands that send
// the example, and the answers to expect.
//
//	page, err := eventdoc.New(&mux)
//	if err != nil {
//		return err
//	}
//	http.Handle("/docs", page)
//
// The page takes the fields from the Go type of a handler's data. The tag doc describes a
// field, and the tag example has a value for it; without that, the example has values that
// fit the names and types of the fields.
//
//	type Order struct {
//		ID    string `json:"id" doc:"Number of the order." example:"A-1042"`
//		Count int    `json:"count,omitempty" doc:"How many. 1 if it is left out."`
//	}
//
// More than 12 routes are shown in groups of those whose types begin alike. The page needs
// JavaScript for the search and for the buttons that copy, and for nothing else.
package eventdoc

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents/dispatch"
	httpanswer "github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// Page is an [http.Handler] that answers GET and HEAD with the documentation of a Mux. The
// zero Page documents no routes; [New] makes one that does. Its fields must not be changed
// once it serves.
//
// Browsers get HTML. Clients that prefer application/json get JSON. The HTML page loads
// nothing, and its Content-Security-Policy allows nothing but its own style and script. All
// text from routes is escaped.
type Page struct {
	// Title is the headline. "" is "Events".
	Title string

	// URL is the address that events are sent to. "" is the root of the host that the
	// request for the page names, with https if the request came over TLS. Set it if the
	// receiver is mounted elsewhere or is behind a proxy.
	URL string

	events []event // sorted by type, source and version; "*" is the last
}

// New returns a Page that documents the routes of m. Routes that are registered after New
// are not shown, and later changes to the examples have no effect.
//
// Attributes that an example leaves open are filled in. Each example gets an id of its own,
// and a source of its own unless the pattern of the route is a whole source: example-3 and
// /example/3 for the third route. A receiver with a [dispatch.Deduplicate] drops an example
// that is sent twice, and says so in the header Duplicate-Events.
//
// The error has one text for each route whose documentation is wrong: an example that is
// not a valid event, or that its route refuses, as [dispatch.Route.Check] finds; a reply
// without a type; data that cannot be written under its content type; or a schema that is
// not JSON. If the zero value that [dispatch.On] puts into a route is refused, the route has
// a schema and no example. So is a tag example that is no value of its field.
func New(m *dispatch.Mux) (*Page, error) {
	var p Page
	var errs []error
	i := 0
	for r := range m.Routes() {
		e, err := newEvent(&r, strconv.Itoa(i+1))
		if err != nil {
			errs = append(errs, fmt.Errorf("route %d, %q: %w", i, excerpt.Of(r.Type), err))
		}
		p.events = append(p.events, e)
		i++
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	slices.SortStableFunc(p.events, func(a, b event) int {
		if (a.Type == "*") != (b.Type == "*") {
			return cmp.Compare(b.Type, a.Type)
		}
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Version, b.Version))
	})
	taken := map[string]bool{}
	for i := range p.events {
		e := &p.events[i]
		e.ID = fragment(e, taken)
	}
	return &p, nil
}

// ServeHTTP writes the page, or JSON if the request prefers it. Methods other than GET and
// HEAD are answered with 405.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	httpanswer.Early(w, r)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are allowed", http.StatusMethodNotAllowed)
		return
	}
	d := p.describe(r)
	var body []byte
	var err error
	if httpanswer.PrefersJSON(r.Header) {
		h.Set("Content-Type", "application/json")
		body, err = d.json()
	} else {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		body, err = d.html()
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

// maxHost is the length of a host and a port. The page has the host several times for each
// event.
const maxHost = 255 + len(":65535")

// target returns the address that events are sent to.
func (p *Page) target(r *http.Request) string {
	if p.URL != "" {
		return p.URL
	}
	host := r.Host
	if host == "" || len(host) > maxHost || strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") != "" {
		host = "localhost"
	}
	if r.TLS != nil {
		return "https://" + host + "/"
	}
	return "http://" + host + "/"
}
