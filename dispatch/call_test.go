package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/validation"
)

// nasty panics when its text is needed.
type nasty struct{}

func (nasty) Error() string { panic("again") }

// nilStatus is an error whose methods need a pointer that is not nil.
type nilStatus struct{ status int }

func (e *nilStatus) Error() string   { return "nil" }
func (e *nilStatus) StatusCode() int { return e.status }

// passingError is an error that says whether it passes.
type passingError bool

func (e passingError) Error() string        { return "passing" }
func (e passingError) Retryable() bool      { return bool(e) }
func (passingError) RetryIn() time.Duration { return 3 * time.Second }

// string2 is a type that DataAs unmarshals.
type string2 string

// dataError returns the error of DataAs for data that is not a T.
func dataError[T any](contentType, data string) error {
	e := withData(contentType, data)
	if data == "" {
		e.Data = nil
	}
	_, err := cloudevents.DataAs[T](&e)
	return err
}

func TestJudge(t *testing.T) {
	cause := errors.New("reason")
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	wrapped := func(err error) error { return fmt.Errorf("handler: %w", err) }
	for _, c := range []struct {
		reason string
		ctx    context.Context // nil is one that has not ended
		err    error
		want   string // verdict, status, type, message, time
	}{
		{"no error", nil, nil, "done 0   0s"},
		{"no error, but the context has ended", ended, nil, "done 0   0s"},
		{"any error", nil, errors.New("no"), "retry 500   0s"},

		{"deferred", nil, &dispatch.Deferred{ID: "w"}, "deferred 0   0s"},
		{"deferred, deep in the tree", nil, errors.Join(errors.New("no"), wrapped(&dispatch.Deferred{})), "deferred 0   0s"},
		{"deferred wins over an Error", nil, &dispatch.Error{Err: &dispatch.Deferred{}}, "deferred 0   0s"},

		{"zero Error", nil, &dispatch.Error{}, "refused 422   0s"},
		{"Error, wrapped", nil, wrapped(&dispatch.Error{Status: 409, Type: "t", Message: "m"}), "refused 409 t m 0s"},
		{"Error, Retryable", nil, &dispatch.Error{Retryable: true, RetryAfter: time.Second}, "retry 503   1s"},
		{"Error, Retryable with its own status", nil, &dispatch.Error{Status: 409, Retryable: true}, "retry 409   0s"},
		{"Error with 429", nil, &dispatch.Error{Status: 429, RetryAfter: 7 * time.Second}, "retry 429   7s"},
		{"Error with 503", nil, &dispatch.Error{Status: 503}, "retry 503   0s"},
		{"Error with 500 is final", nil, &dispatch.Error{Status: 500}, "refused 500   0s"},
		{"Error with 408 is final", nil, &dispatch.Error{Status: 408}, "refused 408   0s"},
		{"Error with a status of success", nil, &dispatch.Error{Status: 204, Type: "t", Message: "m"}, "retry 500   0s"},
		{"Error with a redirect", nil, &dispatch.Error{Status: 302}, "retry 500   0s"},
		{"Error with no status at all", nil, &dispatch.Error{Status: 600}, "retry 500   0s"},
		{"the outer Error counts", nil, &dispatch.Error{Status: 400, Err: &dispatch.Error{Status: 429}}, "refused 400   0s"},

		{"own status 4xx", nil, codedError(410), "refused 410   0s"},
		{"own status 408", nil, codedError(408), "retry 408   0s"},
		{"own status 425", nil, codedError(425), "retry 425   0s"},
		{"own status 429", nil, codedError(429), "retry 429   0s"},
		{"own status 5xx", nil, wrapped(codedError(502)), "retry 502   0s"},
		{"own status 501", nil, codedError(501), "refused 501   0s"},
		{"own status 505", nil, codedError(505), "refused 505   0s"},
		{"own status that is no error", nil, codedError(200), "retry 500   0s"},

		{"own word, for a retry", nil, wrapped(passingError(true)), "retry 503   3s"},
		{"own word, against a retry", nil, wrapped(passingError(false)), "refused 422   0s"},
		{"own status wins over own word", nil, errors.Join(codedError(502), passingError(false)), "retry 502   3s"},
		{"own word counts if the status is none", nil, errors.Join(codedError(0), passingError(false)), "refused 422   0s"},
		{"an Error wins over own word", nil, &dispatch.Error{Status: 409, Err: passingError(true)}, "refused 409   0s"},
		{"context ended, own word", ended, wrapped(errors.Join(cause, passingError(false))), "retry 503   0s"},

		{"data is no number", nil, wrapped(dataError[int]("application/json", `{"a":1}`)), "refused 400 invalid_data data must not be object (offset 0 of the data) 0s"},
		{"data is malformed", nil, dataError[int]("application/json", `1x`), "refused 400 invalid_data data is malformed JSON (offset 1 of the data) 0s"},
		{"data is not UTF-8", nil, dataError[string2]("application/json", "\"\xff\""), "refused 400 invalid_data data is not UTF-8 (offset 1 of the data) 0s"},
		{"data of another content type", nil, wrapped(dataError[int]("text/plain", `1`)), "refused 415 unsupported_data data of its content type is not taken for this type of event; it must be JSON in UTF-8 0s"},
		{"no data", nil, dataError[int]("", ""), "refused 400 missing_data this type of event has data, and there is none 0s"},
		{"data, and the handler asks for a retry", nil, dispatch.Retryable(dataError[int]("", ""), time.Second), "retry 503   1s"},
		{"an attribute of an event of its own", nil, validation.NewError("data", "", "json-format.md", validation.ErrData), "retry 500   0s"},

		{"context ended", ended, context.Canceled, "retry 503   0s"},
		{"context ended, wrapped in an Error", ended, &dispatch.Error{Status: 400, Err: context.Canceled}, "retry 503   0s"},
		{"context ended, its cause", ended, wrapped(cause), "retry 503   0s"},
		{"context ended, another error", ended, errors.New("no"), "retry 500   0s"},
		{"the error of a context that has not ended", nil, context.Canceled, "retry 500   0s"},
		{"the error of another context", ended, context.DeadlineExceeded, "retry 500   0s"},

		{"panic", nil, wrapped(&dispatch.PanicError{Value: "bug"}), "retry 500 panic  0s"},
		{"error without a text", nil, nasty{}, "retry 500 panic  0s"},
		{"nil Error", nil, (*dispatch.Error)(nil), "retry 500 panic  0s"},
		{"nil Deferred", nil, (*dispatch.Deferred)(nil), "retry 500   0s"},
		{"nil with a status", nil, (*nilStatus)(nil), "retry 500   0s"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			ctx := c.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			r := dispatch.Judge(ctx, nil, c.err)
			if got := fmt.Sprint(r.Verdict, " ", r.Status, " ", r.Type, " ", r.Message, " ", r.RetryAfter); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			switch failure := r.Verdict == dispatch.VerdictRefused || r.Verdict == dispatch.VerdictRetry; {
			case failure != (r.Err != nil):
				t.Errorf("error is %v", r.Err)
			case failure:
				_ = r.Err.Error() // does not panic
				(&dispatch.Outcome{Verdict: r.Verdict, Status: r.Status, Err: r.Err}).LogFailure(ctx, quiet)
			}
		})
	}
}

