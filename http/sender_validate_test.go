package cehttp_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// mistaken is a transport with a mistake in its settings.
type mistaken struct{ http.RoundTripper }

var errMistaken = errors.New("a mistake")

func (mistaken) Validate() error { return errMistaken }

func TestSenderValidate(t *testing.T) {
	host := func(hosts ...string) http.Header { return http.Header{"hOST": hosts} }
	for _, test := range []struct {
		reason string
		sender cehttp.Sender
		want   string // "" is no error
	}{
		{"a target", cehttp.Sender{Target: "https://example.com/in?x=y"}, ""},
		{"structured mode", cehttp.Sender{Target: "http://example.com", Mode: cloudevents.StructuredMode}, ""},
		{"a host", cehttp.Sender{Target: "http://example.com", Header: host("other.example.com:8080")}, ""},
		{"an IPv6 host", cehttp.Sender{Target: "http://example.com", Header: host("[::1]:80")}, ""},
		{"a client without a transport", cehttp.Sender{Target: "http://example.com", Client: &http.Client{}}, ""},
		{"nothing", cehttp.Sender{}, "not an http or https URL"},
		{"another scheme", cehttp.Sender{Target: "ftp://secret/"}, "not an http or https URL"},
		{"no URL", cehttp.Sender{Target: "http://secret:secret"}, "not an http or https URL"},
		{"batch mode", cehttp.Sender{Target: "http://example.com", Mode: cloudevents.BatchMode}, "batch mode"},
		{"no mode", cehttp.Sender{Target: "http://example.com", Mode: 9}, "mode"},
		{"two hosts", cehttp.Sender{Target: "http://example.com", Header: host("a", "b")}, "Host"},
		{"an empty host", cehttp.Sender{Target: "http://example.com", Header: host("")}, "Host"},
		{"a URL for a host", cehttp.Sender{Target: "http://example.com", Header: host("http://secret")}, "Host"},
		{"a long host", cehttp.Sender{Target: "http://example.com", Header: host(strings.Repeat("a", 260))}, "Host"},
		{"a transport with a mistake", cehttp.Sender{Target: "http://example.com", Client: &http.Client{Transport: mistaken{}}}, "a mistake"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			err := test.sender.Validate()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
	s := cehttp.Sender{Mode: cloudevents.BatchMode, Client: &http.Client{Transport: mistaken{}}}
	for _, want := range []error{cehttp.ErrTarget, cloudevents.ErrContentMode, errMistaken} {
		wantError(t, s.Validate(), want)
	}
}

// A Host in the Header of a Sender is that of its requests.
func TestSenderHost(t *testing.T) {
	var got []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Host)
		if len(got)%2 == 1 {
			w.WriteHeader(503)
		}
	}))
	defer s.Close()
	e := minimal()
	for _, h := range []http.Header{{"Host": {"events.example.com"}}, {"host": {"events.example.com"}}} {
		for _, call := range []func(*cehttp.Sender) error{
			func(s *cehttp.Sender) error { return s.Send(t.Context(), &e) },
			func(s *cehttp.Sender) error { _, err := s.SendBatch(t.Context(), oneOf(e)); return err },
		} {
			got = nil
			sender := hushed(cehttp.Sender{Target: s.URL, Client: s.Client(), Header: h, Retry: cehttp.Retry{Wait: -1}})
			if err := call(sender); err != nil || strings.Join(got, " ") != "events.example.com events.example.com" || len(h) != 1 {
				t.Errorf("%v: hosts %q", err, got)
			}
		}
	}
	for _, hosts := range [][]string{{"a", "b"}, {""}, {"a b"}, {"a\r\nX: y"}, {"a/b"}} {
		sender, requests := steps(step{status: 204})
		sender.Header = http.Header{"Host": hosts}
		if err := sender.Send(t.Context(), &e); err == nil || !strings.Contains(err.Error(), "Host") || *requests != 0 {
			t.Errorf("%q: %v after %d requests", hosts, err, *requests)
		}
	}
}

