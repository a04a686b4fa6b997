package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/http/eventdoc"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// headerDocuments are requests, or answers, of one header that is hostile.
func headerDocuments(method, header string, plain map[string]string, body string) []document {
	of := func(name string, values func(n int) []string) document {
		return document{header + ": " + name, func(n int) *message {
			if n > maxHeader {
				return nil
			}
			h := http.Header{}
			for name, value := range plain {
				h.Set(name, value)
			}
			h[http.CanonicalHeaderKey(header)] = values(max(n-100, 1))
			return &message{method: method, header: h, body: []byte(body)}
		}}
	}
	many := func(value string) func(n int) []string {
		return func(n int) []string {
			values := make([]string, max(1, n/(len(header)+len(value)+4)))
			for i := range values {
				values[i] = value
			}
			return values
		}
	}
	long := func(text string) func(n int) []string {
		return func(n int) []string { return []string{filled(n, "", text, "")} }
	}
	return []document{
		of("many values", many("a")), of("many empty values", many("")), of("long", long("a")), of("commas", long(",")),
		of("semicolons", long(";")), of("quotes", long(`"`)), of("backslashes", long(`\`)), of("labels", long("a.")),
		of("pairs", long("a=b;q=1,")), of("spaces", long(" ")), of("digits", long("1")), of("bytes that are no UTF-8", long("\xff")),
		of("signatures", long("v1,AAAA ")), of("percent signs", long("%41")),
	}
}

// queries are requests with hostile queries.
func queries(method string, header http.Header) []document {
	of := func(name, text string) document {
		return document{"query: " + name, func(n int) *message {
			return &message{method: method, header: header, query: filled(n, "", text, "")}
		}}
	}
	return []document{
		of("ampersands", "&"), of("semicolons", ";"), of("short pairs", "a=&"), of("names only", "a&"), of("escapes", "%41"),
		of("bad escapes", "%"), of("tokens", "access_token=&"), of("one name", "a"), of("ids", "id=&key=&"),
	}
}

// webhooks are the handlers and the transport of package webhook.
func webhooks() []reader {
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	secret, err := webhook.ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		panic(err)
	}
	all := func(lists ...[]document) (all []document) {
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	delivery := map[string]string{"Content-Type": "application/json", "Webhook-Request-Origin": "a.example"}
	handshake := map[string]string{"Webhook-Request-Origin": "a.example"}
	signed := map[string]string{"Webhook-Id": "1", "Webhook-Timestamp": "1700000000", "Webhook-Signature": "v1,AAAA"}
	return []reader{
		{"webhook.Authorization", all(
			headerDocuments(http.MethodPost, "Authorization", nil, ""), queries(http.MethodPost, nil),
			prefixed("with a token, ", queries(http.MethodPost, http.Header{"Authorization": {"Bearer a"}})),
		), serve(func() http.Handler {
			return &webhook.Authorization{Next: next, Tokens: []string{"a"}, Logger: logger()}
		}), nil},
		{"webhook.Target, handshake", all(
			headerDocuments(http.MethodOptions, "WebHook-Request-Origin", nil, ""),
			headerDocuments(http.MethodOptions, "WebHook-Request-Rate", handshake, ""),
			headerDocuments(http.MethodOptions, "WebHook-Request-Callback", handshake, ""),
		), serve(func() http.Handler {
			return &webhook.Target{Next: next, Origins: []string{"*.example"}, Rate: 100, Logger: logger()}
		}), nil},
		{"webhook.Target, delivery", headerDocuments(http.MethodPost, "WebHook-Request-Origin", delivery, "{}"), serve(func() http.Handler {
			return &webhook.Target{Next: next, Origins: []string{"*"}, Rate: 100, Logger: logger()}
		}), nil},
		{"webhook.Verifier", all(
			headerDocuments(http.MethodPost, "Webhook-Signature", signed, "{}"), headerDocuments(http.MethodPost, "Webhook-Id", signed, "{}"),
			headerDocuments(http.MethodPost, "Webhook-Timestamp", signed, "{}"), headers(), promises(structuredType),
		), serve(func() http.Handler {
			return &webhook.Verifier{Next: next, Secrets: []webhook.Secret{secret}, Tolerance: -1, Remember: 10, Logger: logger()}
		}), nil},
		{"webhook.Transport, the answer to a handshake", all(
			headerDocuments("200", "WebHook-Allowed-Origin", nil, ""),
			headerDocuments("200", "WebHook-Allowed-Rate", map[string]string{"WebHook-Allowed-Origin": "*"}, ""),
			headerDocuments("503", "Retry-After", nil, ""), headerDocuments("400", "Allow", nil, ""),
			with("400", problemAnswers()),
		), transport, &message{header: http.Header{"Webhook-Allowed-Origin": {"*"}}}},
		{"webhook.Transport.ServeConsent", all(
			headerDocuments(http.MethodPost, "WebHook-Allowed-Rate", nil, ""), queries(http.MethodPost, nil),
		), serve(func() http.Handler {
			t := &webhook.Transport{Origin: "a.example", CallbackURL: "https://a.example/"}
			return http.HandlerFunc(t.ServeConsent)
		}), nil},
	}
}

// transport prepares a delivery whose handshake is answered by m.
func transport(m *message) func() {
	t := &webhook.Transport{Origin: "a.example", Base: &respond{m, strings.NewReader(string(m.body))}}
	r := &http.Request{
		Method: http.MethodPost, URL: &url.URL{Scheme: "https", Host: "target.example", Path: "/"},
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(strings.NewReader("{}")), ContentLength: 2,
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	r = r.WithContext(ctx)
	return func() {
		defer cancel()
		response, err := t.RoundTrip(r)
		say(response, err)
	}
}

// pages are the handlers of package eventdoc.
func pages() []reader {
	page := func() http.Handler {
		p, err := eventdoc.New(mux())
		if err != nil {
			panic(err)
		}
		return p
	}
	host := func(name, text string) document {
		return document{"Host: " + name, func(n int) *message {
			if n > maxHeader {
				return nil
			}
			return &message{method: http.MethodGet, host: filled(n, "", text, "")}
		}}
	}
	documents := append(headerDocuments(http.MethodGet, "Accept", nil, ""), host("long", "a"), host("bytes to escape", "<"))
	documents = append(documents, queries(http.MethodGet, nil)...)
	return []reader{{
		"eventdoc.Page of 100 routes", documents, serve(page),
		&message{method: http.MethodGet, host: "a.example"},
	}}
}
