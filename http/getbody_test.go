package cehttp_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// ways to make a request of an event in a mode.
var makers = []struct {
	name string
	make func(t *testing.T, url string, e *cloudevents.Event, m cloudevents.Mode) *http.Request
}{
	{"ToHTTPRequest", newRequest},
	{"CopyToHTTPRequest", copyRequest},
}

func copyRequest(t *testing.T, url string, e *cloudevents.Event, m cloudevents.Mode) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if m == cloudevents.BatchMode {
		err = cehttp.CopyToHTTPRequestBatch(r, []cloudevents.Event{*e}, nil)
	} else {
		err = cehttp.CopyToHTTPRequest(r, e, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var modes = []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode}

func TestGetBodyTwice(t *testing.T) {
	for _, maker := range makers {
		for _, m := range modes {
			t.Run(maker.name+"/"+m.String(), func(t *testing.T) {
				e := sample()
				r := maker.make(t, "http://example.com", &e, m)
				if _, err := r.Body.Read(make([]byte, 5)); err != nil {
					t.Fatal(err)
				}
				first := readGetBody(t, r)
				second := readGetBody(t, r)
				rest, err := io.ReadAll(r.Body)
				if err != nil {
					t.Fatal(err)
				}
				if first != second || first[5:] != string(rest) || int64(len(first)) != r.ContentLength {
					t.Errorf("bodies %q and %q, the first goes on with %q, length %d", first, second, rest, r.ContentLength)
				}
			})
		}
	}
}

// A client must know that there is no body, or HTTP/1.1 sends an empty chunk.
func TestGetBodyOfNothing(t *testing.T) {
	for _, maker := range makers {
		for name, data := range map[string][]byte{"absent data": nil, "empty data": {}} {
			t.Run(maker.name+"/"+name, func(t *testing.T) {
				e := minimal()
				e.Data = data
				r := maker.make(t, "http://example.com", &e, cloudevents.BinaryMode)
				if r.Body != http.NoBody || r.ContentLength != 0 {
					t.Errorf("body %v, length %d", r.Body, r.ContentLength)
				}
				if got := readGetBody(t, r); got != "" {
					t.Errorf("GetBody has %q", got)
				}
			})
		}
	}
}

// A client follows 307 only with a body that it can send again.
func TestRedirect(t *testing.T) {
	for _, p := range protocols {
		var got []cloudevents.Event
		s := serve(t, p.major, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/old" {
				http.Redirect(w, r, "/new", http.StatusTemporaryRedirect)
				return
			}
			var err error
			if cehttp.IsCloudEventBatch(r.Header) {
				got, err = cehttp.ToCloudEventBatch(r, nil)
			} else {
				var e cloudevents.Event
				e, err = cehttp.ToCloudEvent(r, nil)
				got = []cloudevents.Event{e}
			}
			w.WriteHeader(cehttp.StatusCode(err))
		})
		for _, maker := range makers {
			for _, m := range modes {
				t.Run(p.name+"/"+maker.name+"/"+m.String(), func(t *testing.T) {
					got = nil
					e := sample()
					resp, err := s.Client().Do(maker.make(t, s.URL+"/old", &e, m))
					if err != nil {
						t.Fatal(err)
					}
					resp.Body.Close()
					if resp.StatusCode != http.StatusOK {
						t.Errorf("status %d", resp.StatusCode)
					}
					wantEvents(t, got, e)
				})
			}
		}
	}
}

func readGetBody(t *testing.T, r *http.Request) string {
	t.Helper()
	if r.GetBody == nil {
		t.Fatal("no GetBody")
	}
	body, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	all, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}
