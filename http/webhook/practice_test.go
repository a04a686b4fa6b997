package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// R61: services look by HEAD, or by OPTIONS without a handshake, whether a webhook is there.
func TestR61Probes(t *testing.T) {
	const origin = "WebHook-Request-Origin"
	for _, c := range []struct {
		name           string
		probes, noName bool
		method         string
		fields         []string
		status         int
	}{
		{"HEAD", false, false, "HEAD", nil, 405},
		{"GET", false, false, "GET", nil, 405},
		{"DELETE", false, false, "DELETE", nil, 405},
		{"OPTIONS", false, false, "OPTIONS", nil, 400},
		{"POST", false, false, "POST", nil, 403},
		{"HEAD that is handed on", false, true, "HEAD", nil, 205},
		{"GET with an origin", false, false, "GET", []string{origin, "a"}, 205},
		{"HEAD is a probe", true, false, "HEAD", nil, 204},
		{"HEAD with an origin is a probe", true, false, "HEAD", []string{origin, "b"}, 204},
		{"HEAD is a probe where the origin is optional", true, true, "HEAD", nil, 204},
		{"OPTIONS is a probe", true, false, "OPTIONS", nil, 204},
		{"OPTIONS with an origin is a handshake", true, false, "OPTIONS", []string{origin, "a"}, 200},
		{"OPTIONS with another origin is a handshake", true, false, "OPTIONS", []string{origin, "b"}, 403},
		{"OPTIONS with a rate is a handshake", true, false, "OPTIONS", []string{"WebHook-Request-Rate", "1"}, 400},
		{"OPTIONS with a callback is a handshake", true, false, "OPTIONS", []string{"WebHook-Request-Callback", "https://b/"}, 400},
		{"GET is no probe", true, false, "GET", nil, 405},
		{"POST is no probe", true, false, "POST", nil, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			wh := &webhook.Target{Next: status(205), Origins: []string{"a"}, Probes: c.probes, OriginOptional: c.noName, Logger: mute}
			w := cehttptest.Record(wh, asked(c.method, "/", "", c.fields...))
			if w.Code != c.status {
				t.Errorf("%d, want %d: %s", w.Code, c.status, w.Body)
			}
			if c.method != "POST" && w.Code != 205 && w.Header().Get("Allow") != "POST" {
				t.Errorf("Allow is %q", w.Header().Get("Allow"))
			}
			if w.Code != 200 {
				wantNoConsent(t, w.Header())
			}
			if w.Code == 204 && w.Body.Len() > 0 {
				t.Errorf("%s", w.Body)
			}
		})
	}
}

// R63: Azure Event Grid validates an endpoint by OPTIONS, with a callback whose address has
// the port 553 and with a rate of 120
// (https://learn.microsoft.com/azure/event-grid/end-point-validation-cloud-events-schema).
func TestR63EventGrid(t *testing.T) {
	fields := []string{
		"WebHook-Request-Callback", "https://rp-westus2.eventgrid.azure.net:553/eventsubscriptions/x/validate?id=1&t=2&apiVersion=3&token=4",
		"WebHook-Request-Origin", "eventgrid.azure.net", "WebHook-Request-Rate", "120",
	}
	wh := &webhook.Target{Next: status(204), Origins: []string{"eventgrid.azure.net"}, OriginOptional: true, Logger: mute}
	w := preflight(wh, fields...)
	if h := w.Header(); w.Code != 200 || h.Get("WebHook-Allowed-Origin") != "eventgrid.azure.net" || h.Get("WebHook-Allowed-Rate") != "*" {
		t.Errorf("%d %v", w.Code, h)
	}
	wh.Rate = 120
	if h := preflight(wh, fields...).Header(); h.Get("WebHook-Allowed-Rate") != "120" {
		t.Errorf("%v", h)
	}
	// It delivers with the origin, and other senders without one.
	for _, fields := range [][]string{{"WebHook-Request-Origin", "eventgrid.azure.net"}, nil} {
		if w := delivered(wh, fields...); w.Code != 204 {
			t.Errorf("%q: %d %s", fields, w.Code, w.Body)
		}
	}
	if w := delivered(wh, "WebHook-Request-Origin", "eventgrid.azure.org"); w.Code != 403 {
		t.Errorf("another origin: %d", w.Code)
	}
}

