package dispatch_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// recording is a store with one event, and its claim. It records what it is asked.
type recording struct {
	claimErr, endErr error
	finished         *dispatch.Duplicate
	asked            []string
	canceled         bool // the context of Finish or Release had ended
}

func (r *recording) Claim(_ context.Context, key dispatch.EventKey) (dispatch.DeduplicateClaim, *dispatch.Duplicate, error) {
	r.asked = append(r.asked, "claim "+key.String()[:8])
	if r.claimErr != nil || r.finished != nil {
		return nil, r.finished, r.claimErr
	}
	return r, nil, nil
}

func (r *recording) Finish(ctx context.Context, d *dispatch.Deferred) error {
	r.canceled = ctx.Err() != nil
	if d != nil {
		r.asked = append(r.asked, "deferred "+d.ID)
	} else {
		r.asked = append(r.asked, "done")
	}
	return r.endErr
}

func (r *recording) Release(ctx context.Context) error {
	r.canceled = ctx.Err() != nil
	r.asked = append(r.asked, "release")
	return r.endErr
}

// A store is asked once before an event and once after it, and its failures are told.
func TestDeduplicateStore(t *testing.T) {
	away := errors.New("away")
	for _, c := range []struct {
		name    string
		store   recording
		err     error // of the handler
		asked   string
		verdict dispatch.Verdict
		kind    string // the type of the Error
		logged  bool
	}{
		{"done", recording{}, nil, "claim 90c8f291, done", dispatch.VerdictDone, "", false},
		{"deferred", recording{}, &dispatch.Deferred{ID: "job"}, "claim 90c8f291, deferred job", dispatch.VerdictDeferred, "", false},
		{"failed", recording{}, errors.New("not now"), "claim 90c8f291, release", dispatch.VerdictRetry, "", false},
		{"refused", recording{}, dispatch.Permanent(errors.New("no")), "claim 90c8f291, release", dispatch.VerdictRefused, "", false},
		{"known", recording{finished: &dispatch.Duplicate{}}, nil, "claim 90c8f291", dispatch.VerdictDone, "", false},
		{"cannot claim", recording{claimErr: away}, nil, "claim 90c8f291", dispatch.VerdictRetry, "deduplication_failed", false},
		{"cannot finish", recording{endErr: away}, nil, "claim 90c8f291, done", dispatch.VerdictDone, "", true},
		{"cannot release", recording{endErr: away}, errors.New("not now"), "claim 90c8f291, release", dispatch.VerdictRetry, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log logged
			d := dispatch.Deduplicate{Store: &c.store, Logger: log.logger()}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			calls := 0
			h := d.Wrap(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
				calls++
				cancel()
				return nil, c.err
			})
			r := dispatch.Call(ctx, h, identified("/a", "1"))
			if got := strings.Join(c.store.asked, ", "); got != c.asked || r.Verdict != c.verdict || r.Type != c.kind || c.store.canceled {
				t.Errorf("%s: %s, %q, canceled %v", got, r.Verdict, r.Type, c.store.canceled)
			}
			if c.kind != "" && (!errors.Is(r.Err, away) || r.Status != 503) {
				t.Errorf("error: %v", r.Err)
			}
			if handles := c.store.claimErr == nil && c.store.finished == nil; (calls == 1) != handles {
				t.Errorf("%d calls", calls)
			}
			if got := log.String(); strings.Contains(got, "level=WARN msg=\"event may be handled again\" outcome="+c.verdict.String()+" error=away event.id=1 event.source=/a") != c.logged {
				t.Errorf("logged %s", got)
			}
		})
	}
}
