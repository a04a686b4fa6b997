package listen

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// R63: the handshake of Azure Event Grid is granted if the user says so, and otherwise explained.
// A delivery needs no permission.
func TestListenHandshake(t *testing.T) {
	const note = `  a webhook's handshake: "eventgrid.azure.net" asks whether it may deliver; --allow-origin eventgrid.azure.net grants it` + "\n"
	for _, c := range []struct {
		name, pattern  string
		status         int
		granted, shown string
	}{
		{"no flag", "", 204, "", note},
		{"the origin", "eventgrid.azure.net", 200, "eventgrid.azure.net", `"eventgrid.azure.net" may deliver`},
		{"a pattern", "*.azure.net", 200, "eventgrid.azure.net", `"eventgrid.azure.net" may deliver`},
		{"another origin", "example.com", 403, "", note},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, out, _ := newListener(t, func(l *listener) {
				if c.pattern != "" {
					l.allowOrigin(c.pattern)
				}
			})
			r := httptest.NewRequest("OPTIONS", "/", nil)
			r.Header.Set("WebHook-Request-Origin", "eventgrid.azure.net")
			r.Header.Set("WebHook-Request-Rate", "120")
			r.Header.Set("WebHook-Request-Callback", "https://rp.eventgrid.azure.net:553/x")
			w := httptest.NewRecorder()
			l.ServeHTTP(w, r)
			if w.Code != c.status || w.Header().Get("WebHook-Allowed-Origin") != c.granted || !strings.Contains(out.String(), c.shown) {
				t.Errorf("%d %v\n%s", w.Code, w.Header(), out)
			}
			r = httptest.NewRequest("POST", "/", strings.NewReader("{"+minimal+"}"))
			r.Header.Set("Content-Type", "application/cloudevents+json")
			w = httptest.NewRecorder()
			if l.ServeHTTP(w, r); w.Code != 204 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	l := listener{origins: []string{"a b"}}
	if err := l.prepare(); err == nil || !strings.Contains(err.Error(), "--allow-origin") {
		t.Error(err)
	}
}
