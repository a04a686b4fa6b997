package webhook_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// signedHeader returns the header of a structured message that is signed now.
func signedHeader(t *testing.T, id, body string, with ...webhook.Secret) http.Header {
	t.Helper()
	h := cehttptest.Typed(cehttptest.StructuredType)
	if err := webhook.Sign(h, id, time.Now(), []byte(body), with...); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestVerify(t *testing.T) {
	both := secrets(t, firstSecret, secondSecret)
	first, second := both[:1], both[1:]
	const body = cehttptest.MinimalJSON
	set := func(name, value string) func(http.Header) { return func(h http.Header) { h.Set(name, value) } }
	signature := func(f func(string) string) func(http.Header) {
		return func(h http.Header) { h.Set("webhook-signature", f(h.Get("webhook-signature"))) }
	}
	for _, c := range []struct {
		name   string
		sign   []webhook.Secret
		verify []webhook.Secret
		edit   func(http.Header)
		body   string
		want   string // "" is verified
	}{
		{"one secret", first, first, nil, body, ""},
		{"the target has changed first", first, both, nil, body, ""},
		{"the sender has changed first", both, first, nil, body, ""},
		{"both are changing", both, both, nil, body, ""},
		{"the second of the sender", both, second, nil, body, ""},
		{"with another version", first, first, signature(func(s string) string { return "v1a,xyz " + s + " v2,abc" }), body, ""},
		{"among 31 others", first, first, signature(func(s string) string { return strings.Repeat("v1,x ", 31) + s }), body, ""},
		{"spaces", first, first, signature(func(s string) string { return "  " + s + "  " }), body, ""},

		{"another secret", first, second, nil, body, "no signature is"},
		{"no secret", first, nil, nil, body, "no signature is"},
		{"the zero secret", first, []webhook.Secret{{}}, nil, body, "no signature is"},
		{"another body", first, first, nil, body + " ", "no signature is"},
		{"no body", first, first, nil, "", "no signature is"},
		{"another id", first, first, set("webhook-id", "msg_2"), body, "no signature is"},
		{"a second later", first, first, func(h http.Header) {
			n, _ := strconv.Atoi(h.Get("webhook-timestamp"))
			h.Set("webhook-timestamp", strconv.Itoa(n+1))
		}, body, "no signature is"},
		{"the version alone", first, first, set("webhook-signature", "v1,"), body, "no signature is"},
		{"no version", first, first, signature(func(s string) string { return s[3:] }), body, "no signature is"},
		{"a version in capitals", first, first, signature(func(s string) string { return "V" + s[1:] }), body, "no signature is"},
		{"cut", first, first, signature(func(s string) string { return s[:len(s)-1] }), body, "no signature is"},
		{"longer", first, first, signature(func(s string) string { return s + "=" }), body, "no signature is"},
		{"separated by commas", both, first, signature(func(s string) string { return strings.ReplaceAll(s, " ", ",") }), body, "no signature is"},
		{"separated by a tab", first, first, signature(func(s string) string { return s + "\tx" }), body, "no signature is"},
		{"among 32 others", first, first, signature(func(s string) string { return strings.Repeat("v1,x ", 32) + s }), body, "33 signatures"},
		{"a header of 1 MiB", first, first, signature(func(s string) string { return strings.Repeat("v1,x ", 200_000) + s }), body, "200001 signatures"},
		{"no id", first, first, func(h http.Header) { h.Del("webhook-id") }, body, "webhook-id is missing"},
		{"no timestamp", first, first, func(h http.Header) { h.Del("webhook-timestamp") }, body, "webhook-timestamp is missing"},
		{"no signature", first, first, func(h http.Header) { h.Del("webhook-signature") }, body, "webhook-signature is missing"},
		{"two ids", first, first, func(h http.Header) { h.Add("webhook-id", "x") }, body, "webhook-id is there 2 times"},
		{"two headers of signatures", first, first, func(h http.Header) { h.Add("webhook-signature", "v1,x") }, body, "webhook-signature is there 2 times"},
		{"an empty id", first, first, set("webhook-id", ""), body, "webhook-id"},
		{"a dot in the id", first, first, set("webhook-id", "msg.1"), body, "dot"},
		{"an id of 257 bytes", first, first, set("webhook-id", strings.Repeat("x", 257)), body, "256"},
		{"a timestamp with a sign", first, first, func(h http.Header) { h.Set("webhook-timestamp", "+"+h.Get("webhook-timestamp")) }, body, "seconds"},
		{"a timestamp with a zero in front", first, first, func(h http.Header) { h.Set("webhook-timestamp", "0"+h.Get("webhook-timestamp")) }, body, "seconds"},
		{"a fraction", first, first, func(h http.Header) { h.Set("webhook-timestamp", h.Get("webhook-timestamp")+".0") }, body, "seconds"},
		{"a date", first, first, set("webhook-timestamp", "2026-03-01T12:30:00Z"), body, "seconds"},
		{"a negative timestamp", first, first, set("webhook-timestamp", "-1"), body, "seconds"},
		{"a huge timestamp", first, first, set("webhook-timestamp", strings.Repeat("9", 30)), body, "webhook-timestamp"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := signedHeader(t, "msg_1", body, c.sign...)
			if c.edit != nil {
				c.edit(h)
			}
			v := &webhook.Verifier{Secrets: c.verify}
			err := v.Verify(h, []byte(c.body))
			if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, webhook.ErrSignature) || !strings.Contains(err.Error(), c.want)) {
				t.Error(err)
			}
			if err != nil && (strings.HasPrefix(err.Error(), "cehttp: ") || len(err.Error()) > 200) {
				t.Errorf("%q", err)
			}
		})
	}
}

