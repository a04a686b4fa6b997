package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
)

// secret is what one end authenticates with.
type secret struct{ user, password, token string }

// secrets are lines such as CEBRIDGE_SOURCE_USER=name, of a file or the environment.
type secrets struct {
	file   map[string]string
	getenv func(string) string
}

// secretNames are the names of the lines.
var secretNames = []string{
	"CEBRIDGE_SOURCE_USER", "CEBRIDGE_SOURCE_PASSWORD", "CEBRIDGE_SOURCE_TOKEN",
	"CEBRIDGE_TARGET_USER", "CEBRIDGE_TARGET_PASSWORD", "CEBRIDGE_TARGET_TOKEN",
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
		if !ok || !slices.Contains(secretNames, name) {
			return s, fmt.Errorf("line %d of %s does not begin with %s= or another of these names; -help has them", n, file, secretNames[0])
		}
		s.file[name] = value
	}
	return s, lines.Err()
}

// of returns the secret of an end, SOURCE or TARGET, which has a scheme.
func (s secrets) of(end, scheme string) (secret, error) {
	get := func(name string) string {
		name = "CEBRIDGE_" + end + "_" + name
		if value, ok := s.file[name]; ok {
			return value
		}
		return s.getenv(name)
	}
	out := secret{get("USER"), get("PASSWORD"), get("TOKEN")}
	switch {
	case out.token != "" && !kinds[scheme].tokens:
		return out, fmt.Errorf("%s has no tokens; use a user and a password", scheme)
	case out.token != "" && out.user != "":
		return out, errors.New("there is both a token and a user; use one of them")
	case out.password != "" && out.user == "":
		return out, fmt.Errorf("there is a password but no user; set CEBRIDGE_%s_USER", end)
	}
	return out, nil
}

// header returns the headers of a request with the secret.
func (s secret) header() http.Header {
	r := http.Request{Header: http.Header{}}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	} else if s.user != "" {
		r.SetBasicAuth(s.user, s.password)
	}
	return r.Header
}

// challenge returns the WWW-Authenticate of a server that asks for the secret (RFC 9110,
// section 11.6.1).
func (s secret) challenge() string {
	if s.token != "" {
		return "Bearer"
	}
	return `Basic realm="cebridge", charset="UTF-8"`
}
