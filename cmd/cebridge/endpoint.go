package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// endpoint is a source or a target.
type endpoint struct {
	scheme string
	host   string // hosts of Kafka are separated by commas
	path   string // without the slash at its beginning
	url    url.URL
}

// kinds are the schemes, and what they need a path for.
var kinds = map[string]string{
	"http": "", "https": "", "ws": "", "wss": "",
	"kafka": "topic", "nats": "stream and subject", "amqp": "address", "amqps": "address", "mqtt": "topic", "mqtts": "topic",
}

func parseEndpoint(s string) (endpoint, error) {
	u, err := url.Parse(s)
	if err != nil {
		var about *url.Error
		if errors.As(err, &about) {
			err = about.Err // the text would have the URL, and what is secret in it
		}
		return endpoint{}, err
	}
	needs, ok := kinds[u.Scheme]
	switch {
	case !ok:
		return endpoint{}, fmt.Errorf("scheme %.64q is not one of http, https, kafka, nats, amqp, amqps, mqtt, mqtts, ws and wss", u.Scheme)
	case u.User != nil:
		return endpoint{}, errors.New("credentials do not stand in a URL, which is logged: they come from the environment or a file")
	case u.Host == "":
		return endpoint{}, errors.New("there is no host")
	}
	e := endpoint{scheme: u.Scheme, host: u.Host, path: strings.TrimPrefix(u.Path, "/"), url: *u}
	if needs != "" && e.path == "" {
		return endpoint{}, fmt.Errorf("there is no %s behind the host", needs)
	}
	return e, nil
}

// String returns the endpoint without its query, which may hold a secret.
func (e endpoint) String() string { return e.scheme + "://" + e.host + "/" + e.path }

func (e endpoint) isHTTP() bool { return e.scheme == "http" || e.scheme == "https" }

// secret is what one end authenticates with.
type secret struct{ user, password, token string }

// secrets are lines such as CEBRIDGE_SOURCE_USER=name, of a file or the environment.
type secrets struct {
	file   map[string]string
	getenv func(string) string
}

// readSecrets reads the file, if there is one. Errors name lines, not what is in them.
func readSecrets(file string, getenv func(string) string) (secrets, error) {
	s := secrets{file: map[string]string{}, getenv: getenv}
	if file == "" {
		return s, nil
	}
	in, err := os.Open(file)
	if err != nil {
		return s, err
	}
	defer in.Close()
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || !strings.HasPrefix(name, "CEBRIDGE_") {
			return s, fmt.Errorf("line %d of %s is not CEBRIDGE_…=…", n, file)
		}
		s.file[name] = value
	}
	return s, lines.Err()
}

// of returns the secret of an end: SOURCE or TARGET.
func (s secrets) of(end string) secret {
	get := func(name string) string {
		name = "CEBRIDGE_" + end + "_" + name
		if value, ok := s.file[name]; ok {
			return value
		}
		return s.getenv(name)
	}
	return secret{get("USER"), get("PASSWORD"), get("TOKEN")}
}

// source hands events to the handler of the bridge until ctx ends.
type source interface {
	run(ctx context.Context) error
}

// openTarget connects to the target.
func openTarget(ctx context.Context, b *bridge, s secret) (target, error) {
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
	case "ws", "wss":
		return newWSTarget(b, s), nil
	}
	return nil, errors.New("there is no such target")
}

// openSource makes the source ready.
func openSource(b *bridge, s secret) (source, error) {
	switch b.settings.source.scheme {
	case "http":
		return newHTTPSource(b, s), nil
	case "kafka":
		return newKafkaSource(b, s)
	case "nats":
		return newNATSSource(b, s)
	case "amqp", "amqps":
		return newAMQPSource(b, s)
	case "mqtt", "mqtts":
		return newMQTTSource(b, s)
	case "ws":
		return newWSSource(b, s), nil
	case "https", "wss":
		return nil, errors.New("a source is served without TLS: put a proxy in front of it")
	}
	return nil, errors.New("there is no such source")
}