// The dots between id, timestamp and body cannot be moved.
func TestVerifyKnowsWhereTheIDEnds(t *testing.T) {
	known := secrets(t, firstSecret)
	now := strconv.FormatInt(time.Now().Unix(), 10)
	h := signedHeader(t, "msg", now+"."+cehttptest.MinimalJSON, known...)
	h.Set("webhook-id", "msg."+h.Get("webhook-timestamp"))
	h.Set("webhook-timestamp", now)
	if err := (&webhook.Verifier{Secrets: known}).Verify(h, []byte(cehttptest.MinimalJSON)); !errors.Is(err, webhook.ErrSignature) {
		t.Error(err)
	}
}

func TestVerifyTolerance(t *testing.T) {
	for _, c := range []struct {
		name      string
		tolerance time.Duration
		age       time.Duration
		ok        bool
	}{
		{"now", 0, 0, true},
		{"five minutes old", 0, 5 * time.Minute, true},
		{"older", 0, 5*time.Minute + time.Second, false},
		{"five minutes ahead", 0, -5 * time.Minute, true},
		{"further ahead", 0, -5*time.Minute - time.Second, false},
		{"older than said", time.Second, 2 * time.Second, false},
		{"as old as said", time.Hour, time.Hour, true},
		{"any time", -1, 1000 * time.Hour, true},
		{"any time, ahead", -1, -1000 * time.Hour, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				known := secrets(t, firstSecret)
				h := cehttptest.Typed(cehttptest.StructuredType)
				if err := webhook.Sign(h, "a", time.Now().Add(-c.age), nil, known...); err != nil {
					t.Fatal(err)
				}
				v := &webhook.Verifier{Secrets: known, Tolerance: c.tolerance}
				if err := v.Verify(h, nil); (err == nil) != c.ok {
					t.Error(err)
				}
			})
		})
	}
}

// Neither the attributes in headers nor the mode can be changed.
func TestVerifyBinaryMode(t *testing.T) {
	for _, c := range []struct {
		name   string
		header http.Header // what is signed
		id     string      // "" is WebhookID
		edit   func(http.Header)
		ok     bool
		lax    bool // ok with AllowUnsignedHeaders
	}{
		{"as it was", cehttptest.BinaryHeader("Content-Type", "application/json"), "", nil, true, true},
		{"another type", cehttptest.BinaryHeader("Content-Type", "application/json"), "", func(h http.Header) { h.Set("Ce-Type", "admin") }, false, false},
		{"another extension", cehttptest.BinaryHeader("Content-Type", "application/json"), "", func(h http.Header) { h.Set("Ce-Admin", "true") }, false, false},
		{"another content type", cehttptest.BinaryHeader("Content-Type", "application/json"), "", func(h http.Header) { h.Set("Content-Type", "text/html") }, false, false},
		{"taken for a structured one", cehttptest.BinaryHeader("Content-Type", "application/json"), "", func(h http.Header) { h.Set("Content-Type", cehttptest.StructuredType) }, false, false},
		{"taken for a batch", cehttptest.BinaryHeader("Content-Type", "application/json"), "", func(h http.Header) { h.Set("Content-Type", cehttptest.BatchType) }, false, false},
		{"an id of another kind", cehttptest.BinaryHeader("Content-Type", "application/json"), "msg_1", nil, false, true},
		{"a structured one taken for binary", cehttptest.Typed(cehttptest.StructuredType), "", func(h http.Header) {
			for k, v := range cehttptest.BinaryHeader("Content-Type", "application/json") {
				h[k] = v
			}
		}, false, true},
		{"structured, with ce- headers that do not count", cehttptest.Typed(cehttptest.StructuredType), "", func(h http.Header) { h.Set("Ce-Type", "admin") }, true, true},
		{"no event", cehttptest.Typed("application/json"), "msg_1", nil, true, true},
		{"made an event", cehttptest.Typed("application/json"), "msg_1", func(h http.Header) {
			for k, v := range cehttptest.BinaryHeader() {
				h[k] = v
			}
		}, false, true},
		{"an id that only looks like a hash", cehttptest.BinaryHeader(), "ceb_x", nil, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			known := secrets(t, firstSecret)
			h := c.header.Clone()
			if err := webhook.Sign(h, c.id, time.Now(), []byte(cehttptest.MinimalJSON), known...); err != nil {
				t.Fatal(err)
			}
			if c.edit != nil {
				c.edit(h)
			}
			if err := (&webhook.Verifier{Secrets: known}).Verify(h, []byte(cehttptest.MinimalJSON)); (err == nil) != c.ok || err != nil && !errors.Is(err, webhook.ErrSignature) {
				t.Error(err)
			}
			if err := (&webhook.Verifier{Secrets: known, AllowUnsignedHeaders: true}).Verify(h, []byte(cehttptest.MinimalJSON)); (err == nil) != c.lax {
				t.Errorf("AllowUnsignedHeaders: %v", err)
			}
		})
	}
}
