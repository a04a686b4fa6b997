package cehttp

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

const accessToken = "access_token"

var (
	errNoToken        = errors.New("there is no access token")
	errSeveralTokens  = errors.New("there is more than one access token")
	errMalformedToken = errors.New("the access token is malformed")
)

// token is the access token of a request.
type token struct {
	value      string
	inQuery    bool
	otherQuery string // without the token
}

// readToken finds the one token of a request.
func readToken(r *http.Request) (token, error) {
	header, inHeader, err := headerToken(r.Header)
	if err != nil {
		return token{}, err
	}
	query, other, inQuery, err := queryToken(r.URL.RawQuery)
	switch {
	case err != nil:
		return token{}, err
	case inHeader && inQuery:
		return token{}, errSeveralTokens
	case inHeader:
		return token{value: header}, nil
	case inQuery:
		return token{query, true, other}, nil
	}
	return token{}, errNoToken
}

// headerToken takes the header of another scheme for none.
func headerToken(h http.Header) (value string, found bool, err error) {
	values := h.Values("Authorization")
	switch {
	case len(values) == 0:
		return "", false, nil
	case len(values) > 1:
		return "", false, errSeveralTokens
	}
	scheme, value, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", false, nil
	}
	value = strings.TrimLeft(value, " ")
	if !isToken(value) {
		return "", false, errMalformedToken
	}
	return value, true, nil
}

// queryToken finds the parameter access_token, and returns the query without it.
func queryToken(query string) (value, other string, found bool, err error) {
	if query == "" {
		return "", "", false, nil
	}
	var rest []string
	for parameter := range strings.SplitSeq(query, "&") {
		name, escaped, _ := strings.Cut(parameter, "=")
		if name, err := url.PathUnescape(name); err != nil || name != accessToken {
			rest = append(rest, parameter)
			continue
		}
		if found {
			return "", "", false, errSeveralTokens
		}
		found = true
		if value, err = url.PathUnescape(escaped); err != nil || !isToken(value) {
			return "", "", false, errMalformedToken
		}
	}
	return value, strings.Join(rest, "&"), found, nil
}

// isToken reports whether s may be a token: any shape, as long as it is visible
// ASCII without spaces.
func isToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

// withQuery returns r with another query.
func withQuery(r *http.Request, query string) *http.Request {
	copied, u := *r, *r.URL
	u.RawQuery = query
	copied.URL = &u
	copied.RequestURI = u.RequestURI()
	return &copied
}
