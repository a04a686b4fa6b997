package suite

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// A receiver that dies ends the run, and the error names the case. One that only hangs up fails
// in that case, and the run goes on.
func TestConformanceOfAReceiverThatDies(t *testing.T) {
	for _, c := range []struct {
		name   string
		dies   bool
		status int
	}{{"it dies", true, cli.ExitError}, {"it hangs up once", false, cli.ExitFault}} {
		t.Run(c.name, func(t *testing.T) {
			var requests atomic.Int64
			var server *httptest.Server
			right := rightReceiver(nil)
			server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if requests.Add(1) != 30 {
					right(w, r)
					return
				}
				if c.dies {
					server.Listener.Close()
					server.Config.SetKeepAlivesEnabled(false)
				}
				panic(http.ErrAbortHandler)
			}))
			defer server.Close()
			status, out, errs := ceConformance(t, "--json", "--http", strings.TrimPrefix(server.URL, "http://"), "--run", "^json/decode/")
			if status != c.status {
				t.Fatalf("status %d, want %d: %s%.500s", status, c.status, errs, out)
			}
			if c.dies {
				if n := requests.Load(); n != 30 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "the receiver died at case json/decode/") || !strings.Contains(errs, "refused") {
					t.Errorf("%d requests, %s", n, errs)
				}
				return
			}
			var r report
			if err := json.Unmarshal([]byte(out), &r); err != nil || r.Failed != 1 || r.Passed < 300 {
				t.Errorf("%d failed, %d passed, %v", r.Failed, r.Passed, err)
			}
			// Two to begin with, and one to see whether it lives.
			if n, want := int(requests.Load()), r.Passed+r.Failed+r.Differ+3; n != want {
				t.Errorf("%d requests, want %d", n, want)
			}
		})
	}
}

// Each verdict has its form in JUnit, and counts in its suite and in all.
func TestJUnitOfEveryVerdict(t *testing.T) {
	r := report{Implementation: "x", Passed: 1, Failed: 1, Differ: 1, Skipped: 2, Results: []outcome{
		{Case: "a", Document: "spec.md", Section: "id", Op: "decode", Verdict: verdictPass},
		{Case: "b", Document: "spec.md", Section: "id", Op: "decode", Verdict: verdictFail, Reason: "<&>"},
		{Case: "c", Document: "spec.md", Section: "type", Op: "decode", Verdict: verdictDiffer, Reason: "other"},
		{Case: "d", Document: "spec.md", Section: "type", Op: "decode", Verdict: verdictSkip, Reason: "why"},
		{Case: "e", Op: "round trip", Mode: "batch", Verdict: verdictSkip},
	}}
	all := r.junit()
	if all.Tests != 5 || all.Failures != 1 || all.Skipped != 2 || len(all.Suites) != 2 {
		t.Fatalf("%+v", all)
	}
	for i, want := range []junitSuite{{Name: "spec.md", Tests: 4, Failures: 1, Skipped: 1}, {Name: "round trip", Tests: 1, Skipped: 1}} {
		got := *all.Suites[i]
		got.Cases = nil
		if got.Name != want.Name || got.Tests != want.Tests || got.Failures != want.Failures || got.Skipped != want.Skipped {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	cases := all.Suites[0].Cases
	if cases[0].Failure != nil || cases[0].Skipped != nil || cases[0].Note != "" || cases[0].Name != "a, decode" || cases[0].Class != "spec.md.id" ||
		cases[1].Failure == nil || cases[1].Failure.Message != "<&>" || cases[1].Skipped != nil ||
		cases[2].Note != "differs: other" || cases[2].Failure != nil || cases[3].Skipped == nil || cases[3].Skipped.Message != "why" || cases[3].Failure != nil || cases[3].Note != "" {
		t.Errorf("%+v", cases)
	}
}
