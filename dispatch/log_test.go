package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

const aboutEvent = "event.id=1 event.source=/s event.type=t"

func TestLog(t *testing.T) {
	for _, c := range []struct {
		reason string
		reply  *cloudevents.Event
		err    error
		want   string
	}{
		{"handled", nil, nil, "level=INFO msg=\"event handled\" outcome=done " + aboutEvent},
		{"reply", &cloudevents.Event{Type: "r"}, nil, "level=INFO msg=\"event handled\" outcome=done " + aboutEvent + " reply=r"},
		{"deferred", nil, &dispatch.Deferred{}, "level=INFO msg=\"event handled\" outcome=deferred " + aboutEvent},
		{"refused", nil, dispatch.Permanent(errors.New("sold out")), "level=INFO msg=\"event handler failed\" outcome=refused status=422 error=\"sold out\" " + aboutEvent},
		{"own status", nil, codedError(410), "level=INFO msg=\"event handler failed\" outcome=refused status=410 error=coded " + aboutEvent},
		{"refused by a mistake of the handler", nil, &dispatch.Error{Status: 500, Err: errors.New("no")}, "level=ERROR msg=\"event handler failed\" outcome=refused status=500 error=no " + aboutEvent},
		{"retry", nil, dispatch.Retryable(errors.New("busy"), 0), "level=WARN msg=\"event handler failed\" outcome=retry status=503 error=busy " + aboutEvent},
		{"rate", nil, &dispatch.Error{Status: 429}, "level=WARN msg=\"event handler failed\" outcome=retry status=429 error=\"status 429\" " + aboutEvent},
		{"failed", nil, errors.New("away"), "level=ERROR msg=\"event handler failed\" outcome=retry status=500 error=away " + aboutEvent},
		{"illegal status", nil, &dispatch.Error{Status: 302}, "level=ERROR msg=\"event handler failed\" outcome=retry status=500 error=\"status 302\" " + aboutEvent + " illegal_status=302"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			var log logged
			e := minimal()
			e.Data, e.Subject = []byte("secret"), "secret"
			h := dispatch.Log(log.logger())(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				e.ID = "changed"
				return c.reply, c.err
			})
			reply, err := h(t.Context(), &e)
			if reply != c.reply || !errors.Is(err, c.err) {
				t.Errorf("result %v, %v", reply, err)
			}
			if got := log.String(); got != c.want+"\n" {
				t.Errorf("logged %swant   %s", got, c.want)
			}
		})
	}
}

// A failure is one record with the same content, whoever writes it. The level is higher
// in a Background, which loses the event.
func TestOneRecordForEachFailure(t *testing.T) {
	for _, c := range []struct {
		reason string
		h      dispatch.Handler
		level  string // of a transport
		want   string // after the level
	}{
		{"error", answering(nil, errors.New("no")), "ERROR", "outcome=retry status=500 error=no " + aboutEvent},
		{"refused", answering(nil, dispatch.Permanent(errors.New("no"))), "INFO", "outcome=refused status=422 error=no " + aboutEvent},
		{"retry", answering(nil, dispatch.Retryable(errors.New("no"), 0)), "WARN", "outcome=retry status=503 error=no " + aboutEvent},
		{"panic", func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic("no") }, "ERROR",
			"outcome=retry status=500 error=\"panic: no\" " + aboutEvent + " stack="},
		{"error without a text", answering(nil, nasty{}), "ERROR", "outcome=retry status=500 error=\"panic: again\" " + aboutEvent + " stack="},
	} {
		for _, chain := range []string{"alone", "Log", "Log twice", "Log in Timeout", "Log around Deduplicate"} {
			t.Run(c.reason+", "+chain, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var log logged
					logs := dispatch.Log(log.logger())
					h := map[string]dispatch.Handler{
						"alone":                  c.h,
						"Log":                    logs(c.h),
						"Log twice":              logs(logs(c.h)),
						"Log in Timeout":         dispatch.Timeout(time.Hour)(logs(c.h)),
						"Log around Deduplicate": logs(new(dispatch.Deduplicate).Wrap(c.h)),
					}[chain]
					check := func(level string) {
						t.Helper()
						want := "level=" + level + " msg=\"event handler failed\" " + c.want
						if got := log.String(); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 1 {
							t.Errorf("logged %.1000s\nwant   %s", got, want)
						}
						log.text.Reset()
					}
					r := dispatch.Call(t.Context(), h, named("1"))
					o := dispatch.Outcome{ID: "1", Source: "/s", Type: "t", Verdict: r.Verdict, Status: r.Status, Err: r.Err}
					o.LogFailure(t.Context(), log.logger())
					check(c.level)

					b := &dispatch.Background{Handler: h, Logger: log.logger()}
					take(t, b, "1")
					if _, err := b.Shutdown(t.Context()); err != nil {
						t.Error(err)
					}
					check("ERROR")
				})
			})
		}
	}
}

