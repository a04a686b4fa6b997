package webhook_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

const (
	firstSecret  = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
	secondSecret = "whsec_GBkaGxwdHh8gISIjJCUmJygpKissLS4v"
)

// secrets parses secrets.
func secrets(t *testing.T, texts ...string) []webhook.Secret {
	t.Helper()
	var all []webhook.Secret
	for _, text := range texts {
		s, err := webhook.ParseSecret(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func TestParseSecret(t *testing.T) {
	long := func(n int) string { return strings.Repeat("AAAA", n/3) } // base64 of n zero bytes
	for _, c := range []struct {
		name, text string
		ok         bool
	}{
		{"24 bytes", firstSecret, true},
		{"without the prefix", firstSecret[6:], true},
		{"64 bytes", long(63) + "AA==", true},
		{"63 bytes", long(63), true},
		{"65 bytes", long(63) + "AAA=", false},
		{"23 bytes", long(21) + "AAA=", false},
		{"nothing", "", false},
		{"a prefix only", "whsec_", false},
		{"a public key", "whpk_" + long(24), false},
		{"a prefix in capitals", "WHSEC_" + long(24), false},
		{"the alphabet of URLs", strings.Repeat("-_", 16), false},
		{"no padding", long(24) + "AA", false},
		{"stray bits", long(24) + "AB==", false},
		{"a line break", firstSecret + "\n", false},
		{"a space", firstSecret + " ", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := webhook.ParseSecret(c.text)
			if (err == nil) != c.ok {
				t.Error(err)
			}
			if err != nil && (strings.HasPrefix(err.Error(), "cehttp: ") || len(c.text) > 8 && strings.Contains(err.Error(), c.text[6:])) {
				t.Errorf("%q", err)
			}
		})
	}
}

func TestSecretShowsNothing(t *testing.T) {
	s := secrets(t, firstSecret)[0]
	hidden := struct{ s webhook.Secret }{s}
	var b bytes.Buffer
	for _, v := range []any{s, &s, []webhook.Secret{s}, hidden, &hidden, &webhook.Verifier{Secrets: []webhook.Secret{s}}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
			fmt.Fprintf(&b, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&b, nil)).Info("", "v", v)
		slog.New(slog.NewJSONHandler(&b, nil)).Info("", "v", v)
	}
	for _, leak := range []string{"000102", "0 1 2 3", "AAEC", `\x00\x01`, "0x0, 0x1"} {
		if strings.Contains(b.String(), leak) {
			t.Errorf("%q is shown:\n%s", leak, b.String())
		}
	}
}

func TestSignRefuses(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	known := secrets(t, firstSecret)
	for _, c := range []struct {
		name    string
		header  http.Header
		id      string
		secrets []webhook.Secret
		want    string
	}{
		{"no header", nil, "a", known, "header is nil"},
		{"no secret", http.Header{}, "a", nil, "no secret"},
		{"the zero secret", http.Header{}, "a", []webhook.Secret{known[0], {}}, "no secret"},
		{"a dot in the id", http.Header{}, "a.b", known, "without a dot"},
		{"a space in the id", http.Header{}, "a b", known, "visible"},
		{"a line break in the id", http.Header{}, "a\r\nX: y", known, "visible"},
		{"not ASCII", http.Header{}, "ü", known, "visible"},
		{"257 bytes", http.Header{}, strings.Repeat("a", 257), known, "256"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := webhook.Sign(c.header, c.id, now, nil, c.secrets...)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.HasPrefix(err.Error(), "cehttp: ") || len(err.Error()) > 200 {
				t.Error(err)
			}
			if len(c.header) > 0 {
				t.Errorf("%v", c.header)
			}
		})
	}
}