// R70, R71: the error about a text that is almost a secret says what is wrong, and shows
// nothing of it.
func TestR70R71SecretFaults(t *testing.T) {
	const key = firstSecret
	for _, c := range []struct{ name, text, want string }{
		{"R70: as a signature", "v1," + key, "begins with v1, and a comma"},
		{"R71: a line break", key + "\n", "white space"},
		{"R71: a Windows line break", key + "\r\n", "white space"},
		{"R71: a space before", " " + key, "white space"},
		{"R71: a space behind", key + " ", "white space"},
		{"R71: a tab within", key[:10] + "\t" + key[10:], "white space"},
		{"R71: a space that does not break", key + "\u00a0", "white space"},
		{"R71: a mark of byte order", "\ufeff" + key, "white space"},
		{"R71: quotes", `"` + key + `"`, "quotes"},
		{"R71: single quotes", "'" + key + "'", "quotes"},
		{"R71: quotes of a text editor", "\u201c" + key + "\u201d", "quotes"},
		{"R71: a quote at the end", key + `"`, "quotes"},
		{"R71: quotes and a line break", `"` + key + "\"\n", "white space"},
		{"a public key", "whpk_" + key[6:], "asymmetric"},
		{"a private key", "whsk_" + key[6:], "asymmetric"},
		{"capitals", "WHSEC_" + key[6:], "capitals"},
		{"nothing", "", "is empty"},
		{"the prefix", "whsec_", "prefix alone"},
		{"23 bytes", "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 23)), "has 23 bytes"},
		{"65 bytes", "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65)), "has 65 bytes"},
		{"the alphabet of URLs", "whsec_" + strings.Repeat("-_ab", 9), "standard base64"},
		{"no padding", "whsec_" + base64.RawStdEncoding.EncodeToString(make([]byte, 32)), "no padding"},
		{"something else", "whsec_" + strings.Repeat("!?", 20), "24 to 64 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := webhook.ParseSecret(c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "a secret is whsec_ and the base64 of 24 to 64 bytes") {
				t.Fatal(err)
			}
			for i := 0; i+5 < len(key)-6; i++ {
				if strings.Contains(err.Error(), key[6:][i:i+5]) {
					t.Errorf("%q shows %q", err, key[6:][i:i+5])
				}
			}
			if err := webhook.Sign(http.Header{}, "a", time.Now(), nil, s); err == nil {
				t.Error("it signs")
			}
		})
	}
}

// R72: some senders take the text of a secret as it stands for the key, of whatever length.
func TestR72RawKeys(t *testing.T) {
	for _, n := range []int{1, 16, 24, 64, 66, 1000} {
		key := []byte(strings.Repeat("k", n))
		s, err := webhook.NewSecret(key)
		if err != nil {
			t.Fatal(err)
		}
		mac := hmac.New(sha256.New, key)
		now := time.Now()
		fmt.Fprintf(mac, "msg_1.%d.%s", now.Unix(), "x")
		want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for i := range key {
			key[i] = 'x' // which is the caller's again
		}
		h := cehttptest.Typed(cehttptest.StructuredType)
		if err := webhook.Sign(h, "msg_1", now, []byte("x"), s); err != nil || h.Get("webhook-signature") != want {
			t.Errorf("%d bytes: %v, %v", n, h, err)
		}
		if err := (&webhook.Verifier{Secrets: []webhook.Secret{s}}).Verify(h, []byte("x")); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		if text := fmt.Sprintf("%v %+v %#v %x", s, s, s, s); strings.Contains(text, "kk") || strings.Contains(text, "6b6b") {
			t.Error(text)
		}
	}
	raw, err := base64.StdEncoding.DecodeString(firstSecret[6:])
	if err != nil {
		t.Fatal(err)
	}
	same, err := webhook.NewSecret(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&webhook.Verifier{Secrets: []webhook.Secret{same}}).Verify(signedHeader(t, "a", "x", secrets(t, firstSecret)...), []byte("x")); err != nil {
		t.Errorf("the same key: %v", err)
	}
	for _, key := range [][]byte{nil, {}} {
		if s, err := webhook.NewSecret(key); err == nil || webhook.Sign(http.Header{}, "a", time.Now(), nil, s) == nil {
			t.Errorf("an empty key: %v", err)
		}
	}
}

