package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

func TestBackgroundCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logged
		var w witness
		var cause error
		b := &dispatch.Background{Workers: 1, Logger: log.logger(), Observer: w.observer(), Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			_, err := sleeper(ctx, e)
			if e.ID == "1h" {
				cause = context.Cause(ctx)
			}
			return nil, err
		}}
		running, waiting, last := take(t, b, "1h"), take(t, b, "2h"), take(t, b, "3s")
		synctest.Wait()
		for _, id := range []string{waiting, running} {
			if !b.Cancel(id) {
				t.Error("not found")
			}
		}
		synctest.Wait()
		if !errors.Is(cause, dispatch.ErrCanceled) {
			t.Errorf("cause %v", cause)
		}
		for _, id := range []string{waiting, running, "", "unknown"} {
			if b.Cancel(id) {
				t.Errorf("%q was canceled", id)
			}
		}
		begin := time.Now()
		if _, err := b.Shutdown(t.Context()); err != nil || time.Since(begin) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		if b.Cancel(last) {
			t.Error("finished work was canceled")
		}
		want := "started; failed 2h retry 503 the event was canceled; failed 1h retry 503 the event was canceled; started; handled 3s done 0 <nil>"
		if w.String() != want {
			t.Errorf("reported %s", &w)
		}
	})
}

// Canceled before the worker has begun.
func TestBackgroundCancelAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &dispatch.Background{Handler: sleeper, Logger: quiet}
		for range 100 {
			b.Cancel(take(t, b, "1h"))
		}
		begin := time.Now()
		if left, err := b.Shutdown(t.Context()); err != nil || len(left) > 0 || time.Since(begin) > 0 {
			t.Errorf("%v, %v, %v", left, err, time.Since(begin))
		}
	})
}

func TestBackgroundShutdownReportsWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w witness
		b := &dispatch.Background{Workers: 3, Logger: quiet, Observer: w.observer(), Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			switch e.ID {
			case "stubborn": // ignores its context
				time.Sleep(time.Hour)
				return nil, nil
			case "quick": // succeeds although its context ended
				<-ctx.Done()
				return nil, nil
			}
			e.ID, e.Extensions[0].Name = "changed", "changed"
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}}
		ids := map[string]string{}
		for _, id := range []string{"stubborn", "quick", "obedient", "waiting 1", "waiting 2"} {
			e := named(id)
			e.Extensions = []cloudevents.Extension{{Name: "x"}}
			_, err := b.HandleEvent(t.Context(), e)
			var d *dispatch.Deferred
			if !errors.As(err, &d) {
				t.Fatal(err)
			}
			ids[id] = d.ID
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begin := time.Now()
		left, err := b.Shutdown(ctx)
		if !errors.Is(err, dispatch.ErrShutdown) || !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 11*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		var got []string
		for _, u := range left {
			if u.ID != ids[u.Event.ID] || u.Event.Extensions[0].Name != "x" {
				t.Errorf("%+v", u)
			}
			got = append(got, fmt.Sprint(u.Event.ID, " ", u.Started))
		}
		if s := strings.Join(got, ", "); s != "stubborn true, obedient true, waiting 1 false, waiting 2 false" {
			t.Errorf("left: %s", s)
		}
		wantRefusal(t, b, "shutting_down")
		if b.Pending() != 1 {
			t.Errorf("%d pending", b.Pending())
		}
		if left, err := b.Shutdown(t.Context()); err != nil || len(left) > 0 || b.Pending() != 0 {
			t.Errorf("second Shutdown: %v, %v", left, err)
		}
		if s := w.String(); strings.Count(s, "started") != 3 || strings.Contains(s, "waiting") {
			t.Errorf("reported %s", s)
		}
	})
}

// Nothing is unfinished if the last handlers succeed within the second after their contexts
// ended, and Shutdown does not wait for the rest of the second.
func TestBackgroundShutdownSucceedsLate(t *testing.T) {
	for _, c := range []struct {
		late time.Duration
		left int
	}{
		{0, 0}, {500 * time.Millisecond, 0}, {999 * time.Millisecond, 0}, {1001 * time.Millisecond, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := &dispatch.Background{Logger: quiet, Handler: func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
				<-ctx.Done()
				time.Sleep(c.late)
				return nil, nil
			}}
			take(t, b, "1")
			take(t, b, "2")
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			begin := time.Now()
			left, err := b.Shutdown(ctx)
			if len(left) != c.left || (err != nil) != (c.left > 0) || (left == nil) != (c.left == 0) {
				t.Errorf("%v late: %v, %v", c.late, left, err)
			}
			if waited := time.Since(begin) - time.Minute; waited != min(c.late, time.Second) {
				t.Errorf("%v late: waited %v", c.late, waited)
			}
			time.Sleep(time.Minute)
		})
	}
}

func TestBackgroundShutdownAtRest(t *testing.T) {
	for range 2 {
		var b dispatch.Background
		done, cancel := context.WithCancel(t.Context())
		cancel()
		for range 2 {
			if left, err := b.Shutdown(done); err != nil || left != nil {
				t.Errorf("%v, %v", left, err)
			}
		}
	}
}

// Several goroutines can wait for the end.
func TestBackgroundShutdownTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &dispatch.Background{Handler: sleeper}
		take(t, b, "1s")
		for range 3 {
			go func() {
				if left, err := b.Shutdown(t.Context()); err != nil || left != nil {
					t.Errorf("%v, %v", left, err)
				}
			}()
		}
		time.Sleep(time.Second)
	})
}
