package guiabolso_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/adapter/guiabolso"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// Rename is the payload of user:name:set.
type Rename struct{ Name string }

// events answers messages at /events with a Mux.
func events(handler dispatch.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, err := answerTo(r.Context(), handler, http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "no answer", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer) // the status is 200, whatever the answer says
	}
}

// answerTo calls the handler for a message and returns its answer.
func answerTo(ctx context.Context, handler dispatch.Handler, body io.Reader) ([]byte, error) {
	document, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	request, err := guiabolso.Decode(document)
	if err != nil {
		return failure(&guiabolso.Message{}, guiabolso.SuffixBadProtocol, "INVALID_COMMUNICATION_PROTOCOL")
	}
	if !authorized(request.Auth) {
		return failure(&request, guiabolso.SuffixUnauthorized, "MISSING_TOKENS")
	}
	request.Auth = nil // it is checked, and no attribute that may be logged
	event, err := guiabolso.ToCloudEvent(&request)
	if err != nil {
		return failure(&request, guiabolso.SuffixBadProtocol, "INVALID_COMMUNICATION_PROTOCOL")
	}
	result := dispatch.Call(ctx, handler, &event)
	switch {
	case result.Type == "unknown_type":
		return failure(&request, guiabolso.SuffixEventNotFound, "NO_EVENT_HANDLER_FOUND")
	case result.Err != nil:
		return failure(&request, guiabolso.SuffixOf(result.Status), strings.ToUpper(cmp.Or(result.Type, "unhandled_error")))
	case result.Reply == nil:
		answer, err := guiabolso.Answer(&request, guiabolso.SuffixResponse, nil)
		if err != nil {
			return nil, err
		}
		return guiabolso.AppendMessage(nil, &answer)
	}
	answer, err := guiabolso.ToMessage(result.Reply)
	if err != nil {
		return nil, err
	}
	return guiabolso.AppendMessage(nil, &answer)
}

// authorized reports whether the auth of a message has the right token.
func authorized(auth json.RawMessage) bool {
	var credentials struct{ Token string }
	return json.Unmarshal(auth, &credentials) == nil && subtle.ConstantTimeCompare([]byte(credentials.Token), []byte("t0k3n")) == 1
}

// failure returns an answer that is an error.
func failure(request *guiabolso.Message, s guiabolso.Suffix, code string) ([]byte, error) {
	answer, err := guiabolso.Answer(request, s, guiabolso.ErrorPayload{Code: code, Parameters: map[string]any{}})
	if err != nil {
		return nil, err
	}
	return guiabolso.AppendMessage(nil, &answer)
}

// A service that speaks the protocol gets its messages as events.
func Example_service() {
	replier := dispatch.Replier{Source: "users"}
	var mux dispatch.Mux
	route := dispatch.On("user:name:set", func(ctx context.Context, e *cloudevents.Event, r Rename) (*cloudevents.Event, error) {
		if r.Name == "" {
			return nil, &dispatch.Error{Status: 400, Type: "missing_fields"}
		}
		return replier.Reply(e, guiabolso.ReplyType(e.Type, guiabolso.SuffixResponse), map[string]string{"hello": r.Name})
	})
	route.Version = "v1"
	if err := mux.Handle(route); err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(events(mux.HandleEvent))
	defer server.Close()

	for _, message := range []string{
		`{"name":"user:name:set","version":1,"id":"1","flowId":"f","payload":{"name":"Ana"},"identity":{},"auth":{"token":"t0k3n"},"metadata":{}}`,
		`{"name":"user:name:set","version":1,"id":"1","flowId":"f","payload":{},"identity":{},"auth":{"token":"t0k3n"},"metadata":{}}`,
		`{"name":"user:name:set","version":2,"id":"1","flowId":"f","payload":{},"identity":{},"auth":{"token":"t0k3n"},"metadata":{}}`,
		`{"name":"user:name:set","version":1,"id":"1","flowId":"f","payload":{},"identity":{},"auth":{},"metadata":{}}`,
		`{"name":"user:name:set"}`,
	} {
		response, err := http.Post(server.URL+"/events", "application/json", strings.NewReader(message))
		if err != nil {
			fmt.Println(err)
			return
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			fmt.Println(err)
			return
		}
		m, err := guiabolso.Decode(body)
		fmt.Println(m.Name, m.Version, string(m.Payload), err)
	}
	// Output:
	// user:name:set:response 1 {"hello":"Ana"} <nil>
	// user:name:set:badRequest 1 {"code":"MISSING_FIELDS","parameters":{}} <nil>
	// user:name:set:eventNotFound 2 {"code":"NO_EVENT_HANDLER_FOUND","parameters":{}} <nil>
	// user:name:set:unauthorized 1 {"code":"MISSING_TOKENS","parameters":{}} <nil>
	// badProtocol 1 {"code":"INVALID_COMMUNICATION_PROTOCOL","parameters":{}} <nil>
}

// ask returns a handler that passes events on to a service that speaks the protocol, and
// replies with its answer.
func ask(url string) dispatch.Handler {
	return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		request, err := guiabolso.ToMessage(e)
		if err != nil {
			return nil, dispatch.Permanent(err)
		}
		body, err := guiabolso.AppendMessage(nil, &request)
		if err != nil {
			return nil, dispatch.Permanent(err)
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		document, err := io.ReadAll(http.MaxBytesReader(nil, response.Body, 1<<20))
		if err != nil {
			return nil, err
		}
		m, err := guiabolso.Decode(document)
		if err != nil {
			return nil, err
		}
		answer, err := guiabolso.ToCloudEvent(&m)
		if err != nil {
			return nil, dispatch.Permanent(err)
		}
		_, suffix, _ := guiabolso.CutReply(answer.Type)
		if suffix == guiabolso.SuffixResponse || suffix == guiabolso.SuffixRedirect {
			return &answer, nil
		}
		payload, err := cloudevents.DataAs[guiabolso.ErrorPayload](&answer)
		if err != nil {
			return nil, err
		}
		return nil, &dispatch.Error{
			Status: suffix.Status(), Retryable: suffix.Status() >= 500,
			Type: string(suffix), Message: payload.Code,
		}
	}
}

// A handler of events asks a service that still speaks the protocol.
func Example_client() {
	answers := []string{
		`{"name":"user:name:set:response","version":1,"id":"1","flowId":"f","payload":{"hello":"Ana"},"identity":{},"auth":{},"metadata":{}}`,
		`{"name":"user:name:set:notFound","version":1,"id":"1","flowId":"f","payload":{"code":"NO_SUCH_USER","parameters":{}},"identity":{},"auth":{},"metadata":{}}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, answers[0])
		answers = answers[1:]
	}))
	defer server.Close()

	event := cloudevents.New("/profile", "user:name:set.v1")
	err := errors.Join(
		event.Set("correlationid", cloudevents.StringValue("f")),
		event.SetData("application/json", Rename{"Ana"}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		result := dispatch.Call(context.Background(), ask(server.URL), &event)
		fmt.Printf("%s %d %q %q\n", result.Verdict, result.Status, result.Type, result.Message)
		if result.Reply != nil {
			fmt.Printf("%s %s\n", result.Reply.Type, result.Reply.Data)
		}
	}
	// Output:
	// done 0 "" ""
	// user:name:set:response.v1 {"hello":"Ana"}
	// refused 404 "notFound" "NO_SUCH_USER"
}