// R73: headers that begin with svix- are read and written if that is set.
func TestR73SvixHeaders(t *testing.T) {
	known := secrets(t, firstSecret)
	var got http.Header
	signer := &webhook.Signer{Secrets: known, HeaderPrefix: "svix-", Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		got = r.Header
		return cehttptest.Response(http.Header{}, ""), nil
	})}
	r := delivery(t, "https://b/")
	body, _ := io.ReadAll(must(r.GetBody()))
	if _, err := sent(signer, r); err != nil {
		t.Fatal(err)
	}
	if got.Get("svix-id") == "" || got.Get("svix-timestamp") == "" || !strings.HasPrefix(got.Get("svix-signature"), "v1,") || got.Get("webhook-id") != "" {
		t.Errorf("%v", got)
	}
	svix := &webhook.Verifier{Secrets: known, HeaderPrefix: "svix-"}
	if err := svix.Verify(got, body); err != nil {
		t.Error(err)
	}
	if err := svix.Verify(got, append(body, ' ')); !errors.Is(err, webhook.ErrSignature) {
		t.Error(err)
	}
	plain := &webhook.Verifier{Secrets: known}
	if err := plain.Verify(got, body); !errors.Is(err, webhook.ErrSignature) || !strings.Contains(err.Error(), "svix-id is there") {
		t.Error(err)
	}
	own := signedHeader(t, "a", string(body), known...)
	if err := svix.Verify(own, body); !errors.Is(err, webhook.ErrSignature) || !strings.Contains(err.Error(), "svix-id is missing; webhook-id is there") {
		t.Error(err)
	}
	for _, prefix := range []string{"", "webhook-", "WebHook-"} {
		if err := (&webhook.Verifier{Secrets: known, HeaderPrefix: prefix}).Verify(own, body); err != nil {
			t.Errorf("%q: %v", prefix, err)
		}
	}
	if err := plain.Verify(http.Header{}, body); strings.Contains(err.Error(), ";") {
		t.Error(err)
	}
	// The headers of one convention do not stand in for those of the other.
	mixed := own.Clone()
	mixed["Svix-Id"] = mixed["Webhook-Id"]
	delete(mixed, "Webhook-Id")
	if plain.Verify(mixed, body) == nil || svix.Verify(mixed, body) == nil {
		t.Error("mixed headers verify")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// R75, and its relatives: what a timestamp may look like.
func TestR75Timestamps(t *testing.T) {
	known := secrets(t, firstSecret)
	now := time.Now()
	for _, c := range []struct{ name, timestamp, want string }{
		{"R75: a zero before it", "0" + strconv.FormatInt(now.Unix(), 10), "not a number of seconds"},
		{"milliseconds", strconv.FormatInt(now.UnixMilli(), 10), "webhook-timestamp is in milliseconds"},
		{"microseconds", strconv.FormatInt(now.UnixMicro(), 10), "not a number of seconds"},
		{"nanoseconds", strconv.FormatInt(now.UnixNano(), 10), "not a number of seconds"},
		{"the year 10000", "253402300800", "after the year 9999"},
		{"the largest int64", "9223372036854775807", "after the year 9999"},
		{"beyond int64", strings.Repeat("9", 40), "after the year 9999"},
		{"zero", "0", "not a number of seconds"},
		{"empty", "", "not a number of seconds"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, tolerance := range []time.Duration{0, -1} {
				h := signedHeader(t, "a", "x", known...)
				h.Set("webhook-timestamp", c.timestamp)
				err := (&webhook.Verifier{Secrets: known, Tolerance: tolerance}).Verify(h, []byte("x"))
				if !errors.Is(err, webhook.ErrSignature) || !strings.Contains(err.Error(), c.want) {
					t.Error(err)
				}
			}
		})
	}
}

