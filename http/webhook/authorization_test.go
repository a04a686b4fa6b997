package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

const bearer = "mF_9.B5f-4.1JqM" // the one of the document

func TestAuthorization(t *testing.T) {
	const invalid, request = `Bearer error="invalid_token"`, `Bearer error="invalid_request"`
	for _, c := range []struct {
		name      string
		target    string
		fields    []string
		status    int
		challenge string
	}{
		{"the header", "/resource", []string{"Authorization", "Bearer " + bearer}, 204, ""},
		{"the query", "/resource?access_token=" + bearer, nil, 204, ""},
		{"the query, before another parameter", "/resource?access_token=" + bearer + "&p=q", nil, 204, ""},
		{"the query, after another parameter", "/resource?p=q&access_token=" + bearer, nil, 204, ""},
		{"the second of the tokens", "/", []string{"Authorization", "Bearer second"}, 204, ""},
		{"a scheme in lower case", "/", []string{"Authorization", "bearer " + bearer}, 204, ""},
		{"several spaces", "/", []string{"Authorization", "Bearer   " + bearer}, 204, ""},
		{"a plus sign in the query", "/?access_token=a+b", nil, 204, ""},
		{"a plus sign, escaped", "/?access_token=a%2Bb", nil, 204, ""},
		{"a name that is escaped", "/?access%5Ftoken=" + bearer, nil, 204, ""},

		{"none", "/", nil, 401, "Bearer"},
		{"another scheme", "/", []string{"Authorization", "Basic " + bearer}, 401, "Bearer"},
		{"another parameter", "/?Access_Token=" + bearer, nil, 401, "Bearer"},
		{"separated by a semicolon", "/?p=q;access_token=" + bearer, nil, 401, "Bearer"},
		{"in the fragment of a value", "/?p=?access_token=" + bearer, nil, 401, "Bearer"},
		{"in a cookie", "/", []string{"Cookie", "access_token=" + bearer}, 401, "Bearer"},
		{"in the body", "/", []string{"Content-Type", "application/x-www-form-urlencoded"}, 401, "Bearer"},
		{"not good", "/", []string{"Authorization", "Bearer other"}, 401, invalid},
		{"not good, in the query", "/?access_token=other", nil, 401, invalid},
		{"the beginning of one", "/", []string{"Authorization", "Bearer " + bearer[:14]}, 401, invalid},
		{"more than one", "/", []string{"Authorization", "Bearer " + bearer + "x"}, 401, invalid},
		{"in another case", "/", []string{"Authorization", "Bearer " + strings.ToLower(bearer)}, 401, invalid},
		{"very long", "/", []string{"Authorization", "Bearer " + strings.Repeat("x", 1<<20)}, 401, invalid},
		{"empty", "/", []string{"Authorization", "Bearer "}, 400, request},
		{"a scheme alone", "/", []string{"Authorization", "Bearer"}, 400, request},
		{"empty, in the query", "/?access_token=", nil, 400, request},
		{"no value in the query", "/?access_token", nil, 400, request},
		{"a stray percent sign", "/?access_token=%zz", nil, 400, request},
		{"a space in it", "/", []string{"Authorization", "Bearer a b"}, 400, request},
		{"a list", "/", []string{"Authorization", "Bearer other, Bearer " + bearer}, 400, request},
		{"not ASCII", "/", []string{"Authorization", "Bearer ü"}, 400, request},
		{"header and query", "/?access_token=" + bearer, []string{"Authorization", "Bearer " + bearer}, 400, request},
		{"two headers", "/", []string{"Authorization", "Bearer " + bearer, "Authorization", "Bearer " + bearer}, 400, request},
		{"two parameters", "/?access_token=" + bearer + "&access_token=" + bearer, nil, 400, request},
		{"OPTIONS", "/", []string{"WebHook-Request-Origin", "a"}, 401, "Bearer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l cehttptest.Log
			a := &webhook.Authorization{Next: status(204), Tokens: []string{"", bearer, "second", "a+b"}, Logger: l.Logger()}
			method := http.MethodPost
			if c.name == "OPTIONS" {
				method = http.MethodOptions
			}
			w := cehttptest.Record(a, asked(method, c.target, "access_token="+bearer, c.fields...))
			if w.Code != c.status || w.Header().Get("WWW-Authenticate") != c.challenge {
				t.Fatalf("%d, %q: %s", w.Code, w.Header().Get("WWW-Authenticate"), w.Body)
			}
			if c.status != 204 {
				if p := cehttptest.Decoded[cehttp.Problem](t, w); p.Message == "" || p.Section == "" || p.Retryable {
					t.Errorf("%+v", p)
				}
			}
			for _, text := range []string{l.String(), w.Body.String()} {
				if strings.Contains(text, bearer[:8]) || strings.Contains(text, "other") {
					t.Errorf("a token is in %q", text)
				}
			}
		})
	}
}

func TestAuthorizationLetsNobodyThrough(t *testing.T) {
	for name, a := range map[string]*webhook.Authorization{
		"no tokens":      {Next: status(204), Logger: mute},
		"an empty token": {Next: status(204), Tokens: []string{""}, Logger: mute},
	} {
		for _, field := range []string{"Bearer x", "Bearer ", "Bearer"} {
			if w := cehttptest.Record(a, asked("POST", "/", "", "Authorization", field)); w.Code < 400 {
				t.Errorf("%s, %q: %d", name, field, w.Code)
			}
		}
	}
	if w := cehttptest.Record(&webhook.Authorization{Tokens: []string{"x"}}, asked("POST", "/", "", "Authorization", "Bearer x")); w.Code != 404 {
		t.Errorf("without Next: %d", w.Code)
	}
}

func TestAuthorizationCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		status int
		typ    string
		after  string
	}{
		{"good", nil, 204, "", ""},
		{"any error", errors.New("expired " + secret), 401, "invalid_token", ""},
		{"it says 401", &dispatch.Error{Status: 401, Message: secret}, 401, "invalid_token", ""},
		{"not for this", &dispatch.Error{Status: 403, Type: "insufficient_scope"}, 403, "insufficient_scope", ""},
		{"cannot be checked now", dispatch.Retryable(errors.New(secret), 0), 503, "service_unavailable", "1"},
		{"no status of an error", &dispatch.Error{Status: 204}, 401, "invalid_token", ""},
		{"a status that no error has", &dispatch.Error{Status: 600}, 401, "invalid_token", ""},
		{"the first status of an error", &dispatch.Error{Status: 400}, 400, "bad_request", ""},
		{"too busy", dispatch.Retryable(errors.New(secret), 7*time.Second), 503, "service_unavailable", "7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &webhook.Authorization{Next: status(204), Tokens: []string{"known"}, Logger: mute, Check: func(_ context.Context, token string) error {
				if token != bearer {
					t.Errorf("asked about %q", token)
				}
				return c.err
			}}
			if w := cehttptest.Record(a, asked("POST", "/", "", "Authorization", "Bearer known")); w.Code != 204 {
				t.Errorf("known: %d", w.Code)
			}
			w := cehttptest.Record(a, asked("POST", "/", "", "Authorization", "Bearer "+bearer))
			if c.status == 204 && w.Code == 204 {
				return
			}
			wantProblem(t, w, c.status, c.typ)
			if p := cehttptest.Decoded[cehttp.Problem](t, w); p.Retryable != (c.status == 503) {
				t.Errorf("retryable: %t", p.Retryable)
			}
			if w.Header().Get("Retry-After") != c.after || strings.Contains(w.Body.String(), secret) {
				t.Errorf("%v %s", w.Header(), w.Body)
			}
		})
	}
}

// Next does not see a token in the URL, and shared caches do not keep the response.
func TestAuthorizationInQuery(t *testing.T) {
	for _, c := range []struct {
		name, target, query string
		cache               string
		status              int
		want                string
	}{
		{"alone", "/r?access_token=" + bearer, "", "", 204, "private"},
		{"with others", "/r?a=1&access_token=" + bearer + "&b=%20+&a=2", "a=1&b=%20+&a=2", "", 200, "private"},
		{"beside another directive", "/r?access_token=" + bearer, "", "no-store", 200, "private, no-store"},
		{"not on a redirect", "/r?access_token=" + bearer, "", "", 300, ""},
		{"between separators", "/r?&access_token=" + bearer + "&", "&", "", 204, "private"},
		{"before two separators", "/r?access_token=" + bearer + "&&a", "&a", "", 204, "private"},
		{"behind two separators", "/r?a&&access_token=" + bearer, "a&", "", 204, "private"},
		{"before a separator", "/r?access_token=" + bearer + "&", "", "", 204, "private"},
		{"with escapes", "/r?%61ccess%5ftoken=" + bearer + "&x=y", "x=y", "", 204, "private"},
		{"beside names that are almost the same", "/r?access_tokenx&xaccess_token=1&access%5token&access%5&access%zz&access_toke&access_token=" + bearer,
			"access_tokenx&xaccess_token=1&access%5token&access%5&access%zz&access_toke", "", 204, "private"},
		{"not on an error", "/r?access_token=" + bearer, "", "", 500, ""},
		{"not without it", "/r?a=1", "a=1", "", 204, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.RawQuery != c.query || strings.Contains(r.RequestURI, bearer) {
					t.Errorf("Next sees %q, %q", r.URL.RawQuery, r.RequestURI)
				}
				if c.cache != "" {
					w.Header().Set("Cache-Control", c.cache)
				}
				w.WriteHeader(c.status)
			})
			r := asked("POST", c.target, "")
			if !strings.Contains(c.target, bearer) {
				r.Header.Set("Authorization", "Bearer "+bearer)
			}
			before := r.URL.String()
			w := cehttptest.Record(&webhook.Authorization{Next: next, Tokens: []string{bearer}}, r)
			if w.Code != c.status || w.Header().Get("Cache-Control") != c.want {
				t.Errorf("%d, Cache-Control %q", w.Code, w.Header().Get("Cache-Control"))
			}
			if r.URL.String() != before {
				t.Error("the request was changed")
			}
		})
	}
}

// A stranger may ask for permission, and cannot use up a rate.
func TestAuthorizationInFrontOfTarget(t *testing.T) {
	a := &webhook.Authorization{
		Next:   &webhook.Target{Next: status(204), Origins: []string{"a"}, Rate: 1, Logger: mute},
		Tokens: []string{bearer}, Handshake: true, Logger: mute,
	}
	if w := preflight(a, "WebHook-Request-Origin", "a"); w.Header().Get("WebHook-Allowed-Origin") != "a" {
		t.Errorf("%d", w.Code)
	}
	for range 5 {
		if w := delivered(a, "WebHook-Request-Origin", "a"); w.Code != 401 {
			t.Errorf("%d", w.Code)
		}
	}
	if w := delivered(a, "WebHook-Request-Origin", "a", "Authorization", "Bearer "+bearer); w.Code != 204 {
		t.Errorf("%d", w.Code)
	}
}
