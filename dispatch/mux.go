package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	errNoRouteHandler = errors.New("has no handler")
	errNoMatch        = errors.New("the route does not take it")
	errRouteTaken     = errors.New("takes the same events as a route of an earlier call")
)

// Mux calls the handler that is registered for an event. The zero value has no routes. Its
// method HandleEvent is a [Handler].
//
// An event goes to the first route that matches it, in this order, whatever the order of
// registration:
//
//  1. The exact type comes before prefixes, a longer prefix before a shorter one.
//  2. Among routes with the same type, the exact source comes before prefixes, a longer
//     prefix before a shorter one, and any source last.
//  3. Among those with the same source, the exact dataschema comes before prefixes, longer
//     ones first, then the version at the end of the type, then any version.
//  4. Among those with the same version, the filters come in the order of registration, and the
//     route without a filter last.
//
// Register all routes before serving. Handle must not be called concurrently with any
// method; the other methods are safe for concurrent use. A Mux must not be copied after
// its first route.
type Mux struct {
	// Fallback handles the events that no route matches. If it is nil they are refused:
	// the error is an [Error] with Status 422 and the type "unknown_type", and its
	// message names the nearest registered types, for the first 8 events of a batch. The
	// status is not 404, because senders send again after 404: it also says that there
	// is no such address.
	//
	// A consumer of a broker writes refused events to its dead letter, or stops. A topic
	// with more events than the program wants needs a Fallback that returns nil.
	Fallback Handler

	routes []registered
	seen   map[routeKey]bool
	types  patterns[patterns[versionedHandlers]]
	known  []string // patterns of types, sorted
}

// Route says which events a handler takes. Type and Handler are required. Several
// versions of an event are routes with the same Type and different Version.
type Route struct {
	// Type is a type such as "com.example.order.placed", a prefix of types that ends in a
	// star such as "com.example.*", or "*" for all types. A star elsewhere is an error.
	// Types are compared byte by byte.
	Type string

	// Source is a source, or a prefix of sources that ends in a star. "" is any source.
	Source string

	// Version is a dataschema, a prefix of one that ends in a star, or a label such as
	// "v2" for types that end in ".v2". A label has no colon and no dot. "" is any
	// version. Type "com.example.placed" with Version "v2" is the same as Type
	// "com.example.placed.v2".
	Version string

	// Filter narrows the route to the events for which it returns true, such as the method
	// Matches of a cesql.Expression or Match of a cesql.Filter. It must not change the event.
	// Among routes with the same Type, Source and Version, those with a Filter come first, in
	// the order of registration. An event that no Filter passes goes to the next route that
	// matches it, or else to [Mux.Fallback]. nil passes every event.
	Filter func(e *cloudevents.Event) bool

	// DataContentType is given to an event whose data comes without a content type, before
	// Handler is called. It is for senders that forget Content-Type, such as
	// "application/json" before a handler of [On], which refuses such data otherwise. ""
	// leaves the event as it is.
	DataContentType string

	// Handler handles the events.
	Handler Handler

	// Summary describes the route in a sentence or two, for documentation.
	Summary string

	// In describes an event that the route takes, for documentation.
	In EventDoc

	// Out describes the reply, for documentation. The zero value is no reply.
	Out EventDoc

	// Answers describes answers of the handler, for documentation: texts by the status of
	// HTTP, such as {409: "The order is closed."}. Those that every handler may give need
	// not be there. A text replaces the usual one of its status, and "" takes the status
	// out.
	Answers map[int]string

	refuse func(e *cloudevents.Event) error // of On: why it does not call its function
}

// EventDoc describes an event for documentation: an example, and a JSON Schema of its
// data. A [Mux] does not look at it; package eventdoc checks and shows it.
type EventDoc struct {
	// Event is the example. Empty attributes are filled in: id, and for Route.In also
	// source, type and dataschema, after the patterns of the route. The type of a reply
	// is required.
	Event cloudevents.Event

	// Data is the data of the example, as [cloudevents.Event.SetData] takes it. If
	// Event.DataContentType is empty it is application/json, text/plain for a string, and
	// application/octet-stream for []byte. If Data is nil, Event.Data is used. A zero
	// value says the type alone: the example then has values that fit the names and types
	// of its fields, or their tags, as in `doc:"of the order" example:"A-1042"`. doc
	// describes a field.
	Data any

	// Schema is a JSON Schema of the data. If it is nil it is derived from the Go type of
	// Data, unless that is []byte or string, and describes what encoding/json writes for
	// a value of that type. A field without omitempty and omitzero is required.
	Schema json.RawMessage
}

