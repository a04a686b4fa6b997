package cetest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cetest"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func TestDiff(t *testing.T) {
	base := cetest.Event("t", `{"a":1}`)
	with := func(change func(e *cloudevents.Event)) cloudevents.Event {
		e := base.Clone()
		change(&e)
		return e
	}
	data := func(contentType, data string) cloudevents.Event {
		return with(func(e *cloudevents.Event) { e.DataContentType, e.Data = contentType, []byte(data) })
	}
	long := strings.Repeat("x\n", 2000)
	for _, c := range []struct {
		name      string
		want, got cloudevents.Event
		diff      string
	}{
		{"equal", base, base.Clone(), ""},
		{"another zone", base, with(func(e *cloudevents.Event) { e.Time = e.Time.In(time.FixedZone("", 3600)) }), ""},
		{"white space in JSON", base, data("application/json", " {\n\"a\": 1}"), ""},
		{"white space in text", data("text/plain", "a"), data("text/plain", "a "), "- data: a\n+ data: a \n"},
		{"an Integer and its text",
			with(func(e *cloudevents.Event) {
				e.Extensions = []cloudevents.Extension{{Name: "x", Value: cloudevents.IntegerValue(5)}}
			}),
			with(func(e *cloudevents.Event) {
				e.Extensions = []cloudevents.Extension{{Name: "x", Value: cloudevents.StringValue("5")}}
			}), ""},
		{"another attribute", base, with(func(e *cloudevents.Event) { e.Type = "u" }), "- type: \"t\"\n+ type: \"u\"\n"},
		{"another time", base, with(func(e *cloudevents.Event) { e.Time = e.Time.Add(time.Second) }), "- time: \"2026-03-01T12:00:00Z\"\n+ time: \"2026-03-01T12:00:01Z\"\n"},
		{"an attribute is missing", with(func(e *cloudevents.Event) { e.Subject = "\t" }), base, "- subject: \"\\t\"\n"},
		{"one too many", base, with(func(e *cloudevents.Event) {
			e.Extensions = []cloudevents.Extension{{Name: "x", Value: cloudevents.StringValue("")}}
		}), "+ x: \"\"\n"},
		{"no data", base, with(func(e *cloudevents.Event) { e.Data = nil }), "- data: {\n- data:   \"a\": 1\n- data: }\n+ data: no data\n"},
		{"empty data", with(func(e *cloudevents.Event) { e.Data = nil }), data("application/json", ""), "- data: no data\n+ data: empty data\n"},
		{"malformed JSON", base, data("application/json", "{"), "  data: {\n- data:   \"a\": 1\n- data: }\n"},
		{"bytes", data("", "\xff\x00"), data("", "\xff\x01"), "- data: \"\\xff\\x00\"\n+ data: \"\\xff\\x01\"\n"},
		{"in the middle", data("text/plain", "1\n2\n3\n4\n5\n6\n7"), data("text/plain", "1\n2\n3\nx\n5\ny\n7"),
			"  data: 2\n  data: 3\n- data: 4\n+ data: x\n  data: 5\n- data: 6\n+ data: y\n  data: 7\n"},
		{"too long to compare", data("text/plain", "a\n"+long+"a"), data("text/plain", "b\n"+long+"b"),
			"- data: a\n" + strings.Repeat("- data: x\n", 2000) + "- data: a\n+ data: b\n" + strings.Repeat("+ data: x\n", 2000) + "+ data: b\n"},
	} {
		if diff := cetest.Diff(c.want, c.got); diff != c.diff {
			t.Errorf("%s: got\n%.500swant\n%.500s", c.name, diff, c.diff)
		}
	}
}

