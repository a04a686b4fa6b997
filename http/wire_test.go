package cehttp_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// wire holds the bytes that HTTP/1.1 transmits, for every mode.
var wire = []struct {
	name   string
	event  cloudevents.Event
	mode   cloudevents.Mode
	header string // sorted, with Content-Length
	body   string
}{
	{
		name: "binary, escapes and canonical keys", event: sample(), mode: cloudevents.BinaryMode,
		header: `Ce-Dataschema: https://example.com/schema#v1
Ce-Id: A-1
Ce-Note: two%20words
Ce-Shard: 7
Ce-Source: /orders
Ce-Specversion: 1.0
Ce-Subject: Euro%20%E2%82%AC%20%225%22%20100%25
Ce-Time: 2026-03-01T12:30:00.5+02:00
Ce-Type: com.example.created
Content-Length: 16
Content-Type: application/json
`,
		body: `{"total": 12.50}`,
	},
	{
		name: "binary, no Content-Type guessed for HTML", event: withData("", "<html>"), mode: cloudevents.BinaryMode,
		header: "Ce-Id: 1\nCe-Source: /s\nCe-Specversion: 1.0\nCe-Type: t\nContent-Length: 6\n",
		body:   "<html>",
	},
	{
		name: "binary, no Content-Type guessed for no data", event: minimal(), mode: cloudevents.BinaryMode,
		header: "Ce-Id: 1\nCe-Source: /s\nCe-Specversion: 1.0\nCe-Type: t\nContent-Length: 0\n",
	},
	{
		name: "structured", event: minimal(), mode: cloudevents.StructuredMode,
		header: "Content-Length: 55\nContent-Type: application/cloudevents+json\n",
		body:   minimalJSON,
	},
	{
		name: "batch", event: minimal(), mode: cloudevents.BatchMode,
		header: "Content-Length: 57\nContent-Type: application/cloudevents-batch+json\n",
		body:   "[" + minimalJSON + "]",
	},
}

func TestRequestOnTheWire(t *testing.T) {
	for _, c := range wire {
		t.Run(c.name, func(t *testing.T) {
			r := newRequest(t, "http://example.com/events", &c.event, c.mode)
			r.Header.Set("User-Agent", "") // net/http writes its own otherwise
			var b strings.Builder
			if err := r.Write(&b); err != nil {
				t.Fatal(err)
			}
			header, body := splitMessage(t, b.String(), "POST /events HTTP/1.1")
			if want := "Host: example.com\n" + c.header; header != sortLines(want) || body != c.body {
				t.Errorf("got\n%s\n%s\nwant\n%s\n%s", header, body, sortLines(want), c.body)
			}
		})
	}
}

func TestResponseOnTheWire(t *testing.T) {
	for _, c := range wire {
		for _, method := range []string{http.MethodPost, http.MethodHead} {
			t.Run(c.name+"/"+method, func(t *testing.T) {
				s := serve(t, 1, func(w http.ResponseWriter, r *http.Request) {
					w.Header()["Date"] = nil // or net/http adds one
					if err := writeResponse(w, &c.event, c.mode); err != nil {
						t.Error(err)
					}
				})
				conn, err := net.Dial("tcp", s.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				fmt.Fprintf(conn, "%s / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", method)
				all, err := io.ReadAll(conn)
				if err != nil {
					t.Fatal(err)
				}
				header, body := splitMessage(t, string(all), "HTTP/1.1 200 OK")
				wantBody := c.body
				if method == http.MethodHead {
					wantBody = ""
				}
				if want := sortLines("Connection: close\n" + c.header); header != want || body != wantBody {
					t.Errorf("got\n%s\n%s\nwant\n%s\n%s", header, body, want, wantBody)
				}
			})
		}
	}
}

// The response to a HEAD request has the attributes of a binary-mode event and
// the length of data that it does not have.
func TestHEAD(t *testing.T) {
	for _, p := range protocols {
		s := serve(t, p.major, func(w http.ResponseWriter, r *http.Request) {
			e := sample()
			m := cloudevents.BinaryMode
			if r.URL.Path == "/structured" {
				m = cloudevents.StructuredMode
			}
			if err := writeResponse(w, &e, m); err != nil {
				t.Error(err)
			}
		})
		t.Run(p.name+"/binary has attributes and no data", func(t *testing.T) {
			resp, err := s.Client().Head(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			want := sample()
			if resp.ContentLength != int64(len(want.Data)) {
				t.Errorf("Content-Length %d, want %d", resp.ContentLength, len(want.Data))
			}
			want.Data = nil
			got, err := cehttp.ResponseToCloudEvent(resp, nil)
			if err != nil {
				t.Fatal(err)
			}
			wantEvent(t, got, want)
		})
		t.Run(p.name+"/structured is malformed", func(t *testing.T) {
			resp, err := s.Client().Head(s.URL + "/structured")
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			_, err = cehttp.ResponseToCloudEvent(resp, nil)
			if cehttp.StatusCode(err) != http.StatusBadRequest {
				t.Errorf("error is %v, want one about the body", err)
			}
		})
	}
}

func newRequest(t *testing.T, url string, e *cloudevents.Event, m cloudevents.Mode) *http.Request {
	t.Helper()
	var r *http.Request
	var err error
	if m == cloudevents.BatchMode {
		r, err = cehttp.ToHTTPRequestBatch(t.Context(), url, []cloudevents.Event{*e}, nil)
	} else {
		r, err = cehttp.ToHTTPRequest(t.Context(), url, e, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func writeResponse(w http.ResponseWriter, e *cloudevents.Event, m cloudevents.Mode) error {
	if m == cloudevents.BatchMode {
		return cehttp.WriteHTTPResponseBatch(w, http.StatusOK, []cloudevents.Event{*e}, nil)
	}
	return cehttp.WriteHTTPResponse(w, http.StatusOK, e, m, nil)
}

// splitMessage returns the header lines, sorted, and the body of a message that
// begins with the line start.
func splitMessage(t *testing.T, message, start string) (header, body string) {
	t.Helper()
	head, body, ok := strings.Cut(message, "\r\n\r\n")
	first, rest, _ := strings.Cut(head, "\r\n")
	if !ok || first != start {
		t.Fatalf("message begins with %q, want %q", first, start)
	}
	return sortLines(strings.ReplaceAll(rest, "\r\n", "\n") + "\n"), body
}

func sortLines(s string) string {
	h := http.Header{}
	for sc := bufio.NewScanner(strings.NewReader(s)); sc.Scan(); {
		key, value, _ := strings.Cut(sc.Text(), ": ")
		h[key] = append(h[key], value) // as it is spelled
	}
	return headerText(h)
}
