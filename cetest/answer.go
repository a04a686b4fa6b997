package cetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// Answer is what an answer to an event should be, for [Check]. Empty fields are not
// compared, but for Status and Reply.
type Answer struct {
	// Status is the HTTP status.
	Status int

	// Type, Attribute and Field are those of a [cehttp.Problem].
	Type, Attribute, Field string

	// Reply is the event in the answer. If it is nil, there must be none. Its attributes
	// and its data are compared, and nothing that it does not have: handlers make ids and
	// times that are new each time, and extensions such as correlationid. An event of [Event]
	// has an id and a time, which the reply would have to have, so write it as a literal:
	// &cloudevents.Event{Source: "/shop", Type: "com.example.order.told"}.
	Reply *cloudevents.Event

	// Results are the statuses of the events of a batch, in order. They are not compared
	// with the answer 204, which has none.
	Results []int
}

// Serve returns the answer of h to r. There is no server and no connection.
func Serve(h http.Handler, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// Check reads the answer to the end, closes its body, and returns how it differs from want.
func Check(r *http.Response, want Answer) error {
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("the body of the answer cannot be read: %w", err)
	}
	var errs []error
	differs := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if r.StatusCode != want.Status {
		differs("status %d, want %d", r.StatusCode, want.Status)
	}
	if err := checkReply(r, body, want.Reply); err != nil {
		errs = append(errs, err)
	}
	var got struct {
		cehttp.Problem
		Results []struct{ Status int }
	}
	_ = json.Unmarshal(body, &got) // what it does not have is empty
	for _, member := range []struct{ name, got, want string }{
		{"error_type", got.Type, want.Type},
		{"attribute", got.Attribute, want.Attribute},
		{"field", got.Field, want.Field},
	} {
		if member.want != "" && member.got != member.want {
			differs("%s %q, want %q", member.name, member.got, member.want)
		}
	}
	if want.Results != nil && r.StatusCode != http.StatusNoContent {
		statuses := make([]int, len(got.Results))
		for i, result := range got.Results {
			statuses[i] = result.Status
		}
		if fmt.Sprint(statuses) != fmt.Sprint(want.Results) {
			differs("results %v, want %v", statuses, want.Results)
		}
	}
	if errs != nil && len(body) > 0 {
		differs("the body is %s", excerpt.Cut(string(body), 1<<10))
	}
	return errors.Join(errs...)
}

// checkReply compares the event in an answer.
func checkReply(r *http.Response, body []byte, want *cloudevents.Event) error {
	isEvent := cehttp.IsCloudEvent(r.Header)
	switch {
	case want == nil && isEvent:
		return errors.New("the answer has an event, want none")
	case want == nil:
		return nil
	case !isEvent:
		return errors.New("the answer has no event")
	}
	got, err := cehttp.DecodeMessage(r.Header, bytes.Clone(body), nil)
	if err != nil {
		return fmt.Errorf("the event in the answer: %w", err)
	}
	if want.Data == nil {
		got.Data = nil
	}
	if diff := diff(want, &got, names(want)); diff != "" {
		return fmt.Errorf("the event in the answer differs (-want +got):\n%s", diff)
	}
	return nil
}
