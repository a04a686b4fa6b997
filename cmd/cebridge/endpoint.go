package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/mqtttopic"
)

// openTimeout is the time that a broker has to answer at the beginning.
const openTimeout = 30 * time.Second

// endpoint is a source or a target.
type endpoint struct {
	scheme string
	host   string // hosts of Kafka are separated by commas
	path   string // without the slash at its beginning
	query  url.Values
	url    string // of HTTP and WebSockets
}

// kind is what endpoints of a scheme have.
type kind struct {
	path   string // what the path is, if there must be one
	query  string // the name that the query may have
	tokens bool   // it knows tokens
	web    bool   // it is a URL of the web
}

var kinds = map[string]kind{
	"http": {web: true, tokens: true}, "https": {web: true, tokens: true}, "ws": {web: true, tokens: true}, "wss": {web: true, tokens: true},
	"kafka": {path: "topic", query: "tls"},
	"nats":  {path: "stream and subject", query: "tls", tokens: true},
	"amqp":  {path: "address", query: "durable"}, "amqps": {path: "address", query: "durable"},
	"mqtt": {path: "topic"}, "mqtts": {path: "topic"},
}

// parseEndpoint reads an endpoint. Its errors do not have its text, which may be secret.
func parseEndpoint(s string) (endpoint, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return endpoint{}, errors.New("not of the form scheme://host/path")
	}
	k, ok := kinds[scheme]
	if !ok {
		return endpoint{}, fmt.Errorf("scheme %q is not one of http, https, kafka, nats, amqp, amqps, mqtt, mqtts, ws and wss", excerpt.Of(scheme))
	}
	// Not by package url: brokers may be several, and a topic may have a #.
	rest, query, _ := strings.Cut(rest, "?")
	host, path, _ := strings.Cut(rest, "/")
	e := endpoint{scheme: scheme, host: host}
	var err error
	switch {
	case strings.Contains(host, "@"):
		return e, errors.New("a URL must not have credentials, because it is logged; put them into the environment or a file")
	case host == "":
		return e, errors.New("there is no host")
	}
	if e.path, err = url.PathUnescape(path); err != nil {
		return e, fmt.Errorf("the path is not percent-encoded: %w", err)
	}
	if e.query, err = url.ParseQuery(query); err != nil {
		return e, errors.New("the query is not of the form name=value")
	}
	if k.web {
		return e, e.parseWeb(s)
	}
	if e.path == "" {
		return e, fmt.Errorf("there is no %s behind the host", k.path)
	}
	for name, values := range e.query {
		if name != k.query || len(values) != 1 || values[0] != "1" {
			want := "none is known for " + scheme
			if k.query != "" {
				want = "only " + k.query + "=1 is known for " + scheme
			}
			return e, fmt.Errorf("setting %q in the query: %s", excerpt.Of(name), want)
		}
	}
	if scheme == "nats" {
		_, _, err = e.place()
	}
	return e, err
}

// parseWeb finds what is wrong with a URL of the web.
func (e *endpoint) parseWeb(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return errors.New("not a URL")
	case u.Fragment != "":
		return errors.New("a URL must not have a fragment, which is never sent")
	}
	e.url = s
	return nil
}

// place returns the stream and the subject of an endpoint.
func (e endpoint) place() (stream, subject string, err error) {
	stream, subject, ok := strings.Cut(e.path, "/")
	if !ok || stream == "" || subject == "" {
		return "", "", errors.New("the path of a NATS endpoint is /stream/subject")
	}
	return stream, subject, nil
}

// hasWildcard reports whether an endpoint stands for more than one place.
func (e endpoint) hasWildcard() bool {
	switch e.scheme {
	case "nats":
		return strings.ContainsAny(e.path, "*>")
	case "mqtt", "mqtts":
		return strings.ContainsAny(e.path, "+#")
	}
	return false
}

// reads reports whether a source gets the messages that are written to a place.
func (e endpoint) reads(place string) bool {
	switch e.scheme {
	case "nats":
		_, subject, err := e.place()
		return err == nil && subjectsMeet(subject, place)
	case "mqtt", "mqtts":
		return mqtttopic.Filter(e.path) == nil && mqtttopic.Name(place) == nil && mqtttopic.Matches(e.path, place)
	}
	return place == e.path
}

// has reports whether the query sets name to 1.
func (e endpoint) has(name string) bool { return e.query.Get(name) == "1" }

// String returns the endpoint for logs: without the query, and of URLs of the web without the
// path, because each of them may be a secret.
func (e endpoint) String() string {
	if kinds[e.scheme].web {
		return e.scheme + "://" + e.host
	}
	return e.scheme + "://" + e.host + "/" + e.path
}

// serves reports whether a source of that kind is a server.
func (e endpoint) serves() bool { return kinds[e.scheme].web }

func (e endpoint) isWebSocket() bool { return e.scheme == "ws" || e.scheme == "wss" }

// openTarget connects to the target.
func openTarget(ctx context.Context, b *bridge, all secrets) (target, error) {
	s, err := all.of("TARGET", b.settings.target.scheme)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	switch b.settings.target.scheme {
	case "http", "https":
		return newHTTPTarget(b, s), nil
	case "kafka":
		return newKafkaTarget(ctx, b, s)
	case "nats":
		return newNATSTarget(ctx, b, s)
	case "amqp", "amqps":
		return newAMQPTarget(ctx, b, s)
	case "mqtt", "mqtts":
		return newMQTTTarget(ctx, b, s)
	default:
		return newWSTarget(b, s), nil
	}
}

// openSource makes the source ready.
func openSource(ctx context.Context, b *bridge, all secrets) (source, error) {
	s, err := all.of("SOURCE", b.settings.source.scheme)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	switch b.settings.source.scheme {
	case "kafka":
		return newKafkaSource(ctx, b, s)
	case "nats":
		return newNATSSource(ctx, b, s)
	case "amqp", "amqps":
		return newAMQPSource(ctx, b, s)
	case "mqtt", "mqtts":
		return newMQTTSource(ctx, b, s)
	case "ws":
		return newWSSource(b, s)
	default:
		return newHTTPSource(b, s)
	}
}
