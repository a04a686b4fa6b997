package conformance_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	"github.com/seed763dd41b/cloudevents/spec"
)

// speaking returns this module as an implementation that has only these protocols.
func speaking(protocols ...conformance.Protocol) *conformance.Codec {
	this := library.Codec()
	return &conformance.Codec{
		Decode: func(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
			if !slices.Contains(protocols, m.Protocol) {
				return nil, conformance.ErrSkipped
			}
			return this.Decode(m, batch, exts)
		},
		Encode: func(es []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
			if !slices.Contains(protocols, p) {
				return conformance.Message{}, conformance.ErrSkipped
			}
			return this.Encode(es, mode, p)
		},
		Transcode: func(m conformance.Message, batch bool, mode cloudevents.Mode) (conformance.Message, error) {
			if !slices.Contains(protocols, m.Protocol) {
				return conformance.Message{}, conformance.ErrSkipped
			}
			return this.Transcode(m, batch, mode)
		},
	}
}

// An implementation is judged by the protocols that it has: cases of all others are skipped,
// their events too.
func TestJudgeOfSomeProtocols(t *testing.T) {
	http := []conformance.Protocol{conformance.Request, conformance.Response, conformance.JSON}
	for name, protocols := range map[string][]conformance.Protocol{
		"HTTP": http, "WebSockets": {conformance.WebSocket}, "Kafka": {conformance.Kafka}, "nothing": nil,
	} {
		judge := conformance.Judge{Codec: speaking(protocols...), Reference: library.Reference()}
		ran := 0
		for i, tc := range load(t) {
			if i%10 != 0 && tc.Message.Parts == nil { // one in ten of HTTP is enough
				continue
			}
			for _, r := range judge.Run(tc) {
				skipped := errors.Is(r.Err, conformance.ErrSkipped)
				has := slices.Contains(protocols, tc.Protocol())
				switch {
				case r.Err != nil && !skipped:
					t.Errorf("%s: %s, %s in %s mode: %v", name, tc.Name, r.Op, r.Mode, r.Err)
				case !skipped && !has && !(r.Op == conformance.OpRoundTrip && r.Protocol == conformance.Request):
					t.Errorf("%s: %s, %s in %s mode was not skipped", name, tc.Name, r.Op, r.Mode)
				case !skipped && has:
					ran++
				}
				if r.Op == conformance.OpRoundTrip {
					want := tc.Protocol()
					if slices.Contains(http, want) {
						want = conformance.Request
					}
					if r.Protocol != want || r.Protocol == conformance.WebSocket && r.Mode != cloudevents.StructuredMode {
						t.Errorf("%s: round trip of %s through %s in %s mode", name, tc.Name, r.Protocol, r.Mode)
					}
				}
			}
		}
		if (ran == 0) != (len(protocols) == 0) {
			t.Errorf("%s: %d results", name, ran)
		}
	}
}

// Every case has a protocol, except the lines of tables.
func TestProtocolOfCases(t *testing.T) {
	for _, c := range load(t) {
		dir, _, _ := strings.Cut(c.Name, "/")
		got := string(c.Protocol())
		want := map[string][]string{"http": {"request", "response", "json"}, "batch": {"json", "request", "response"}, "canonical": {""}, "mqtt": {"mqtt", "mqtt311"}}[dir]
		if want == nil {
			want = []string{dir}
		}
		if !slices.Contains(want, got) {
			t.Errorf("%s has the protocol %q", c.Name, got)
		}
	}
}