// Any change to the attributes of a message gives another id.
func TestID(t *testing.T) {
	base := func() (http.Header, []byte) {
		return cehttptest.BinaryHeader("Content-Type", "text/plain"), []byte("x")
	}
	h, body := base()
	id := webhook.ID(h, body)
	if !strings.HasPrefix(id, "ceb_") || strings.Contains(id, ".") || webhook.ID(h, body) != id {
		t.Error(id)
	}
	for _, c := range []struct {
		name string
		edit func(http.Header)
		same bool
	}{
		{"another header", func(h http.Header) { h.Set("X-Request-Id", "1") }, true},
		{"another spelling of a name", func(h http.Header) { h["cE-iD"] = h["Ce-Id"]; delete(h, "Ce-Id") }, true},
		{"spaces that HTTP removes", func(h http.Header) { h["Ce-Id"] = []string{" 1\t"} }, true},
		{"id", func(h http.Header) { h.Set("Ce-Id", "2") }, false},
		{"source", func(h http.Header) { h.Set("Ce-Source", "/t") }, false},
		{"type", func(h http.Header) { h.Set("Ce-Type", "u") }, false},
		{"an extension", func(h http.Header) { h.Set("Ce-Extra", "1") }, false},
		{"an empty extension", func(h http.Header) { h.Set("Ce-Extra", "") }, false},
		{"one value fewer", func(h http.Header) { h.Del("Ce-Type") }, false},
		{"one value more", func(h http.Header) { h.Add("Ce-Type", "t") }, false},
		{"content type", func(h http.Header) { h.Set("Content-Type", "text/html") }, false},
		{"no content type", func(h http.Header) { h.Del("Content-Type") }, false},
		{"structured", func(h http.Header) { h.Set("Content-Type", cehttptest.StructuredType) }, false},
		{"a value that moves into the next", func(h http.Header) { h.Set("Ce-Id", "1\n9ce-source/s"); h.Del("Ce-Source") }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, body := base()
			c.edit(h)
			if got := webhook.ID(h, body); (got == id) != c.same {
				t.Error(got)
			}
		})
	}
	one, two := webhook.ID(cehttptest.Typed(cehttptest.StructuredType), []byte(cehttptest.MinimalJSON)), webhook.ID(cehttptest.Typed(cehttptest.StructuredType), []byte(cehttptest.MinimalJSON+" "))
	if one == two || !strings.HasPrefix(one, "ces_") {
		t.Error(one, two)
	}
}

// Each attempt has the id of the message and its own time, and sends what it signed.
func TestSigner(t *testing.T) {
	for _, c := range []struct {
		name    string
		mode    cloudevents.Mode
		getBody bool
	}{
		{"binary", cloudevents.BinaryMode, true},
		{"structured", cloudevents.StructuredMode, true},
		{"structured, from a stream", cloudevents.StructuredMode, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ids []string
			v := &webhook.Verifier{Secrets: secrets(t, secondSecret), Logger: mute, Next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ids = append(ids, r.Header.Get("webhook-id"))
				e, err := cehttp.ToCloudEvent(r, nil)
				if err != nil {
					t.Error(err)
				}
				cehttptest.WantEvent(t, e, cehttptest.Sample())
				w.WriteHeader(204)
			})}
			s := httptest.NewServer(v)
			defer s.Close()
			signer := &webhook.Signer{Base: s.Client().Transport, Secrets: secrets(t, firstSecret, secondSecret)}
			e := cehttptest.Sample()
			r, err := cehttp.ToHTTPRequest(t.Context(), s.URL, &e, c.mode, nil)
			if err != nil {
				t.Fatal(err)
			}
			before := cehttptest.HeaderText(r.Header)
			getBody := r.GetBody
			for range 2 {
				r.Body, _ = getBody()
				if !c.getBody {
					r.GetBody, r.ContentLength = nil, -1
				}
				if code, err := sent(signer, r); code != 204 {
					t.Fatal(code, err)
				}
			}
			if len(ids) != 2 || ids[0] != ids[1] || cehttptest.HeaderText(r.Header) != before {
				t.Errorf("%q", ids)
			}
		})
	}
}

func TestSignerRefuses(t *testing.T) {
	never := roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("it was sent")
		return nil, io.EOF
	})
	for _, c := range []struct {
		name   string
		signer webhook.Signer
		stream bool
		want   string
	}{
		{"no secrets", webhook.Signer{}, false, "no secret"},
		{"an id with a dot", webhook.Signer{Secrets: secrets(t, firstSecret), ID: func(*http.Request) string { return "a.b" }}, false, "dot"},
		{"over the limit", webhook.Signer{Secrets: secrets(t, firstSecret), MaxBytes: 10}, false, "too large"},
		{"over the limit, from a stream", webhook.Signer{Secrets: secrets(t, firstSecret), MaxBytes: 10}, true, "too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.signer.Base = never
			r := delivery(t, "https://b/")
			closed := false
			r.Body = closer{r.Body, &closed}
			if c.stream {
				r.GetBody = nil
			}
			if _, err := sent(&c.signer, r); err == nil || !strings.Contains(err.Error(), c.want) || strings.HasPrefix(err.Error(), "cehttp: ") || !closed {
				t.Errorf("%v, closed: %v", err, closed)
			}
		})
	}
	signer := &webhook.Signer{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Header.Get("webhook-id") != "" {
			t.Error("OPTIONS is signed")
		}
		return nil, io.EOF
	})}
	if _, err := signer.RoundTrip(asked("OPTIONS", "https://b/", "")); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