// R78: a message that is sent again has the same id and another time.
func TestR78Resent(t *testing.T) {
	for _, mode := range []string{"binary", "structured"} {
		synctest.Test(t, func(t *testing.T) {
			var ids, times []string
			signer := &webhook.Signer{Secrets: secrets(t, firstSecret), Base: roundTrip(func(r *http.Request) (*http.Response, error) {
				ids, times = append(ids, r.Header.Get("webhook-id")), append(times, r.Header.Get("webhook-timestamp"))
				answer := cehttptest.Response(http.Header{}, "")
				if answer.StatusCode = 204; len(ids) == 1 {
					answer.StatusCode = 503
				}
				return answer, nil
			})}
			s := &cehttp.Sender{Target: "https://example.com/", Client: &http.Client{Transport: signer}, Logger: mute,
				Retry: cehttp.Retry{Wait: 2 * time.Second, NoJitter: true}}
			if mode == "structured" {
				s.Mode++
			}
			e := cehttptest.Sample()
			if err := s.Send(t.Context(), &e); err != nil || len(ids) != 2 || ids[0] != ids[1] || times[0] == times[1] {
				t.Errorf("%s: %v, %q, %q", mode, err, ids, times)
			}
		})
	}
}

// A time that Sign takes is one that a Verifier without a Tolerance takes, and the other way
// round.
func TestSignTimes(t *testing.T) {
	known := secrets(t, firstSecret)
	v := &webhook.Verifier{Secrets: known, Tolerance: -1}
	for _, c := range []struct {
		name string
		now  time.Time
		ok   bool
	}{
		{"now", time.Now(), true},
		{"the first second", time.Unix(1, 0), true},
		{"the end of the year 9999", time.Unix(253402300799, 999_999_999), true},
		{"the beginning of 1970", time.Unix(0, 0), false},
		{"the last nanosecond of its first second", time.Unix(0, 999_999_999), false},
		{"before 1970", time.Unix(-1, 0), false},
		{"long before", time.Unix(math.MinInt64/2, 0), false},
		{"the zero time", time.Time{}, false},
		{"the year 10000", time.Unix(253402300800, 0), false},
		{"far ahead", time.Unix(math.MaxInt64, 0), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := cehttptest.Typed(cehttptest.StructuredType)
			err := webhook.Sign(h, "a", c.now, []byte("x"), known...)
			if (err == nil) != c.ok || (len(h) == 4) != c.ok {
				t.Fatalf("%v, %v", err, h)
			}
			if err == nil {
				err = v.Verify(h, []byte("x"))
				if err != nil {
					t.Error(err)
				}
			} else if !strings.Contains(err.Error(), "1970") {
				t.Error(err)
			}
		})
	}
}

