package webhook_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// A setting with which nothing passes is found before the first message, also in what is
// behind a handler or below a transport.
func TestValidate(t *testing.T) {
	known := secrets(t, firstSecret)
	next := status(204)
	verifier := &webhook.Verifier{Secrets: known, Next: next}
	for _, c := range []struct {
		name string
		v    interface{ Validate() error }
		want string // "" is no error
	}{
		{"authorization", &webhook.Authorization{Tokens: []string{bearer}, Next: next}, ""},
		{"authorization with an empty token beside another", &webhook.Authorization{Tokens: []string{"", bearer}, Next: next}, ""},
		{"authorization that asks", &webhook.Authorization{Check: nobody, Next: next}, ""},
		{"authorization without tokens", &webhook.Authorization{Next: next}, "Authorization: there are no Tokens"},
		{"authorization with an empty token", &webhook.Authorization{Tokens: []string{""}, Next: next}, "there are no Tokens"},
		{"authorization with a token that cannot come", &webhook.Authorization{Tokens: []string{secret}, Next: next}, "malformed"},
		{"authorization without next", &webhook.Authorization{Tokens: []string{bearer}}, "Authorization: there is no Next"},

		{"target", &webhook.Target{Origins: []string{"a", "*.example.com", "*"}, Next: next}, ""},
		{"target that asks", &webhook.Target{Permit: func(context.Context, string) (int, bool) { return 0, false }, Next: next}, ""},
		{"target without handshakes", &webhook.Target{OriginOptional: true, Next: next}, ""},
		{"target without origins", &webhook.Target{Next: next}, "Target: there are no Origins"},
		{"target with a URL", &webhook.Target{Origins: []string{"https://example.com"}, Next: next}, `"https://example.com" matches nothing`},
		{"target with two stars", &webhook.Target{Origins: []string{"*.*.example.com"}, Next: next}, "matches nothing"},
		{"target with a star alone", &webhook.Target{Origins: []string{"*."}, Next: next}, "matches nothing"},
		{"target with an empty origin", &webhook.Target{Origins: []string{""}, Next: next}, "matches nothing"},
		{"target with a rate below zero", &webhook.Target{Origins: []string{"*"}, Rate: -1, Next: next}, "Rate"},
		{"target without next", &webhook.Target{Origins: []string{"*"}}, "there is no Next"},

		{"verifier", verifier, ""},
		{"verifier of Svix", &webhook.Verifier{Secrets: known, Next: next, HeaderPrefix: "svix-"}, ""},
		{"verifier without secrets", &webhook.Verifier{Next: next}, "Verifier: there are no Secrets"},
		{"verifier with the zero secret", &webhook.Verifier{Secrets: []webhook.Secret{known[0], {}}, Next: next}, "no key"},
		{"verifier without next", &webhook.Verifier{Secrets: known}, "there is no Next"},
		{"verifier with a prefix that is none", &webhook.Verifier{Secrets: known, Next: next, HeaderPrefix: "a b"}, "HeaderPrefix"},

		{"signer", &webhook.Signer{Secrets: known}, ""},
		{"signer with a base", &webhook.Signer{Secrets: known, Base: http.DefaultTransport}, ""},
		{"signer without secrets", &webhook.Signer{}, "Signer: there are no Secrets"},
		{"signer with a prefix that is none", &webhook.Signer{Secrets: known, HeaderPrefix: "a:"}, "HeaderPrefix"},

		{"transport", &webhook.Transport{Origin: "a", Token: bearer, CallbackURL: "https://a/"}, ""},
		{"transport without origin", &webhook.Transport{}, "Transport: the Origin"},
		{"transport with a URL", &webhook.Transport{Origin: "https://a"}, "Origin"},
		{"transport with a token that cannot be sent", &webhook.Transport{Origin: "a", Token: secret}, "malformed"},
		{"transport with a callback without TLS", &webhook.Transport{Origin: "a", CallbackURL: "http://a/"}, "CallbackURL"},
		{"transport with a rate below zero", &webhook.Transport{Origin: "a", Rate: -1}, "Rate"},
		{"transport with a fallback below zero", &webhook.Transport{Origin: "a", FallbackRate: -1}, "Rate"},

		{"behind", &webhook.Authorization{Tokens: []string{bearer}, Next: &webhook.Target{Origins: []string{"*"}, Next: &webhook.Verifier{Next: next}}},
			"Authorization: Target: Verifier: there are no Secrets"},
		{"behind a verifier", &webhook.Verifier{Secrets: known, Next: &webhook.Target{}}, "Verifier: Target:"},
		{"below", &webhook.Transport{Origin: "a", Base: &webhook.Signer{}}, "Transport: Signer: there are no Secrets"},
		{"below a signer", &webhook.Signer{Secrets: known, Base: &webhook.Transport{}}, "Signer: Transport:"},
		{"below a sender", &cehttp.Sender{Target: "https://a", Client: &http.Client{Transport: &webhook.Transport{}}}, "Transport: the Origin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.v.Validate()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), secret)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func nobody(context.Context, string) error { return http.ErrNoCookie }
