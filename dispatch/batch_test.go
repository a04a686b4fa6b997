package dispatch_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// What is made for people about the events of a batch is bounded, and each failure is told
// nevertheless.
func TestBatchBoundsHints(t *testing.T) {
	var m dispatch.Mux
	if err := m.Handle(dispatch.Route{Type: "com.example.order.placed", Handler: ok}); err != nil {
		t.Fatal(err)
	}
	const events = 1000
	for _, c := range []struct {
		name string
		ctx  context.Context
		want int
	}{
		{"a batch", dispatch.WithBatch(t.Context()), 8},
		{"single events", t.Context(), events},
	} {
		hints := 0
		for range events {
			e := minimal()
			e.Type = "com.example.order.place"
			r := dispatch.Call(c.ctx, m.HandleEvent, &e)
			if r.Verdict != dispatch.VerdictRefused || r.Type != "unknown_type" || !strings.Contains(r.Message, `"com.example.order.place"`) {
				t.Fatalf("%+v", r)
			}
			if strings.Contains(r.Message, "com.example.order.placed") {
				hints++
			}
		}
		if hints != c.want {
			t.Errorf("%s: %d hints, want %d", c.name, hints, c.want)
		}
	}
}

func TestBatchBoundsStacks(t *testing.T) {
	const events = 1000
	panics := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic("bug") }
	for _, c := range []struct {
		name string
		ctx  context.Context
		want int
	}{
		{"a batch", dispatch.WithBatch(t.Context()), 8},
		{"single events", t.Context(), events},
	} {
		var log logged
		stacks := 0
		for i := range events {
			r := dispatch.Call(c.ctx, panics, named(strconv.Itoa(i)))
			var p *dispatch.PanicError
			if r.Type != "panic" || !errors.As(r.Err, &p) {
				t.Fatalf("%+v", r)
			}
			if p.Stack != "" {
				stacks++
			}
			(&dispatch.Outcome{Verdict: r.Verdict, Status: r.Status, Err: r.Err}).LogFailure(c.ctx, log.logger())
		}
		text := log.String()
		if stacks != c.want || strings.Count(text, `stack="goroutine`) != c.want {
			t.Errorf("%s: %d stacks, %d logged, want %d", c.name, stacks, strings.Count(text, `stack="goroutine`), c.want)
		}
		if n := strings.Count(text, `stack="left out`); n != events-c.want || strings.Count(text, "panic: bug") != events {
			t.Errorf("%s: %d are said to be left out", c.name, n)
		}
	}
}

// A stack is cut, however deep a handler is.
func TestStackIsCut(t *testing.T) {
	var deep func(n int)
	deep = func(n int) {
		if n == 0 {
			panic("bug")
		}
		deep(n - 1)
	}
	panics := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { deep(1000); return nil, nil }
	for _, c := range []struct {
		name string
		ctx  context.Context
		want int
	}{
		{"of a batch", dispatch.WithBatch(t.Context()), 4 << 10},
		{"alone", t.Context(), 8 << 10},
	} {
		var p *dispatch.PanicError
		if r := dispatch.Call(c.ctx, panics, named("1")); !errors.As(r.Err, &p) || len(p.Stack) != c.want ||
			!strings.Contains(p.Stack, "TestStackIsCut") {
			t.Errorf("%s: %+v, %d bytes of stack, want %d", c.name, r, len(p.Stack), c.want)
		}
	}
}

// Events that are handled later belong to their batch.
func TestBatchBoundsStacksOfBackground(t *testing.T) {
	var log logged
	b := &dispatch.Background{Workers: 1, Logger: log.logger(), Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic("bug") }}
	b.Observer.Started = func(context.Context) { panic("bug of an observer") }
	ctx := dispatch.WithBatch(t.Context())
	for range 100 {
		if _, err := b.HandleEvent(ctx, named("1")); errors.As(err, new(*dispatch.Error)) {
			t.Fatal(err)
		}
	}
	if _, err := b.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if n := strings.Count(log.String(), `stack="goroutine`); n != 8 {
		t.Errorf("%d stacks", n)
	}
}
