package cehttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func countStatus(status *int) func(context.Context, int, time.Duration) {
	return func(_ context.Context, s int, _ time.Duration) { *status = s }
}

// witness is an observer that writes down its calls.
type witness struct {
	mu    sync.Mutex
	lines []string
}

func (w *witness) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func (w *witness) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.lines, "; ")
}

func (w *witness) observer() cehttp.Observer {
	return cehttp.Observer{
		Observer: dispatch.Observer{
			Started: func(context.Context) { w.note("started") },
			Handling: func(ctx context.Context, e *cloudevents.Event) context.Context {
				w.note("handling %s", e.ID)
				return ctx
			},
			Handled: func(_ context.Context, o dispatch.Outcome) {
				w.note("handled %s %v %d %v", o.ID, o.Verdict, o.Status, o.Err)
			},
			Failed: func(_ context.Context, o dispatch.Outcome) {
				w.note("failed %s %v %d %v", o.ID, o.Verdict, o.Status, o.Err)
			},
		},
		Answered: func(_ context.Context, status int, d time.Duration) {
			if d < 0 {
				w.note("negative duration")
			}
			w.note("answered %d", status)
		},
	}
}

func TestReceiverCallsTheObserver(t *testing.T) {
	for _, c := range []struct {
		name, contentType, body, want string
	}{
		{"handled", structuredType, batchOf("204")[1:], "started; handling 204; handled 204 done 204 <nil>; answered 204"},
		{"deferred", structuredType, batchOf("202")[1:], "started; handling 202; handled 202 deferred 202 <nil>; answered 202"},
		{"failed", structuredType, batchOf("500")[1:], "started; handling 500; failed 500 retry 500 no; answered 500"},
		{"refused", "text/plain", "x", "started; failed  refused 415 message is not a CloudEvent: it has no ce- header, and Content-Type is \"text/plain\" (http-protocol-binding.md#3-http-message-mapping); answered 415"},
		{"batch", batchType, batchOf("204", "500"), "started; handling 204; handled 204 done 204 <nil>; handling 500; failed 500 retry 500 no; answered 503"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w witness
			rc := silent(byType)
			rc.Observer = w.observer()
			post(rc, typed(c.contentType), strings.TrimSuffix(c.body, map[bool]string{true: "]"}[c.contentType == structuredType]))
			if got := w.String(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// byType returns the results that the type of an event names: a status, "panic" or "reply".
func byType(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	switch e.Type {
	case "204":
		return nil, nil
	case "202":
		return nil, &dispatch.Deferred{ID: "work"}
	case "200":
		reply := withData("text/plain", "<reply>")
		return &reply, nil
	case "invalid":
		return &cloudevents.Event{}, nil
	case "422":
		return nil, dispatch.Permanent(errors.New("never"))
	case "410":
		return nil, &dispatch.Error{Status: 410}
	case "429":
		return nil, &dispatch.Error{Status: 429, RetryAfter: 7 * time.Second}
	case "503":
		return nil, dispatch.Retryable(errors.New("later"), 3*time.Second)
	case "panic":
		panic("no")
	}
	return nil, errors.New("no")
}

// A sender that disconnects is not an error of ours. The status is set anyway, because
// net/http sends 200 without one.
func TestReceiverSenderGone(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		code int
	}{
		{"handled all the same", nil, 204},
		{"given up", context.Canceled, 503},
		{"failed for another reason", errors.New("no"), 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log logged
			answered := -1
			ctx, cancel := context.WithCancel(t.Context())
			rc := &cehttp.Receiver{Logger: log.logger(), Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				cancel()
				<-ctx.Done()
				return nil, c.err
			}}
			rc.Observer.Answered = countStatus(&answered)
			r := httptest.NewRequestWithContext(ctx, "POST", "/", nil)
			r.Header = binaryHeader()
			if w := record(rc, r); w.Code != c.code || answered != 0 {
				t.Errorf("status %d, observed %d; want %d, 0", w.Code, answered, c.code)
			}
			if strings.Contains(log.String(), "ERROR") {
				t.Errorf("logged %s", log.String())
			}
		})
	}
}

// The same over a real connection: the context of the handler ends.
func TestReceiverClientGone(t *testing.T) {
	in, out := make(chan bool), make(chan int, 1)
	rc := silent(func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
		in <- true
		<-ctx.Done()
		return nil, ctx.Err()
	})
	rc.Observer.Answered = func(_ context.Context, status int, _ time.Duration) { out <- status }
	address, _ := listen(t, rc)
	for _, body := range []string{"Content-Length: 0\r\n\r\n", "Content-Length: 1\r\n\r\nx"} {
		w := dial(t, address)
		w.write(rawEvent + body)
		<-in
		w.Close()
		if status := <-out; status != 0 {
			t.Errorf("observed status %d", status)
		}
	}
}