// Keys of a header may be spelled in any way, in Sign, ID and Verify, as in DecodeMessage.
func TestVerifyKnowsAnySpelling(t *testing.T) {
	known := secrets(t, firstSecret)
	v := &webhook.Verifier{Secrets: known}
	spellings := map[string]func(string) string{
		"lower case": strings.ToLower, "upper case": strings.ToUpper, "canonical": http.CanonicalHeaderKey,
		"as the documents have it": func(s string) string { return strings.Replace(s, "Ce-", "ce-", 1) },
	}
	for name, spell := range spellings {
		for mode, h := range map[string]http.Header{"binary": cehttptest.BinaryHeader("Content-Type", "application/json"), "structured": cehttptest.Typed(cehttptest.StructuredType)} {
			id := webhook.ID(h, []byte("x"))
			spelled := http.Header{}
			for key, values := range h {
				spelled[spell(key)] = values
			}
			if got := webhook.ID(spelled, []byte("x")); got != id {
				t.Errorf("%s, %s: another id", name, mode)
			}
			if err := webhook.Sign(spelled, "", time.Now(), []byte("x"), known...); err != nil {
				t.Fatal(err)
			}
			for key, values := range maps.Clone(spelled) {
				delete(spelled, key)
				spelled[spell(key)] = values
			}
			if err := v.Verify(spelled, []byte("x")); err != nil {
				t.Errorf("%s, %s: %v", name, mode, err)
			}
			// What is there under two spellings is there twice.
			spelled["wEbHoOk-Id"] = []string{"other"}
			if err := v.Verify(spelled, []byte("x")); !errors.Is(err, webhook.ErrSignature) || !strings.Contains(err.Error(), "webhook-id is there 2 times") {
				t.Errorf("%s, %s, twice: %v", name, mode, err)
			}
			// Signing again replaces them all.
			if err := webhook.Sign(spelled, "", time.Now(), []byte("y"), known...); err != nil {
				t.Fatal(err)
			}
			if err := v.Verify(spelled, []byte("y")); err != nil {
				t.Errorf("%s, %s, signed again: %v", name, mode, err)
			}
		}
	}
}

// The id of binary mode is the same for the same headers in any order and spelling, short
// or long.
func TestIDOfLongHeaders(t *testing.T) {
	for _, n := range []int{0, 1, 500, 1000, 1019, 1020, 1021, 1024, 5000, 100_000} {
		h := cehttptest.BinaryHeader("Ce-Zlong", strings.Repeat("x", n), "Ce-Alpha", "1", "Ce-Alpha2", "2")
		spelled := http.Header{}
		for _, key := range slices.Backward(slices.Sorted(maps.Keys(h))) {
			spelled[strings.ToUpper(key)] = h[key]
		}
		id := webhook.ID(h, nil)
		if webhook.ID(spelled, nil) != id {
			t.Errorf("%d: another id in capitals", n)
		}
		// The slow way: each name and value with its length.
		var b bytes.Buffer
		for _, key := range slices.SortedFunc(maps.Keys(h), func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
			for _, text := range []string{strings.ToLower(key), h[key][0]} {
				b.Write([]byte{byte(len(text) >> 24), byte(len(text) >> 16), byte(len(text) >> 8), byte(len(text))})
				b.WriteString(text)
			}
		}
		sum := sha256.Sum256(b.Bytes())
		if want := "ceb_" + base64.RawURLEncoding.EncodeToString(sum[:]); id != want {
			t.Errorf("%d: %s, want %s", n, id, want)
		}
	}
}

