package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/validation"
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

// Of the data that Typed refuses, the first of a batch are told why and where. All others
// are refused in the same way.
func TestBatchBoundsDetails(t *testing.T) {
	const events = 100
	type order struct{ Number int }
	structured := dispatch.Typed(func(context.Context, *cloudevents.Event, order) (*cloudevents.Event, error) { return nil, nil })
	text := dispatch.Typed(func(context.Context, *cloudevents.Event, string) (*cloudevents.Event, error) { return nil, nil })
	for _, c := range []struct {
		name, contentType, data string
		handler                 dispatch.Handler
		status                  int
		errType                 string
		sentinel                error
		detail                  string // of the first messages
	}{
		{"a wrong type", "application/json", `{"Number":"a"}`, structured, 400, "invalid_data", validation.ErrData, "offset 10"},
		{"malformed", "application/json", `{`, structured, 400, "invalid_data", validation.ErrData, "offset 1"},
		{"not UTF-8", "application/json", "{\"a\":\"\xff\"}", structured, 400, "invalid_data", validation.ErrData, "offset 6"},
		{"of another media type", "a/b", `{}`, structured, 415, "unsupported_data", cloudevents.ErrDataContentType, "a/b"},
		{"none", "application/json", "", structured, 400, "missing_data", validation.ErrMissing, ""},
		{"no text", "text/plain", "", text, 400, "missing_data", validation.ErrMissing, ""},
	} {
		for _, inBatch := range []bool{true, false} {
			ctx, want := t.Context(), events
			if inBatch {
				ctx, want = dispatch.WithBatch(ctx), 32
			}
			var log logged
			detailed, left := 0, 0
			for range events {
				e := minimal()
				e.DataContentType, e.Data = c.contentType, []byte(c.data)
				if c.data == "" {
					e.Data = nil
				}
				r := dispatch.Call(ctx, c.handler, &e)
				if r.Verdict != dispatch.VerdictRefused || r.Status != c.status || r.Type != c.errType || r.Message == "" || !errors.Is(r.Err, c.sentinel) {
					t.Fatalf("%s: %+v", c.name, r)
				}
				if strings.Contains(r.Message, c.detail) {
					detailed++
				}
				if strings.Contains(r.Err.Error(), "details are left out, after 32 of the same batch") {
					left++
				}
				(&dispatch.Outcome{Verdict: r.Verdict, Status: r.Status, Err: r.Err}).LogFailure(ctx, log.logger())
			}
			if c.detail != "" && detailed != want || left != events-want || strings.Count(log.String(), "event handler failed") != events {
				t.Errorf("%s, batch %v: %d in detail, %d without, want %d", c.name, inBatch, detailed, left, want)
			}
		}
	}
}

// A handler that calls DataAs itself, and returns its error, is answered as Typed is: with the
// reason and the place for the first events of a batch, and the same status and type for all.
func TestBatchBoundsDetailsOfDataAs(t *testing.T) {
	const events = 100
	type order struct{ Number int }
	for _, c := range []struct {
		name, contentType, data string
		status                  int
		errType                 string
		detail                  string // of the first messages; all have it if it is empty
	}{
		{"a wrong type", "application/json", `{"Number":"a"}`, 400, "invalid_data", "offset 10"},
		{"malformed", "application/json", `{`, 400, "invalid_data", "offset 1"},
		{"of another media type", "a/b", `{}`, 415, "unsupported_data", ""},
		{"none", "application/json", "", 400, "missing_data", ""},
	} {
		for _, inBatch := range []bool{true, false} {
			ctx, want := t.Context(), events
			if inBatch {
				ctx, want = dispatch.WithBatch(ctx), 32
			}
			if c.detail == "" {
				want = events
			}
			detailed := 0
			for range events {
				e := minimal()
				if e.DataContentType = c.contentType; c.data != "" {
					e.Data = []byte(c.data)
				}
				var own error
				r := dispatch.Call(ctx, func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
					_, err := cloudevents.DataAs[order](e)
					own = fmt.Errorf("order: %w", err)
					return nil, own
				}, &e)
				if r.Verdict != dispatch.VerdictRefused || r.Status != c.status || r.Type != c.errType || r.Message == "" || r.Err != own {
					t.Fatalf("%s: %+v", c.name, r)
				}
				if strings.Contains(r.Message, c.detail) {
					detailed++
				}
			}
			if detailed != want {
				t.Errorf("%s, batch %v: %d in detail, want %d", c.name, inBatch, detailed, want)
			}
		}
	}
}

// Data that fit are decoded in the same way before and behind those that do not.
func TestBatchDecodesBehindDetails(t *testing.T) {
	ctx := dispatch.WithBatch(t.Context())
	type order struct{ Number int }
	var orders []string
	number := dispatch.Typed(func(_ context.Context, _ *cloudevents.Event, o order) (*cloudevents.Event, error) {
		orders = append(orders, strconv.Itoa(o.Number))
		return nil, nil
	})
	text := dispatch.Typed(func(_ context.Context, _ *cloudevents.Event, s string) (*cloudevents.Event, error) {
		orders = append(orders, s)
		return nil, nil
	})
	raw := dispatch.Typed(func(_ context.Context, e *cloudevents.Event, b []byte) (*cloudevents.Event, error) {
		orders = append(orders, string(b))
		if &b[0] != &e.Data[0] {
			t.Error("[]byte is a copy")
		}
		return nil, nil
	})
	optional := dispatch.Typed(func(_ context.Context, _ *cloudevents.Event, o *order) (*cloudevents.Event, error) {
		if o == nil {
			orders = append(orders, "nil")
		} else {
			orders = append(orders, strconv.Itoa(o.Number))
		}
		return nil, nil
	})
	call := func(h dispatch.Handler, data string) {
		e := minimal()
		e.DataContentType = "application/json"
		if data != "" {
			e.Data = []byte(data)
		}
		dispatch.Call(ctx, h, &e)
	}
	for range 2 {
		call(number, `{"Number":1}`)
		call(text, `"a"`)
		call(raw, `[2]`)
		call(optional, `{"Number":3}`)
		call(optional, "")
		for range 40 {
			call(number, "1")
			call(optional, "1")
		}
	}
	if got := strings.Join(orders, " "); got != strings.TrimSpace(strings.Repeat(`1 "a" [2] 3 nil `, 2)) {
		t.Error(got)
	}
}
