package interop_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/valyala/fasthttp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// bareAnswer is the answer to a request of a framework that has no http.ResponseWriter.
type bareAnswer struct {
	status int
	header http.Header
	body   []byte
}

// answerBare decodes a request, handles its event, and describes what went wrong.
func answerBare(ctx context.Context, header http.Header, body []byte) bareAnswer {
	answer := bareAnswer{http.StatusNoContent, http.Header{}, nil}
	event, err := cehttp.DecodeMessage(header, body, nil)
	status, after := cehttp.StatusCode(err), time.Duration(0)
	if err == nil {
		r := dispatch.Call(ctx, handleBare, &event)
		status, after, err = r.Status, r.RetryAfter, r.Err
	}
	if err != nil {
		p := cehttp.ProblemOf(err)
		answer.status, answer.body = status, cehttp.EncodeProblem(answer.header, status, after, &p)
	}
	return answer
}

func handleBare(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	switch {
	case e.Type == "never":
		return nil, &dispatch.Error{Type: "no_article", Message: "there is no such article"}
	case e.Type == "later":
		return nil, dispatch.Retryable(errors.New("the database restarts"), 7*time.Second)
	case string(e.Data) != bareData || e.Subject != "Zürich €":
		return nil, dispatch.Permanent(errors.New("this is not the event that was sent"))
	}
	return nil, nil
}

const bareData = "\xff\x00 data"

// bareFrameworks send a request through a framework.
var bareFrameworks = map[string]func(t *testing.T, header http.Header, body []byte) bareAnswer{
	"fasthttp": throughFastHTTP,
	"Lambda":   throughLambda,
}

// throughFastHTTP sends a request to a server of fasthttp.
func throughFastHTTP(t *testing.T, header http.Header, body []byte) bareAnswer {
	server := &fasthttp.Server{Handler: func(c *fasthttp.RequestCtx) {
		h := http.Header{}
		for name, value := range c.Request.Header.All() {
			h.Add(string(name), string(value))
		}
		answer := answerBare(c, h, c.PostBody())
		for name := range answer.header {
			c.Response.Header.Set(name, answer.header.Get(name))
		}
		c.SetStatusCode(answer.status)
		c.SetBody(answer.body)
	}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	defer func() {
		if err := errors.Join(server.Shutdown(), <-served); err != nil {
			t.Error(err)
		}
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+l.Addr().String(), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return bareAnswer{res.StatusCode, res.Header, text}
}

// throughLambda calls a function of AWS Lambda with the event of an API Gateway, in JSON, as the
// runtime does.
func throughLambda(t *testing.T, header http.Header, body []byte) bareAnswer {
	function := lambda.NewHandler(func(ctx context.Context, r events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		h, body := http.Header{}, []byte(r.Body)
		for name, value := range r.Headers {
			h.Set(name, value)
		}
		if r.IsBase64Encoded {
			var err error
			if body, err = base64.StdEncoding.DecodeString(r.Body); err != nil {
				return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest}, nil
			}
		}
		answer := answerBare(ctx, h, body)
		headers := map[string]string{}
		for name := range answer.header {
			headers[name] = answer.header.Get(name)
		}
		return events.APIGatewayV2HTTPResponse{StatusCode: answer.status, Headers: headers, Body: string(answer.body)}, nil
	})
	request := events.APIGatewayV2HTTPRequest{Headers: map[string]string{}, Body: base64.StdEncoding.EncodeToString(body), IsBase64Encoded: true}
	for name := range header {
		request.Headers[strings.ToLower(name)] = header.Get(name)
	}
	in, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	out, err := function.Invoke(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var response events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &response); err != nil {
		t.Fatal(err)
	}
	answer := bareAnswer{response.StatusCode, http.Header{}, []byte(response.Body)}
	for name, value := range response.Headers {
		answer.header.Set(name, value)
	}
	return answer
}

// Frameworks that have no http.ResponseWriter decode events and answer as a Receiver does: the same
// status, the same problem, the same Retry-After.
func TestBareFrameworks(t *testing.T) {
	message := func(e cloudevents.Event, mode cloudevents.Mode) func() (http.Header, []byte) {
		return func() (http.Header, []byte) {
			h := http.Header{}
			body, err := cehttp.EncodeMessage(h, &e, mode, nil)
			if err != nil {
				t.Fatal(err)
			}
			return h, body
		}
	}
	good := cloudevents.Event{ID: "1", Source: "/s", Type: "t", Subject: "Zürich €", DataContentType: "application/octet-stream", Data: []byte(bareData)}
	never, later := good, good
	never.Type, later.Type = "never", "later"
	for name, c := range map[string]struct {
		message func() (http.Header, []byte)
		status  int
		typ     string
		after   string
	}{
		"binary":       {message(good, cloudevents.BinaryMode), 204, "", ""},
		"structured":   {message(good, cloudevents.StructuredMode), 204, "", ""},
		"refused":      {message(never, cloudevents.BinaryMode), 422, "no_article", ""},
		"later":        {message(later, cloudevents.StructuredMode), 503, "service_unavailable", "7"},
		"invalid":      {func() (http.Header, []byte) { return http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}}, nil }, 400, "invalid_event", ""},
		"not an event": {func() (http.Header, []byte) { return contentType("text/plain"), []byte("hello") }, 415, "not_a_cloudevent", ""},
		"malformed":    {func() (http.Header, []byte) { return contentType("application/cloudevents+json"), []byte("{") }, 400, "malformed", ""},
	} {
		h, body := c.message()
		want := answerOfReceiver(t, h, body)
		if want.status != c.status {
			t.Errorf("%s: the Receiver answers %d", name, want.status)
		}
		for framework, send := range bareFrameworks {
			got := send(t, h.Clone(), slices.Clone(body))
			var p cehttp.Problem
			if c.typ != "" && json.Unmarshal(got.body, &p) != nil || got.status != c.status || p.Type != c.typ || got.header.Get("Retry-After") != c.after {
				t.Errorf("%s, %s: %d %v %s", framework, name, got.status, got.header, got.body)
			}
			if !bytes.Equal(bytes.TrimSpace(got.body), bytes.TrimSpace(want.body)) || c.typ != "" && got.header.Get("Content-Type") != want.header.Get("Content-Type") {
				t.Errorf("%s, %s: %v %s, the Receiver answers %v %s", framework, name, got.header, got.body, want.header, want.body)
			}
		}
	}
}

// answerOfReceiver returns what a Receiver answers to the same request.
func answerOfReceiver(t *testing.T, header http.Header, body []byte) bareAnswer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
	r.Header = header.Clone()
	w := httptest.NewRecorder()
	receiver := cehttp.Receiver{Handler: handleBare, Logger: slog.New(slog.DiscardHandler)}
	receiver.ServeHTTP(w, r)
	return bareAnswer{w.Code, w.Header(), w.Body.Bytes()}
}
