package cehttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

type customer struct {
	Name string `json:"name"`
	Born struct {
		Year int `json:"year"`
	} `json:"born"`
	Tags []struct {
		Weight int `json:"weight"`
	} `json:"tags"`
}

func takesCustomers(context.Context, *cloudevents.Event, customer) (*cloudevents.Event, error) {
	return nil, nil
}

// A Problem about data names the field, in every mode and form of the data.
func TestProblemField(t *testing.T) {
	const begin = `{"specversion":"1.0","id":"1","source":"/s","type":"t",`
	const wrong = `{"name":"Ada","born":{"year":"`
	rc := silent(dispatch.Typed(takesCustomers))
	for _, c := range []struct {
		name   string
		header http.Header
		body   string
		field  string
		offset bool
	}{
		{"binary", binaryHeader("Content-Type", "application/json"), wrong + `1"}}`, "born.year", true},
		{"structured", typed(structuredType), begin + `"data":` + wrong + `1"}}}`, "born.year", true},
		{"base64", typed(structuredType), begin + `"datacontenttype":"application/json","data_base64":"eyJuYW1lIjoxfQ=="}`, "name", false},
		{"in an array", binaryHeader("Content-Type", "application/json"), `{"tags":[{"weight":1},{"weight":true}]}`, "tags.weight", true},
		{"the whole data", binaryHeader("Content-Type", "application/json"), `[1]`, "", true},
		{"malformed", binaryHeader("Content-Type", "application/json"), `{"name":x}`, "", true},
	} {
		p := decoded[cehttp.Problem](t, post(rc, c.header, c.body))
		if p.Type != "invalid_data" || p.Field != c.field || (p.Offset != nil) != c.offset {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}

// The results of a batch have the field and the offset in the body of the batch.
func TestResultField(t *testing.T) {
	const begin = `{"specversion":"1.0","id":"1","source":"/s","type":"t",`
	rc := silent(dispatch.Typed(takesCustomers))
	parts := []string{
		"\n [" + begin + `"data":{"name":"a"}},` + begin + `"data":{"name":`,
		`17}},` + begin + `"data" : {"born":{"year": `,
		`"x"}}},` + begin + `"datacontenttype":"application/json","data_base64":"eyJuYW1lIjoxfQ=="}]`,
	}
	w := post(rc, typed(batchType), strings.Join(parts, ""))
	results := decoded[cehttp.BatchAnswer](t, w).Results
	if len(results) != 4 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	at := func(n int) *int { return &n }
	first, second := len(parts[0]), len(parts[0]+parts[1])
	for i, want := range []struct {
		field  string
		offset *int
	}{{"", nil}, {"name", at(first)}, {"born.year", at(second)}, {"name", nil}} {
		if diff := cmp.Diff(want.offset, results[i].Offset); diff != "" || results[i].Field != want.field {
			t.Errorf("event %d: field %q, offset %s", i, results[i].Field, diff)
		}
	}
}

// An error of any origin is described as a Receiver does, in handlers that are written by
// hand.
func TestProblemOf(t *testing.T) {
	wrong := withData("application/json", `{"name":1}`)
	_, ofData := cloudevents.DataAs[customer](&wrong)
	text := withData("text/plain", `x`)
	_, ofType := cloudevents.DataAs[customer](&text)
	for name, c := range map[string]struct {
		err  error
		want cehttp.Problem
	}{
		"data": {ofData, cehttp.Problem{Message: "field name of the data must not be number (offset 8 of the data)", Type: "invalid_data", Attribute: "data", Field: "name", Section: "spec.md#event-data"}},
		"type of the data": {ofType, cehttp.Problem{
			Message: "data of its content type is not taken for this type of event; it must be JSON in UTF-8", Type: "unsupported_data"}},
		"refused":           {dispatch.Permanent(errors.New("secret")), cehttp.Problem{Message: "Unprocessable Entity", Type: "unprocessable_entity"}},
		"refused, and told": {dispatch.Permanent(&dispatch.Error{Message: "no such article", Type: "article", Err: errors.New("secret")}), cehttp.Problem{Message: "no such article", Type: "article"}},
		"again, and told":   {dispatch.Retryable(&dispatch.Error{Message: "counting the stock"}, time.Second), cehttp.Problem{Message: "counting the stock", Type: "service_unavailable", Retryable: true}},
		"anything else":     {errors.New("secret"), cehttp.Problem{Message: "Internal Server Error", Type: "internal_server_error", Retryable: true}},
	} {
		if diff := cmp.Diff(c.want, cehttp.ProblemOf(c.err)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// EncodeProblem gives what WriteProblem writes.
func TestEncodeProblem(t *testing.T) {
	p := cehttp.Problem{Message: "m", Type: "t", Retryable: true}
	for _, status := range []int{400, 503} {
		h := http.Header{"X": {"y"}}
		body := cehttp.EncodeProblem(h, status, 1500*time.Millisecond, &p)
		w := record(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", "y")
			cehttp.WriteProblem(w, status, 1500*time.Millisecond, &p)
		}), request(nil, ""))
		if diff := cmp.Diff(w.Header(), h); diff != "" || w.Body.String() != string(body) || h.Get("Retry-After") != "2" || !json.Valid(body) {
			t.Errorf("%s %q %s", diff, body, w.Body)
		}
	}
}
