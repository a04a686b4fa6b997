package eventdoc_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// commands returns the curl commands of the only route of m, by mode.
func commands(t testing.TB, m *dispatch.Mux, url string) map[string]string {
	t.Helper()
	var doc struct {
		Events []struct {
			In struct{ Curl map[string]string }
		}
	}
	page := newPage(t, m)
	page.URL = url
	if err := json.Unmarshal(getJSON(t, page), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Events[0].In.Curl
}

// The commands send the example when a shell runs them.
func TestCurlCommandsSendTheExample(t *testing.T) {
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	type arrival struct {
		target string
		events []cloudevents.Event
	}
	arrivals := make(chan arrival, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var got []cloudevents.Event
		var err error
		if cehttp.IsCloudEventBatch(r.Header) {
			got, err = cehttp.ToCloudEventBatch(r, nil)
		} else {
			var e cloudevents.Event
			e, err = cehttp.ToCloudEvent(r, nil)
			got = []cloudevents.Event{e}
		}
		if err != nil {
			t.Error(err)
		}
		arrivals <- arrival{r.RequestURI, got}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()

	hostile := cloudevents.Event{
		ID: `'; echo "hi" $(id) #`, Subject: "@/etc/passwd € `x` \\", Source: "/it's",
		Extensions:      []cloudevents.Extension{{Name: "empty"}, {Name: "note", Value: cloudevents.StringValue("a;b, c: !$HOME")}},
		DataContentType: `text/plain; note="it's; \"fine\""`,
	}
	full := cloudevents.Event{
		ID: "A-1", Source: "/orders", Subject: "Euro € \"5\" 100%", DataSchema: "https://example.com/schema#v1",
		Time:            time.Date(2026, 3, 1, 12, 30, 0, 500_000_000, time.UTC),
		Extensions:      []cloudevents.Extension{{Name: "note", Value: cloudevents.StringValue("two words")}, {Name: "shard", Value: cloudevents.StringValue("7")}},
		DataContentType: "application/json", Data: []byte(`{"total": 12.50}`),
	}
	for _, c := range []struct {
		reason string
		doc    dispatch.EventDoc
	}{
		{"no data", dispatch.EventDoc{}},
		{"JSON", dispatch.EventDoc{Data: order{"don't \"ask\"\n\\n", 1}}},
		{"begins like a file", dispatch.EventDoc{Data: "@/etc/passwd"}},
		{"quotes and lines", dispatch.EventDoc{Data: "it's\n\n'\"`$(id)` !! \\"}},
		{"control characters", dispatch.EventDoc{Data: "a\x1b[2J\r\tb\x03"}},
		{"binary", dispatch.EventDoc{Data: []byte("\x00\xff'\n")}},
		{"no content type", dispatch.EventDoc{Event: cloudevents.Event{Data: []byte("a=b")}}},
		{"hostile attributes", dispatch.EventDoc{Event: hostile, Data: "x"}},
		{"every attribute", dispatch.EventDoc{Event: full}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			var want *cloudevents.Event
			c.doc.Event.Type = "t"
			var m dispatch.Mux
			if err := m.Handle(dispatch.Route{Type: "t", In: c.doc, Handler: ok}); err != nil {
				t.Fatal(err)
			}
			for mode, command := range commands(t, &m, server.URL+"/in/[a]{b}?c=d&e='f'") {
				out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput()
				if err != nil {
					t.Fatalf("%s: %v\n%s\n%s", mode, err, command, out)
				}
				arrived := <-arrivals
				got := arrived.events
				if target := arrived.target; target != "/in/[a]{b}?c=d&e='f'" {
					t.Errorf("%s: sent to %s", mode, target)
				}
				compact(&got[0])
				if want == nil {
					want = &got[0]
				}
				if diff := cmp.Diff(*want, got[0]); diff != "" {
					t.Errorf("%s: %s", mode, diff)
				}
			}
			if c.doc.Data != nil {
				if s, isText := c.doc.Data.(string); isText && string(want.Data) != s {
					t.Errorf("data %q, want %q", want.Data, s)
				}
			}
			if id := c.doc.Event.ID; id != "" && (want.ID != id || want.Source != c.doc.Event.Source || want.Subject != c.doc.Event.Subject) {
				t.Errorf("%s", want)
			}
		})
	}
}

// compact removes white space from JSON data.
func compact(e *cloudevents.Event) {
	var b bytes.Buffer
	if strings.Contains(e.DataContentType, "json") && json.Compact(&b, e.Data) == nil {
		e.Data = b.Bytes()
	}
}