// Matches reports whether e is an event that the route takes. A more specific route of a
// [Mux] may still come first. A route that Handle refuses because of its Type, Source or
// Version matches nothing.
func (r *Route) Matches(e *cloudevents.Event) bool {
	k, err := newRouteKey(r)
	return err == nil && k.matches(e) && (r.Filter == nil || r.Filter(e))
}

// Check returns why the route refuses e before a function of the program sees it: it does
// not match, or its data is not of the type of [On] or [Consume]. It calls no handler, and
// knows nothing of the data that other handlers want.
func (r *Route) Check(e *cloudevents.Event) error {
	switch {
	case !r.Matches(e):
		return errNoMatch
	case r.refuse != nil:
		if r.lacksContentType(e) {
			c := *e
			c.DataContentType = r.DataContentType
			e = &c
		}
		return r.refuse(e)
	}
	return nil
}

func (r *Route) lacksContentType(e *cloudevents.Event) bool {
	return r.DataContentType != "" && e.DataContentType == "" && e.Data != nil
}

// handler returns Handler, behind DataContentType.
func (r *Route) handler() Handler {
	if r.DataContentType == "" {
		return r.Handler
	}
	own := *r
	return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		if own.lacksContentType(e) {
			e.DataContentType = own.DataContentType
		}
		return own.Handler(ctx, e)
	}
}

// Handle registers all of the routes, or none if one of them is refused. The error then
// has each problem of each route, so that one test is enough for a whole table: a
// malformed Type, Source, Version or DataContentType, a missing Handler, or a route that
// takes the same events as another one.
func (m *Mux) Handle(routes ...Route) error {
	added := make([]registered, 0, len(routes))
	seen := make(map[routeKey]int, len(routes))
	var errs []error
	for i := range routes {
		r := registered{Route: routes[i]}
		var err error
		if r.key, err = newRouteKey(&r.Route); err == nil {
			first, twice := seen[r.key]
			switch {
			case r.Handler == nil:
				err = errNoRouteHandler
			case r.DataContentType != "" && validation.MediaType(r.DataContentType) != nil:
				err = fmt.Errorf("DataContentType: %w", validation.MediaType(r.DataContentType))
			case r.Filter != nil: // which makes the difference
			case twice:
				err = fmt.Errorf("takes the same events as route %d of the same call", first)
			case m.seen[r.key]:
				err = errRouteTaken
			default:
				seen[r.key] = i
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("route %d, %q: %w", i, excerpt.Of(r.Type), err))
		}
		added = append(added, r)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for i := range added {
		m.add(&added[i])
	}
	return nil
}

// Routes returns the routes in the order of their registration.
func (m *Mux) Routes() iter.Seq[Route] {
	return func(yield func(Route) bool) {
		for i := range m.routes {
			if !yield(m.routes[i].Route) {
				return
			}
		}
	}
}

func (m *Mux) add(r *registered) {
	if m.seen == nil {
		m.seen = map[routeKey]bool{}
	}
	if r.Filter == nil {
		m.seen[r.key] = true
	}
	m.routes = append(m.routes, *r)
	m.types.put(r.key.eventType).put(r.key.source).put(r.key, &r.Route)
	if i, found := slices.BinarySearch(m.known, r.key.eventType); !found {
		m.known = slices.Insert(m.known, i, r.key.eventType)
	}
}

// HandleEvent calls the handler of the first route that matches e, or else Fallback. The
// search allocates nothing, and its time depends on the routes, not on e.
func (m *Mux) HandleEvent(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	if h := m.find(e); h != nil {
		return h(ctx, e)
	}
	if m.Fallback != nil {
		return m.Fallback(ctx, e)
	}
	return nil, m.unknownType(ctx, e)
}

func (m *Mux) find(e *cloudevents.Event) Handler {
	for i := range m.types.steps() {
		sources := m.types.at(e.Type, i)
		if sources == nil {
			continue
		}
		for j := range sources.steps() {
			if versions := sources.at(e.Source, j); versions != nil {
				if h := versions.find(e); h != nil {
					return h
				}
			}
		}
	}
	return nil
}