// A timeout that Log has logged from inside is not logged again as the Error of Timeout.
func TestLogInsideTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logged
		h := dispatch.Chain(sleeper, dispatch.Timeout(time.Second), dispatch.Log(log.logger()))
		r := dispatch.Call(t.Context(), h, named("1h"))
		(&dispatch.Outcome{Verdict: r.Verdict, Status: r.Status, Err: r.Err}).LogFailure(t.Context(), log.logger())
		want := "level=WARN msg=\"event handler failed\" outcome=retry status=503 error=\"context deadline exceeded\" event.id=1h event.source=/s event.type=t\n"
		if got := log.String(); got != want || r.Type != "timeout" {
			t.Errorf("%s, logged %swant %s", r.Type, got, want)
		}
	})
}

func TestLogFailureLevels(t *testing.T) {
	canceled, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("reason"))
	late, stop := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer stop()
	failure := dispatch.Outcome{Verdict: dispatch.VerdictRetry, Status: 500, Err: errors.New("no")}
	for reason, c := range map[string]struct {
		ctx  context.Context
		o    dispatch.Outcome
		want string // beginning of the line, "" is no line
	}{
		"the sender is gone":      {canceled, failure, "level=INFO msg=\"event handler failed\" outcome=retry status=500 error=\"reason: no\" "},
		"the deadline has passed": {late, failure, "level=WARN msg=\"event handler failed\" outcome=retry status=500 error=\"context deadline exceeded: no\" "},
		"no failure":              {t.Context(), dispatch.Outcome{}, ""},
		"no status":               {t.Context(), dispatch.Outcome{Verdict: dispatch.VerdictRefused, Err: errors.New("no")}, "level=INFO msg=\"event handler failed\" outcome=refused error=no "},
	} {
		var log logged
		c.o.LogFailure(c.ctx, log.logger())
		if got := log.String(); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: logged %swant %s", reason, got, c.want)
		}
	}
}

// Hostile texts do not fill the log, and are not cut inside a character.
func TestLogIsBounded(t *testing.T) {
	long := strings.Repeat("€", 1<<18)
	e := cloudevents.Event{ID: long, Source: "x" + long, Type: "xx" + long}
	for _, err := range []error{nil, errors.New(long)} {
		for _, withLog := range []bool{true, false} {
			var log logged
			h := answering(&cloudevents.Event{Type: long}, err)
			if withLog {
				h = dispatch.Log(log.logger())(h)
			}
			r := dispatch.Call(t.Context(), h, &e)
			o := dispatch.Outcome{ID: e.ID, Source: e.Source, Type: e.Type, Verdict: r.Verdict, Status: r.Status, Err: r.Err}
			o.LogFailure(t.Context(), log.logger())
			got := log.String()
			if len(got) > 2500 || !utf8.ValidString(got) || strings.Contains(got, `\x`) || strings.Contains(got, "\uFFFD") {
				t.Errorf("%v: %d bytes: %s", withLog, len(got), got)
			}
			if logs := withLog || err != nil; logs != strings.Contains(got, fmt.Sprintf("event.id=%s… ", long[:84*len("€")])) {
				t.Errorf("%v: logged %s", withLog, got)
			}
		}
	}
}