// A reply belongs to success only.
func TestJudgeReply(t *testing.T) {
	reply := named("reply")
	for reason, err := range map[string]error{"deferred": &dispatch.Deferred{}, "failed": errors.New("no"), "refused": dispatch.Permanent(errors.New("no"))} {
		if r := dispatch.Judge(t.Context(), reply, err); r.Reply != nil {
			t.Errorf("%s: %v", reason, r.Reply)
		}
	}
	if r := dispatch.Judge(t.Context(), reply, nil); r.Reply != reply {
		t.Errorf("no reply: %+v", r)
	}
	if r := dispatch.Judge(t.Context(), nil, &dispatch.Deferred{ID: "w"}); r.ID != "w" {
		t.Errorf("no ID: %+v", r)
	}
}

func TestCallContainsPanics(t *testing.T) {
	for name, value := range map[string]any{
		"text": "bug", "error": errors.New("bug"), "nasty": nasty{}, "not comparable": []int{1}, "Deferred": &dispatch.Deferred{}, "long": strings.Repeat("x", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			r := dispatch.Call(t.Context(), func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic(value) }, named("1"))
			var p *dispatch.PanicError
			if r.Verdict != dispatch.VerdictRetry || r.Status != 500 || r.Type != "panic" || !errors.As(r.Err, &p) {
				t.Fatalf("%+v", r)
			}
			if !strings.Contains(p.Stack, "call_test.go") || fmt.Sprintf("%T", p.Value) != fmt.Sprintf("%T", value) {
				t.Errorf("value %T, stack %s", p.Value, p.Stack)
			}
			if text := p.Error(); !strings.HasPrefix(text, "panic: ") || len(text) > 300 {
				t.Errorf("text %.400s", text)
			}
		})
	}
	if r := dispatch.Call(t.Context(), nil, named("1")); r.Type != "panic" {
		t.Errorf("no handler: %+v", r)
	}
}

func TestCallAllocatesNothing(t *testing.T) {
	e := minimal()
	alloctest.Succeeding(t, 0, func() error { return dispatch.Call(t.Context(), ok, &e).Err })
}

func TestVerdictString(t *testing.T) {
	if got := dispatch.Verdict(9).String(); got != "Verdict(9)" {
		t.Error(got)
	}
}

func TestPermanent(t *testing.T) {
	for _, c := range []struct {
		reason string
		err    error
		want   dispatch.Error
	}{
		{"any error", errors.New("no"), dispatch.Error{}},
		{"status is kept", codedError(410), dispatch.Error{Status: 410}},
		{"status that senders repeat", codedError(503), dispatch.Error{}},
		{"status that is no error", codedError(200), dispatch.Error{}},
		{"Error", &dispatch.Error{Status: 409, Type: "t", Message: "m"}, dispatch.Error{Status: 409, Type: "t", Message: "m"}},
		{"Retryable", &dispatch.Error{Type: "t", Message: "m", Retryable: true, RetryAfter: 1}, dispatch.Error{Type: "t", Message: "m"}},
	} {
		got := *handlerError(t, dispatch.Permanent(c.err))
		if got.Err != c.err {
			t.Errorf("%s: wraps %v", c.reason, got.Err)
		}
		if got.Err = nil; got != c.want {
			t.Errorf("%s: %+v", c.reason, got)
		}
	}
	if err := errors.Join(dispatch.Permanent(nil), dispatch.Retryable(nil, 1)); err != nil {
		t.Errorf("nil: %v", err)
	}
}
