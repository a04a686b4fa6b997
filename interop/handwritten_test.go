package interop_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cetest"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// byHand handles the event of a message. It returns what to answer an error with: the status,
// the least time until the event may be sent again, and the problem. The status of an event
// that was handled is 204.
func byHand(ctx context.Context, e cloudevents.Event, err error) (status int, after time.Duration, p cehttp.Problem) {
	if err != nil {
		return cehttp.StatusCode(err), 0, cehttp.ProblemOf(err)
	}
	r := dispatch.Call(ctx, dispatch.Typed(takeDish), &e)
	if r.Verdict.Failed() {
		return r.Status, r.RetryAfter, cehttp.ProblemOf(r.Err)
	}
	return http.StatusNoContent, 0, p
}

type dish struct {
	Name string `json:"name"`
}

func takeDish(_ context.Context, _ *cloudevents.Event, d dish) (*cloudevents.Event, error) {
	switch d.Name {
	case "fish":
		return nil, &dispatch.Error{Type: "sold_out", Message: "there is no fish today", Err: errors.New("stock 0")}
	case "soup":
		return nil, dispatch.Retryable(errors.New("still cooking"), 90*time.Second)
	}
	return nil, nil
}

// handWritten are handlers that do not use a Receiver, in frameworks with an
// http.ResponseWriter and without one.
var handWritten = map[string]func(t *testing.T) (send func(r *http.Request) *http.Response){
	"Gin": func(*testing.T) func(r *http.Request) *http.Response {
		gin.SetMode(gin.ReleaseMode)
		router := gin.New()
		router.POST("/", func(c *gin.Context) {
			e, err := cehttp.ToCloudEvent(c.Request, nil)
			status, after, p := byHand(c, e, err)
			if status >= 400 {
				cehttp.WriteProblem(c.Writer, status, after, &p)
				return
			}
			c.Status(status)
		})
		return serving(router)
	},
	"Echo": func(*testing.T) func(r *http.Request) *http.Response {
		router := echo.New()
		router.POST("/", func(c echo.Context) error {
			e, err := cehttp.ToCloudEvent(c.Request(), nil)
			status, after, p := byHand(c.Request().Context(), e, err)
			if status >= 400 {
				cehttp.WriteProblem(c.Response(), status, after, &p)
				return nil
			}
			return c.NoContent(status)
		})
		return serving(router)
	},
	// As in fasthttp and AWS Lambda, which have requests and responses of their own.
	"no http.ResponseWriter": func(t *testing.T) func(r *http.Request) *http.Response {
		type message struct {
			Status  int
			Headers map[string]string // with names in lower case
			Body    []byte
		}
		handler := func(ctx context.Context, in message) message {
			header := http.Header{}
			for name, value := range in.Headers {
				header.Set(name, value)
			}
			e, err := cehttp.DecodeMessage(header, in.Body, nil)
			status, after, p := byHand(ctx, e, err)
			if status < 400 {
				return message{Status: status}
			}
			h := http.Header{}
			out := message{Status: status, Headers: map[string]string{}, Body: cehttp.EncodeProblem(h, status, after, &p)}
			for name := range h {
				out.Headers[strings.ToLower(name)] = h.Get(name)
			}
			return out
		}
		return func(r *http.Request) *http.Response {
			in := message{Headers: map[string]string{}}
			for name := range r.Header {
				in.Headers[strings.ToLower(name)] = r.Header.Get(name)
			}
			var err error
			if in.Body, err = io.ReadAll(r.Body); err != nil {
				t.Fatal(err)
			}
			out := handler(t.Context(), in)
			w := httptest.NewRecorder()
			for name, value := range out.Headers {
				w.Header().Set(name, value)
			}
			w.WriteHeader(out.Status)
			_, _ = w.Write(out.Body)
			return w.Result()
		}
	},
}

// serving returns a function that sends requests to h.
func serving(h http.Handler) func(r *http.Request) *http.Response {
	return func(r *http.Request) *http.Response { return cetest.Serve(h, r) }
}

// A handler that is written by hand answers as a Receiver does, in any framework.
func TestHandWrittenHandlers(t *testing.T) {
	receiver := &cehttp.Receiver{Handler: dispatch.Typed(takeDish), Logger: slog.New(slog.DiscardHandler)}
	invalid := cetest.MustRequest(cloudevents.BinaryMode, cetest.Event("t", ""))
	invalid.Header.Del("Ce-Id")
	text := httptest.NewRequest("POST", "/", strings.NewReader("x"))
	for name, start := range handWritten {
		t.Run(name, func(t *testing.T) {
			send := start(t)
			for _, c := range []struct {
				name   string
				mode   cloudevents.Mode
				data   string
				want   cetest.Answer
				after  string
				differ bool // in the offset, which a Receiver knows
			}{
				{"handled", cloudevents.BinaryMode, `{"name":"rice"}`, cetest.Answer{Status: 204}, "", false},
				{"handled, structured", cloudevents.StructuredMode, `{"name":"rice"}`, cetest.Answer{Status: 204}, "", false},
				{"refused", cloudevents.BinaryMode, `{"name":"fish"}`, cetest.Answer{Status: 422, Type: "sold_out"}, "", false},
				{"later", cloudevents.BinaryMode, `{"name":"soup"}`, cetest.Answer{Status: 503, Type: "service_unavailable"}, "90", false},
				{"wrong data", cloudevents.StructuredMode, `{"name":7}`, cetest.Answer{Status: 400, Type: "invalid_data", Field: "name"}, "", true},
			} {
				request := func() *http.Request { return cetest.MustRequest(c.mode, cetest.Event("t", c.data)) }
				got, want := send(request()), cetest.Serve(receiver, request())
				if after := got.Header.Get("Retry-After"); after != c.after {
					t.Errorf("%s: Retry-After %q", c.name, after)
				}
				gotBody, wantBody := bodyOf(t, got), bodyOf(t, want)
				if gotBody != wantBody && !c.differ || got.StatusCode != want.StatusCode || got.Header.Get("Content-Type") != want.Header.Get("Content-Type") {
					t.Errorf("%s: status %d, body %s; a Receiver has %d, %s", c.name, got.StatusCode, gotBody, want.StatusCode, wantBody)
				}
				if err := cetest.Check(got, c.want); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
			}
			if err := cetest.Check(send(invalid.Clone(t.Context())), cetest.Answer{Status: 400, Type: "invalid_event", Attribute: "id"}); err != nil {
				t.Error(err)
			}
			if err := cetest.Check(send(text.Clone(t.Context())), cetest.Answer{Status: 415, Type: "not_a_cloudevent"}); err != nil {
				t.Error(err)
			}
		})
	}
}

// bodyOf returns the body of an answer, which can be read again.
func bodyOf(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	return string(b)
}