// A Signer closes each body that it reads, also if it fails.
func TestSignerClosesBodies(t *testing.T) {
	const limit = 10
	for _, c := range []struct {
		name    string
		body    string
		max     int64
		stream  bool
		binary  bool
		secrets int
		ok      bool
		opened  int
	}{
		{"structured", "x", 0, false, false, 1, true, 2},
		{"structured, with two secrets", "x", 0, false, false, 2, true, 3},
		{"binary", "x", 0, false, true, 1, true, 1},
		{"without a limit", "x", -1, false, false, 1, true, 2},
		{"with the largest limit", "x", math.MaxInt64, false, false, 1, true, 2},
		{"at the limit", strings.Repeat("x", limit), limit, false, false, 1, true, 2},
		{"over the limit", strings.Repeat("x", limit+1), limit, false, false, 1, false, 1},
		{"binary, over the limit", strings.Repeat("x", limit+1), limit, false, true, 1, false, 1},
		{"a stream", "x", 0, true, false, 1, true, 0},
		{"a stream with the largest limit", "x", math.MaxInt64, true, false, 1, true, 0},
		{"a stream at the limit", strings.Repeat("x", limit), limit, true, false, 1, true, 0},
		{"a stream over the limit", strings.Repeat("x", limit+1), limit, true, false, 1, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			opened, closed, original := 0, 0, false
			r := httptest.NewRequest("POST", "https://b/", nil)
			r.Header = cehttptest.Typed(cehttptest.StructuredType)
			if c.binary {
				r.Header = cehttptest.BinaryHeader("Content-Type", "text/plain")
			}
			r.Body, r.ContentLength = closer{strings.NewReader(c.body), &original}, -1
			if !c.stream {
				r.GetBody = func() (io.ReadCloser, error) {
					opened++
					return counted{strings.NewReader(c.body), &closed}, nil
				}
			}
			signer := &webhook.Signer{MaxBytes: c.max, Secrets: secrets(t, firstSecret, secondSecret)[:c.secrets], Base: roundTrip(func(r *http.Request) (*http.Response, error) {
				b, err := io.ReadAll(r.Body)
				if string(b) != c.body || err != nil {
					t.Errorf("sent %q, %v", b, err)
				}
				r.Body.Close()
				v := &webhook.Verifier{Secrets: secrets(t, firstSecret)}
				if err := v.Verify(r.Header, b); err != nil {
					t.Error(err)
				}
				return cehttptest.Response(http.Header{}, ""), nil
			})}
			_, err := sent(signer, r)
			var large *http.MaxBytesError
			if (err == nil) != c.ok || err != nil && (!errors.As(err, &large) || large.Limit != c.max) {
				t.Error(err)
			}
			if opened != c.opened || closed != opened || !original {
				t.Errorf("%d bodies opened, %d closed; that of the request: %t", opened, closed, original)
			}
		})
	}
	failing := errors.New("failing")
	r := httptest.NewRequest("POST", "https://b/", strings.NewReader("x"))
	r.GetBody = func() (io.ReadCloser, error) { return nil, failing }
	if _, err := (&webhook.Signer{Secrets: secrets(t, firstSecret)}).RoundTrip(r); !errors.Is(err, failing) {
		t.Error(err)
	}
}

// counted counts how often it is closed.
type counted struct {
	io.Reader
	closed *int
}

func (c counted) Close() error {
	*c.closed++
	return nil
}