// R52: targets that answer 404 or 409 for a moment, as the data plane contract of Knative
// allows.
func TestR52StatusesThatAreSentAgain(t *testing.T) {
	knative := map[int]bool{404: true, 409: true}
	for _, test := range []struct {
		reason   string
		statuses map[int]bool
		step     step
		again    bool
	}{
		{"404", knative, step{status: 404}, true},
		{"409", knative, step{status: 409}, true},
		{"400", knative, step{status: 400}, false},
		{"503", knative, step{status: 503}, true},
		{"404 by default", nil, step{status: 404}, false},
		{"409 by default", nil, step{status: 409}, false},
		{"500 that is final", map[int]bool{500: false}, step{status: 500}, false},
		{"429 that is final", map[int]bool{429: false}, step{status: 429}, false},
		{"501", map[int]bool{501: true}, step{status: 501}, true},
		{"410 is final", map[int]bool{410: true}, step{status: 410}, false},
		{"a redirect is final", map[int]bool{307: true}, step{status: 307}, false},
		{"what is no status", map[int]bool{600: true}, step{status: 600}, false},
		{"the target knows better: no", knative, step{status: 404, body: `{"retryable":false}`, header: typed("application/json")}, false},
		{"the target knows better: yes", map[int]bool{500: false}, step{status: 500, body: `{"retryable":true}`, header: typed("application/json")}, true},
	} {
		t.Run(test.reason, func(t *testing.T) {
			e := minimal()
			for call, send := range map[string]func(*cehttp.Sender) error{
				"Send":      func(s *cehttp.Sender) error { return s.Send(t.Context(), &e) },
				"Request":   func(s *cehttp.Sender) error { _, err := s.Request(t.Context(), &e); return err },
				"SendBatch": func(s *cehttp.Sender) error { _, err := s.SendBatch(t.Context(), oneOf(e)); return err },
			} {
				sender, requests := steps(test.step, step{status: 202})
				sender.Retry = cehttp.Retry{Wait: -1, Statuses: test.statuses}
				err := send(sender)
				if (err == nil) != test.again || (*requests == 2) != test.again {
					t.Errorf("%s: %v after %d requests", call, err, *requests)
				}
				if err != nil && sendError(t, err).Retryable() {
					t.Errorf("%s: it is retryable", call)
				}
			}
		})
	}
}

// R54: the error about a redirect says that it was not followed, and where it points.
func TestR54RedirectSaysWhere(t *testing.T) {
	for _, test := range []struct {
		reason, location, want, text string
	}{
		{"another host", "https://www.example.com/secret?token=secret", "https://www.example.com", ": it redirects to https://www.example.com, which is not followed"},
		{"another scheme", "https://example.com/in", "https://example.com", "it redirects to https://example.com, which is not followed"},
		{"another port", "http://example.com:8080/in", "http://example.com:8080", "it redirects to http://example.com:8080, which"},
		{"a user", "https://secret:secret@www.example.com/", "https://www.example.com", "https://www.example.com, which"},
		{"another path", "/secret/", "http://example.com", "it redirects to another path of http://example.com, which is not followed"},
		{"without a scheme", "//www.example.com/in", "http://www.example.com", "http://www.example.com, which"},
		{"no location", "", "", ": a redirect is not followed"},
		{"no URL", "http://[secret", "", "a redirect is not followed"},
		{"another kind of URL", "mailto:secret@example.com", "", "a redirect is not followed"},
		{"a host that is none", "http://secret,secret/", "", "a redirect is not followed"},
		{"a long host", "http://" + strings.Repeat("secret", 50) + "/", "", "a redirect is not followed"},
		{"very long", "http://a/" + strings.Repeat("secret", 1<<16), "", "a redirect is not followed"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			e := minimal()
			sender, requests := steps(step{status: 308, header: http.Header{"Location": {test.location}}})
			err := sender.Send(t.Context(), &e)
			failed := sendError(t, err)
			if !errors.Is(err, cehttp.ErrRedirect) || failed.Location != test.want || *requests != 1 {
				t.Errorf("%q after %d requests, %v", failed.Location, *requests, err)
			}
			if text := err.Error(); !strings.HasPrefix(text, "http://example.com: 308 Permanent Redirect: ") || !strings.Contains(text, test.text) || strings.Contains(text, "secret") {
				t.Errorf("%s", text)
			}
		})
	}
	sender, _ := steps(step{status: 400, header: http.Header{"Location": {"http://other.example.com/"}}})
	e := minimal()
	if failed := sendError(t, sender.Send(t.Context(), &e)); failed.Location != "" || strings.Contains(failed.Error(), "redirect") {
		t.Errorf("%+v", failed)
	}
}

// R55: a header that is too large for the target does not get smaller.
func TestR55HeaderTooLarge(t *testing.T) {
	sender, requests := steps(step{status: 431})
	e := minimal()
	if err := e.Set("large", cloudevents.StringValue(strings.Repeat("x", 20_000))); err != nil {
		t.Fatal(err)
	}
	const advice = ": in structured mode the attributes are in the body"
	if failed := sendError(t, sender.Send(t.Context(), &e)); failed.Status != 431 || failed.Retryable() || *requests != 1 || !strings.HasSuffix(failed.Error(), advice) {
		t.Errorf("%+v after %d requests", failed, *requests)
	}
	sender, _ = steps(step{status: 431})
	sender.Mode = cloudevents.StructuredMode
	if failed := sendError(t, sender.Send(t.Context(), &e)); strings.Contains(failed.Error(), "structured") {
		t.Error(failed)
	}
}
