package listen

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/page"
)

// What a message costs in each form of output, and with the page.
func BenchmarkListen(b *testing.B) {
	for name, change := range map[string]func(*listener){
		"text":          func(*listener) {},
		"oneline":       func(l *listener) { l.oneline = true },
		"json":          func(l *listener) { l.json = true },
		"oneline, page": func(l *listener) { l.oneline, l.page = true, page.New() },
	} {
		b.Run(name, func(b *testing.B) {
			p, _, _ := cetest.Process("")
			p.Out = io.Discard
			l := &listener{process: p, dataBytes: 4096, maxBytes: 1 << 20, stop: func() {}}
			change(l)
			if err := l.prepare(); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("POST", "/", strings.NewReader(`{"order":17,"lines":[{"sku":"tea-250","count":2}]}`))
				for _, header := range []string{"Ce-Specversion 1.0", "Ce-Id A-1", "Ce-Source /orders", "Ce-Type com.example.order.placed", "Content-Type application/json"} {
					key, value, _ := strings.Cut(header, " ")
					r.Header[key] = []string{value}
				}
				l.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