// Addresses beside the networks that are refused are public, and those within are not.
func TestPublicAddressBorders(t *testing.T) {
	for _, c := range []struct {
		refused string   // a network
		public  []string // addresses beside it
	}{
		{"0.0.0.0/8", []string{"1.0.0.0"}},
		{"10.0.0.0/8", []string{"9.255.255.255", "11.0.0.0"}},
		{"100.64.0.0/10", []string{"100.63.255.255", "100.128.0.0", "101.64.0.1", "99.64.0.1", "100.0.0.1", "100.192.0.1"}},
		{"127.0.0.0/8", []string{"126.255.255.255", "128.0.0.0"}},
		{"168.63.129.16/32", []string{"168.63.129.15", "168.63.129.17", "168.63.128.16", "168.62.129.16", "169.63.129.16"}},
		{"169.254.0.0/16", []string{"169.253.255.255", "169.255.0.0"}},
		{"172.16.0.0/12", []string{"172.15.255.255", "172.32.0.0"}},
		{"192.0.0.0/24", []string{"191.255.255.255", "192.0.1.0", "192.1.0.0", "191.0.0.1", "193.0.0.1"}},
		{"192.0.2.0/24", []string{"192.0.1.255", "192.0.3.0", "192.1.2.1", "191.0.2.1", "193.0.2.1"}},
		{"192.88.99.0/24", []string{"192.88.98.255", "192.88.100.0", "192.87.99.1", "192.89.99.1", "191.88.99.1"}},
		{"192.168.0.0/16", []string{"192.167.255.255", "192.169.0.0"}},
		{"198.18.0.0/15", []string{"198.17.255.255", "198.20.0.0", "197.18.0.1", "199.19.0.1"}},
		{"198.51.100.0/24", []string{"198.51.99.255", "198.51.101.0", "198.50.100.7", "198.52.100.7", "197.51.100.7", "199.51.100.7"}},
		{"203.0.113.0/24", []string{"203.0.112.255", "203.0.114.0", "203.1.113.7", "202.0.113.7", "204.0.113.7"}},
		{"224.0.0.0/4", []string{"223.255.255.255"}},
		{"240.0.0.0/4", nil},
		{"2001::/23", []string{"2001:200::", "2000:ffff::1", "2003::1"}},
		{"2001:db8::/32", []string{"2001:db7:ffff::1", "2001:db9::", "2003:db8::1", "2400:db8::1"}},
		{"2002::/16", []string{"2001:ffff::1", "2003::"}},
		{"3fff::/20", []string{"3ffe:ffff::1", "3fff:1000::", "3ffe:1::"}},
		{"fc00::/7", nil},
		{"fe80::/10", nil},
		{"ff00::/8", nil},
		{"64:ff9b::/96", nil},
		{"4000::/3", []string{"3fff:ffff::"}},
		{"::/3", []string{"2000::"}},
	} {
		network := netip.MustParsePrefix(c.refused)
		for _, a := range []netip.Addr{network.Addr(), network.Addr().Next(), last(network)} {
			if network.Contains(a) && webhook.PublicAddress(a) {
				t.Errorf("%s of %s is public", a, network)
			}
			if a.Is4() && webhook.PublicAddress(netip.AddrFrom16(a.As16())) && network.Contains(a) {
				t.Errorf("%s within IPv6 is public", a)
			}
		}
		for _, a := range c.public {
			if !webhook.PublicAddress(netip.MustParseAddr(a)) {
				t.Errorf("%s beside %s is not public", a, network)
			}
		}
	}
	// ISATAP: an IPv4 address in the second half of an IPv6 address (RFC 5214).
	for a, want := range map[string]bool{
		"2a00:1450:4001::5efe:10.0.0.1": false, "2a00:1450:4001::5efe:8.8.8.8": false, "2a00:1450:4001:1:200:5efe:169.254.169.254": false,
		"2a00:1450:4001::100:5efe:7f00:1": false, "2a00:1450:4001:0:300:5efe:7f00:1": false,
		"2a00:1450:4001::5eff:10.0.0.1": true, "2a00:1450:4001::5dfe:10.0.0.1": true, "2a00:1450:4001:0:400:5efe:7f00:1": true,
		"2a00:1450:4001:0:1:5efe:7f00:1": true, "2a00:1450:4001:5efe::1": true,
	} {
		if got := webhook.PublicAddress(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %t", a, got)
		}
	}
}

// last returns the last address of a network.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// A target that answers a handshake and then holds its body back does not hold deliveries.
func TestHandshakeDoesNotWaitForTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wt := &webhook.Transport{Origin: "a", Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			answer := cehttptest.Response(http.Header{"Webhook-Allowed-Origin": {"*"}, "Webhook-Allowed-Rate": {"*"}}, "")
			if r.Method == http.MethodOptions {
				answer.Body = io.NopCloser(stalled{r})
			}
			return answer, nil
		})}
		begin := time.Now()
		if _, err := sent(wt, delivery(t, "https://b/")); err != nil || time.Since(begin) > 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

// stalled is a body that does not come until its request ends.
type stalled struct{ r *http.Request }

func (s stalled) Read([]byte) (int, error) {
	<-s.r.Context().Done()
	return 0, s.r.Context().Err()
}

