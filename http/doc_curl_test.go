package cehttp_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// commands returns the curl commands of the only route of m, by mode.
func commands(t testing.TB, m *cehttp.Mux, url string) map[string]string {
	t.Helper()
	var doc struct {
		Events []struct {
			In struct{ Curl map[string]string }
		}
	}
	if err := json.Unmarshal(docJSON(t, &cehttp.Doc{Mux: m, URL: url}), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Events[0].In.Curl
}

// What is pasted into a shell sends the example.
func TestCurlCommandsSendTheExample(t *testing.T) {
	for _, tool := range []string{"sh", "curl", "base64"} {
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

	hostile := minimal()
	hostile.ID, hostile.Subject, hostile.Source = `'; echo "hi" $(id) #`, "@/etc/passwd € `x` \\", "/it's"
	hostile.Extensions = []cloudevents.Extension{{Name: "empty"}, {Name: "note", Value: cloudevents.StringValue("a;b, c: !$HOME")}}
	hostile.DataContentType = `text/plain; note="it's; \"fine\""`
	for _, c := range []struct {
		reason string
		doc    cehttp.EventDoc
	}{
		{"no data", cehttp.EventDoc{}},
		{"JSON", cehttp.EventDoc{Data: order{"don't \"ask\"\n\\n", 1}}},
		{"begins like a file", cehttp.EventDoc{Data: "@/etc/passwd"}},
		{"quotes and lines", cehttp.EventDoc{Data: "it's\n\n'\"`$(id)` !! \\"}},
		{"control characters", cehttp.EventDoc{Data: "a\x1b[2J\r\tb\x03"}},
		{"binary", cehttp.EventDoc{Data: []byte("\x00\xff'\n")}},
		{"no content type", cehttp.EventDoc{Event: cloudevents.Event{Data: []byte("a=b")}}},
		{"hostile attributes", cehttp.EventDoc{Event: hostile, Data: "x"}},
		{"every attribute", cehttp.EventDoc{Event: sample()}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			var want *cloudevents.Event
			c.doc.Event.Type = "t"
			var m cehttp.Mux
			if err := m.Handle(cehttp.Route{Type: "t", In: c.doc, Handler: ok}); err != nil {
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
				wantEvent(t, got[0], *want)
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
