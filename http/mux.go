package cehttp

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed763dd41b/cloudevents"
)

// ErrRouteConflict is wrapped by the error of [Mux.Handle] about two routes that
// take the same events.
var ErrRouteConflict = errors.New("two routes take the same events")

var errNoRouteHandler = errors.New("route has no handler")

// Mux calls the handler that is registered for an event. The zero value knows no
// events. Its method HandleEvent is a [Handler].
//
// An event goes to the first route that takes it, in this order, whatever the
// order of registration:
//
//  1. The exact type comes before prefixes, a longer prefix before a shorter one.
//  2. Among routes with the same type, the exact source comes before prefixes, a
//     longer prefix before a shorter one, and any source last.
//  3. Among those with the same source, the exact dataschema comes before
//     prefixes, longer ones first, then the version at the end of the type, then
//     any version.
//
// Handle must not run beside any other method; they are safe for concurrent use
// once all routes are there. A Mux must not be copied after its first route.
type Mux struct {
	// Fallback handles the events that no route takes. If it is nil, they are
	// answered 422 with the error type "unknown_type" and the names of the nearest
	// registered types; not 404, which senders repeat because it also says that
	// there is no such address.
	Fallback Handler

	routes []registered
	seen   map[routeKey]bool
	types  patterns[patterns[versionedHandlers]]
	known  []string // patterns of types, sorted
}

// Route says which events a handler takes. Type and Handler are required. Several
// versions of an event live side by side as routes with different Version.
type Route struct {
	// Type is a type, such as "com.example.order.placed", a prefix of types that
	// ends in a star, such as "com.example.*", or "*" for all of them. The star
	// has no other place. Types are compared byte by byte.
	Type string

	// Source is a source, or a prefix that ends in a star. "" is any.
	Source string

	// Version is a dataschema, a prefix of one that ends in a star, or a label
	// such as "v2", which has no colon and no dot, for types that end in ".v2".
	// "" is any. Type "com.example.placed" with Version "v2" is the same as Type
	// "com.example.placed.v2".
	Version string

	Handler Handler

	Summary string   // a sentence or two, for the documentation
	In      EventDoc // an event that the route takes, for the documentation
	Out     EventDoc // its reply, for the documentation; the zero value is none
}

// Handle registers routes: all of them, or none if one is refused. The error has
// each problem of each route, so that one check is enough for a whole table. It
// wraps [ErrPattern] for a malformed Type, Source or Version and
// [ErrRouteConflict]; a missing handler and documentation that is not a valid event
// are errors, too.
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
			case twice:
				err = fmt.Errorf("%w: see route %d of the same call", ErrRouteConflict, first)
			case m.seen[r.key]:
				err = fmt.Errorf("%w: see a call before this one", ErrRouteConflict)
			default:
				seen[r.key] = i
				err = r.describe()
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("route %d, %.64q: %w", i, r.Type, err))
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

func (m *Mux) add(r *registered) {
	if m.seen == nil {
		m.seen = map[routeKey]bool{}
	}
	m.seen[r.key] = true
	m.routes = append(m.routes, *r)
	m.types.put(r.key.eventType).put(r.key.source).put(r.key, r.Handler)
	if i, found := slices.BinarySearch(m.known, r.key.eventType); !found {
		m.known = slices.Insert(m.known, i, r.key.eventType)
	}
}

// HandleEvent calls the handler of the route that takes e, or else Fallback. Finding
// it allocates nothing, and its time depends on the routes, not on e.
func (m *Mux) HandleEvent(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	if h := m.find(e); h != nil {
		return h(ctx, e)
	}
	if m.Fallback != nil {
		return m.Fallback(ctx, e)
	}
	return nil, m.unknownType(e)
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