// Check finds each difference that an answer can have.
func TestCheckFinds(t *testing.T) {
	event := cetest.Event("t", `{"a":1}`)
	other := cetest.Event("u", `{"a":1}`)
	answer := func(status int, contentType, body string) *http.Response {
		return cetest.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}), httptest.NewRequest("POST", "/", nil))
	}
	problem := func() *http.Response {
		return answer(400, "application/json", `{"error_type":"invalid_data","attribute":"data","field":"a.b"}`)
	}
	reply := func() *http.Response {
		return cetest.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if err := cehttp.WriteHTTPResponse(w, 200, &event, cloudevents.BinaryMode, nil); err != nil {
				t.Error(err)
			}
		}), httptest.NewRequest("POST", "/", nil))
	}
	results := func() *http.Response {
		return answer(503, "application/json", `{"results":[{"status":204},{"status":503}]}`)
	}
	for _, c := range []struct {
		name   string
		answer *http.Response
		want   cetest.Answer
		finds  string // "" is no difference
	}{
		{"all is well", problem(), cetest.Answer{Status: 400, Type: "invalid_data", Attribute: "data", Field: "a.b"}, ""},
		{"nothing else is asked", problem(), cetest.Answer{Status: 400}, ""},
		{"status", problem(), cetest.Answer{Status: 204}, "status 400, want 204"},
		{"type", problem(), cetest.Answer{Status: 400, Type: "x"}, `error_type "invalid_data", want "x"`},
		{"attribute", problem(), cetest.Answer{Status: 400, Attribute: "id"}, `attribute "data", want "id"`},
		{"field", problem(), cetest.Answer{Status: 400, Field: "a"}, `field "a.b", want "a"`},
		{"no problem", answer(400, "text/plain", "no"), cetest.Answer{Status: 400, Type: "x"}, "the body is no"},
		{"the reply", reply(), cetest.Answer{Status: 200, Reply: &event}, ""},
		{"another reply", reply(), cetest.Answer{Status: 200, Reply: &other}, "-want +got"},
		{"any id", reply(), cetest.Answer{Status: 200, Reply: &cloudevents.Event{Type: "t", Data: []byte(`{"a": 1}`)}}, ""},
		{"any data", reply(), cetest.Answer{Status: 200, Reply: &cloudevents.Event{Type: "t"}}, ""},
		{"an attribute is missing", reply(), cetest.Answer{Status: 200, Reply: &cloudevents.Event{Type: "t", Subject: "s"}}, `- subject: "s"`},
		{"a reply too many", reply(), cetest.Answer{Status: 200}, "want none"},
		{"no reply", problem(), cetest.Answer{Status: 400, Reply: &event}, "no event"},
		{"a reply that is no event", answer(200, "application/cloudevents+json", "{}"), cetest.Answer{Status: 200, Reply: &event}, "missing"},
		{"results", results(), cetest.Answer{Status: 503, Results: []int{204, 503}}, ""},
		{"other results", results(), cetest.Answer{Status: 503, Results: []int{503, 204}}, "results [204 503], want [503 204]"},
		{"too few results", results(), cetest.Answer{Status: 503, Results: []int{204}}, "results"},
		{"all were handled", answer(204, "", ""), cetest.Answer{Status: 204, Results: []int{204, 204}}, ""},
	} {
		err := cetest.Check(c.answer, c.want)
		if (err == nil) != (c.finds == "") || err != nil && !strings.Contains(err.Error(), c.finds) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestCheckReadsTheBody(t *testing.T) {
	broken := errors.New("broken")
	r := &http.Response{StatusCode: 204, Body: io.NopCloser(io.MultiReader(strings.NewReader("x"), failing{broken}))}
	if err := cetest.Check(r, cetest.Answer{Status: 204}); !errors.Is(err, broken) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestMustPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"an error":         func() { cetest.Must(0, errors.New("x")) },
		"an invalid event": func() { cetest.MustRequest(cloudevents.BinaryMode, cloudevents.Event{}) },
		"no event":         func() { cetest.MustRequest(cloudevents.StructuredMode) },
		"two events":       func() { cetest.MustRequest(cloudevents.BinaryMode, cetest.Event("t", ""), cetest.Event("t", "")) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
	if r := cetest.MustRequest(cloudevents.BatchMode); !cehttp.IsCloudEventBatch(r.Header) {
		t.Errorf("%v", r.Header)
	}
}

// The events of a Recorder are those that came, whatever the handler makes of them.
func TestRecorder(t *testing.T) {
	refused := errors.New("refused")
	r := &cetest.Recorder{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		e.Type, e.Data[0] = "changed", 'x'
		return nil, refused
	}}
	e := cetest.Event("t", `{}`)
	if _, err := r.HandleEvent(t.Context(), &e); err != refused {
		t.Error(err)
	}
	if diff := cetest.Diff(cetest.Event("t", `{}`), r.Events()[0]); diff != "" {
		t.Error(diff)
	}
}

func TestRecorderWait(t *testing.T) {
	var r cetest.Recorder
	var group sync.WaitGroup
	for range 4 {
		group.Add(2)
		go func() {
			defer group.Done()
			if events, err := r.Wait(t.Context(), 4); err != nil || len(events) < 4 {
				t.Errorf("%d events, %v", len(events), err)
			}
		}()
		go func() {
			defer group.Done()
			e := cetest.Event("t", "")
			_, _ = r.HandleEvent(t.Context(), &e)
		}()
	}
	group.Wait()
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	cancel(why)
	if events, err := r.Wait(ctx, 5); !errors.Is(err, why) || len(events) != 4 || !strings.HasPrefix(err.Error(), "4 of 5 ") {
		t.Errorf("%d events, %v", len(events), err)
	}
}

// A Target follows its script, in process and behind a server.
func TestTarget(t *testing.T) {
	for _, inProcess := range []bool{true, false} {
		target := &cetest.Target{Script: []int{503, 0, 400}, RetryAfter: 1500 * time.Millisecond}
		server := httptest.NewServer(target)
		defer server.Close()
		client := server.Client()
		if inProcess {
			client = target.Client()
		}
		var statuses []int
		for i := range 4 {
			mode, es := cloudevents.BatchMode, []cloudevents.Event{cetest.Event("a", ""), cetest.Event("b", "")}
			if i%2 == 1 {
				mode, es = cloudevents.BinaryMode, es[:1]
			}
			in := cetest.MustRequest(mode, es...)
			out, err := http.NewRequestWithContext(t.Context(), "POST", server.URL, in.Body)
			if err != nil {
				t.Fatal(err)
			}
			out.Header = in.Header
			response, err := client.Do(out)
			if err != nil {
				statuses = append(statuses, 0)
				continue
			}
			response.Body.Close()
			statuses = append(statuses, response.StatusCode)
			if after := response.Header.Get("Retry-After"); (after == "2") != (response.StatusCode == 503) {
				t.Errorf("status %d, Retry-After %q", response.StatusCode, after)
			}
		}
		if !slices.Equal(statuses, []int{503, 0, 400, 204}) || target.Requests() != 4 || len(target.Events()) != 6 {
			t.Errorf("in process %v: statuses %v, %d requests, %d events", inProcess, statuses, target.Requests(), len(target.Events()))
		}
		response, err := client.Post(server.URL, "text/plain", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := cetest.Check(response, cetest.Answer{Status: 415, Type: "not_a_cloudevent"}); err != nil || target.Requests() != 4 {
			t.Error(err)
		}
	}
}

// A request whose context has ended does not reach the target.
func TestTargetCanceled(t *testing.T) {
	var target cetest.Target
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := cetest.MustRequest(cloudevents.BinaryMode, cetest.Event("t", "")).WithContext(ctx)
	r.RequestURI = ""
	if _, err := target.Client().Transport.RoundTrip(r); !errors.Is(err, context.Canceled) || target.Requests() != 0 {
		t.Errorf("%v, %d requests", err, target.Requests())
	}
}
