package eventdoc_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// No header of a request costs more than about ten times its size.
func TestHeadersCostLittle(t *testing.T) {
	var m dispatch.Mux
	for _, name := range strings.Split("abcdefghij", "") {
		if err := m.Handle(dispatch.Route{Type: name, Handler: ok}); err != nil {
			t.Fatal(err)
		}
	}
	page := newPage(t, &m)
	const size = 60 << 10
	fill := func(item string) string { return strings.Repeat(item, size/len(item)) }
	var different strings.Builder
	for i := 0; different.Len() < size; i++ {
		different.WriteString(strconv.FormatInt(int64(i), 36) + ",")
	}
	serve := func(change func(r *http.Request)) uint64 {
		r := httptest.NewRequest("GET", "/docs", nil)
		change(r)
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r) // and the templates are made
		w = httptest.NewRecorder()
		return alloctest.Bytes(func() { page.ServeHTTP(w, r) })
	}
	base := serve(func(*http.Request) {})
	for name, change := range map[string]func(r *http.Request){
		"many short ranges":      func(r *http.Request) { r.Header.Set("Accept", fill("a,")) },
		"many different ranges":  func(r *http.Request) { r.Header.Set("Accept", different.String()) },
		"nothing but commas":     func(r *http.Request) { r.Header.Set("Accept", fill(",")) },
		"one long range":         func(r *http.Request) { r.Header.Set("Accept", fill("A")) },
		"upper case":             func(r *http.Request) { r.Header.Set("Accept", fill("APPLICATION/JSON,")) },
		"weights":                func(r *http.Request) { r.Header.Set("Accept", fill("*/*;q=1,")) },
		"wrong weights":          func(r *http.Request) { r.Header.Set("Accept", fill("*/*;q=x,")) },
		"one long weight":        func(r *http.Request) { r.Header.Set("Accept", "*/*;q="+fill("1")) },
		"quoted weights":         func(r *http.Request) { r.Header.Set("Accept", fill(`*/*;q="\1",`)) },
		"parameters":             func(r *http.Request) { r.Header.Set("Accept", "*/*"+fill(";a=b")) },
		"a long host":            func(r *http.Request) { r.Host = fill("a") },
		"a long path and query":  func(r *http.Request) { r.URL.Path, r.URL.RawQuery = fill("/a"), fill("&") },
		"a header of other name": func(r *http.Request) { r.Header.Set("X", fill("a,")) },
	} {
		if n := serve(change); n > base+10*size {
			t.Errorf("%s: %d bytes allocated for %d, and %d without", name, n, size, base)
		}
	}
}

// Whatever the page answers does not wait for a body.
func TestDoesNotWaitForTheBody(t *testing.T) {
	page := newPage(t, &dispatch.Mux{})
	for method, body := range map[string]string{"POST": "x", "GET": "x", "PUT": ""} {
		r := httptest.NewRequest(method, "/docs", strings.NewReader(body))
		if body == "" {
			r.Body = http.NoBody
		}
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r)
		if got := w.Header().Get("Connection") == "close"; got != (body != "") {
			t.Errorf("%s with body %q: Connection: close is %v", method, body, got)
		}
	}
}