// A handshake that is answered with a redirect says so, and where it points.
func TestHandshakeRedirect(t *testing.T) {
	for location, want := range map[string]string{
		"https://www.example.com/secret?t=secret": "status 308: target does not consent to deliveries: it redirects to https://www.example.com, which is not followed",
		"": "it redirects, which is not followed",
	} {
		wt := &webhook.Transport{Origin: "a", Base: roundTrip(func(*http.Request) (*http.Response, error) {
			answer := cehttptest.Response(http.Header{"Location": {location}}, "")
			answer.StatusCode = 308
			return answer, nil
		})}
		if _, err := sent(wt, delivery(t, "https://b/")); !errors.Is(err, webhook.ErrNoConsent) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Error(err)
		}
	}
}

// The text of an error is bounded, whatever the network says.
func TestHandshakeErrorIsBounded(t *testing.T) {
	wt := &webhook.Transport{Origin: "a", Base: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, errors.New(strings.Repeat("x", 1<<20))
	})}
	if _, err := sent(wt, delivery(t, "https://b/")); err == nil || len(err.Error()) > 2<<10 {
		t.Errorf("%d bytes", len(err.Error()))
	}
}

// Two targets of one URL, with a Host each, are two.
func TestTransportTellsHostsApart(t *testing.T) {
	target := &consenting{header: grants("*", "*")}
	wt := &webhook.Transport{Origin: "a", Base: through(target)}
	for i, host := range []string{"", "one.example.com", "ONE.example.com", "two.example.com", "B", ""} {
		r := delivery(t, "https://b/")
		r.Host = host
		if _, err := sent(wt, r); err != nil {
			t.Fatal(err)
		}
		if got, want := target.asked.Load(), []int32{1, 2, 2, 3, 3, 3}[i]; got != want {
			t.Errorf("%q: asked %d times, want %d", host, got, want)
		}
	}
}

// A target is a URL as it is requested: with its query, and without its fragment.
func TestTransportTellsURLsApart(t *testing.T) {
	target := &consenting{header: grants("*", "*")}
	wt := &webhook.Transport{Origin: "a", Base: through(target), AllowHTTP: true}
	for i, c := range []struct {
		url   string
		isNew bool
	}{
		{"https://b/", true}, {"https://B", false}, {"https://b/#x", false}, {"https://b/?", false},
		{"https://b/?x=1", true}, {"https://b/?x=2", true}, {"https://b/?x=1#y", false},
		{"https://b/x", true}, {"https://b/X", true}, {"https://b/x/", true}, {"https://b/%78", true},
		{"https://b:8443/", true}, {"http://b/", true},
	} {
		before := target.asked.Load()
		if _, err := sent(wt, delivery(t, c.url)); err != nil {
			t.Fatal(err)
		}
		if isNew := target.asked.Load() > before; isNew != c.isNew {
			t.Errorf("%d, %s: asked: %t", i, c.url, isNew)
		}
	}
}

// Without Renew, permission lasts a day.
func TestTransportRenewsAfterADay(t *testing.T) {
	for renew, day := range map[time.Duration]time.Duration{0: 24 * time.Hour, time.Hour: time.Hour, -1: -1} {
		synctest.Test(t, func(t *testing.T) {
			target := &consenting{header: grants("*", "*")}
			wt := &webhook.Transport{Origin: "a", Base: through(target), Renew: renew}
			for i, wait := range []time.Duration{0, max(day, 9000*time.Hour+2) - 1, 1} {
				if day > 0 && i == 1 {
					wait = day - 1
				}
				time.Sleep(wait)
				if _, err := sent(wt, delivery(t, "https://b/")); err != nil {
					t.Fatal(err)
				}
				if got, want := target.asked.Load(), []int32{1, 1, 2}[i]; got != want && (day > 0 || got != 1) {
					t.Errorf("%v, %d: asked %d times, want %d", renew, i, got, want)
				}
			}
		})
	}
}
