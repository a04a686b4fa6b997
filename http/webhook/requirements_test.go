package webhook_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// requirements maps the requirements of http-webhook.md, version 1.0.3-wip, to tests of
// this package and of package cehttp. The numbers of key words are counted by a script,
// which leaves out fenced code and section 1.1, and counts MUST NOT as MUST, SHOULD NOT as
// SHOULD. A line without a test says why after a hyphen.
const requirements = `
## 21-delivery-request MUST=5 SHOULD=0
MUST | HTTPS | TestTransportRefuses TestTransportAndTarget
MUST | POST | TestTransportRefuses TestTransportRequests TestReceiverRefuses
MUST | a Content-Type | TestTransportRefuses
MUST | a payload | TestTransportRefuses
MUST | WebHook-Request-Origin, where the target wants it | TestTransportRequests TestTargetChecksDeliveries

## 22-delivery-response MUST=9 SHOULD=3
MUST | no 3xx in an answer | TestTargetCorrectsAnswers
MUST | the client follows no redirect | TestTransportFollowsNoRedirect TestCallbackAnswers
MUST | 200 or 201 with a payload | TestReceiverRepliesInTheModeOfTheRequest
MUST | which has a Content-Type | TestReceiverRepliesInTheModeOfTheRequest
MUST | 201 or 204 without a payload | TestReceiverAnswersWhatTheHandlerSays TestTargetCorrectsAnswers
MUST | 202 for what is accepted and not processed | TestReceiverDefers
SHOULD | 410 of a retired target | TestReceiverAnswersBatches TestTargetCorrectsAnswers
SHOULD | nothing is sent to it any more | TestTransportStopsAt410
SHOULD | 429 over the rate limit | TestTargetRate
MUST | with Retry-After | TestTargetRate TestTargetCorrectsAnswers
MUST | which the sender observes | TestTransportObservesRetryAfter
MUST | 415 for a format that is not understood | TestReceiverRefuses

## 3-authorization MUST=3 SHOULD=0
MUST | the delivery uses one of two methods | TestTransportRequests TestTransportRefuses
MUST | the target supports both | TestAuthorization
MUST | no scheme with a challenge | TestAuthorization

## 31-authorization-request-header-field MUST=1 SHOULD=0
MUST | the scheme is Bearer | TestAuthorization TestTransportRequests

## 32-uri-query-parameter MUST=1 SHOULD=3
MUST | access_token is separated by & | TestAuthorization
SHOULD | the client sends Cache-Control: no-store | TestTransportRequests
SHOULD | a success says Cache-Control: private | TestAuthorizationInQuery
SHOULD | the query is not used if the header can be | - Token of Transport goes into the header; a URL with a token is the caller's

## 4-abuse-protection MUST=0 SHOULD=1
SHOULD | targets support it | TestTargetHandshake TestTargetByHand

## 412-webhook-request-origin MUST=2 SHOULD=0
MUST | it is in the validation request | TestTransportRequests TestTargetHandshake
MUST | and in each delivery, with the same value | TestTransportRequests

## 413-webhook-request-callback MUST=1 SHOULD=1
MUST | the callback target takes GET and POST | TestServeConsent
SHOULD | the URL has an identifier and a secret key | TestTransportRequests TestServeConsentOfOneTargetOnly

## 42-validation-response MUST=1 SHOULD=2
MUST | both headers, if and only if deliveries are allowed | TestTargetHandshake TestTransportHandshake
SHOULD | 405 of a target that does not handle OPTIONS | TestReceiverRefuses
SHOULD | Allow with POST | TestTargetHandshake

## 421-webhook-allowed-origin MUST=2 SHOULD=0
MUST | it is returned with consent | TestTargetHandshake
MUST | it is the origin that asked, or an asterisk | TestTargetHandshake TestTransportHandshake

## 422-webhook-allowed-rate MUST=1 SHOULD=3
MUST | it is returned if a rate was asked for | TestTargetHandshake TestTransportHandshake
SHOULD | and if not | TestTargetHandshake
SHOULD | and in a callback | TestCallbackGrants
SHOULD | without it in a callback the rate is the one that was asked for | TestServeConsent
`

func TestRequirements(t *testing.T) {
	tests := testNames(t)
	open := map[string]int{}
	heading, sections := "", 0
	end := func() {
		for word, n := range open {
			if n != 0 {
				t.Errorf("%s: %d too few lines for %s", heading, n, word)
			}
		}
	}
	for line := range strings.Lines(requirements) {
		line = strings.TrimSpace(line)
		if text, ok := strings.CutPrefix(line, "## "); ok {
			end()
			sections++
			fields := strings.Fields(text)
			heading = fields[0]
			open = map[string]int{}
			for _, f := range fields[1:] {
				word, n, _ := strings.Cut(f, "=")
				open[word] = int(n[0] - '0')
			}
			continue
		}
		if line == "" {
			continue
		}
		parts := strings.Split(line, " | ")
		if len(parts) != 3 {
			t.Fatalf("not a line: %q", line)
		}
		open[parts[0]]--
		if strings.HasPrefix(parts[2], "- ") {
			continue
		}
		for _, name := range strings.Fields(parts[2]) {
			if !tests[name] {
				t.Errorf("%s, %s: no test %s", heading, parts[1], name)
			}
		}
	}
	end()
	if sections != 11 {
		t.Errorf("%d sections", sections)
	}
}

// testNames returns the names of the tests of this package and of package cehttp.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*_test.go", "../*_test.go"} {
		some, err := filepath.Glob(pattern)
		if err != nil || len(some) == 0 {
			t.Fatal(pattern, err)
		}
		files = append(files, some...)
	}
	names := map[string]bool{}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}
