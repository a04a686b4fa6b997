package main

import (
	"net/http"
	"strings"
)

const (
	structuredType = "application/cloudevents+json"
	batchType      = "application/cloudevents-batch+json"
)

// maxHeader is what the server of cehttp accepts, less what every request has.
const maxHeader = 63 << 10

// requests turns documents into the bodies of requests.
func requests(documents []document, contentType string) (all []document) {
	for _, d := range documents {
		all = append(all, document{d.name, func(n int) *message {
			m := d.make(n)
			if m != nil {
				m.method, m.header = http.MethodPost, http.Header{"Content-Type": {contentType}}
			}
			return m
		}})
	}
	return all
}

// prefixed are documents with other names.
func prefixed(prefix string, documents []document) (all []document) {
	for _, d := range documents {
		all = append(all, document{prefix + d.name, d.make})
	}
	return all
}

// promises are requests whose body does not come.
func promises(contentType string) []document {
	const claimed = 16 << 20
	return []document{
		{"Content-Length of 16 MiB, and less comes", func(n int) *message {
			m := &message{method: http.MethodPost, header: http.Header{"Content-Type": {contentType}}, claimed: claimed}
			if contentType != structuredType && contentType != batchType {
				m.header = binaryHeader(contentType)
			}
			m.body = make([]byte, n)
			return m
		}},
		{"no Content-Length", func(n int) *message {
			m := &message{method: http.MethodPost, header: http.Header{"Content-Type": {contentType}}, claimed: -1}
			if contentType != structuredType && contentType != batchType {
				m.header = binaryHeader(contentType)
			}
			m.body = []byte(strings.Repeat(" ", n))
			return m
		}},
	}
}

func binaryHeader(contentType string) http.Header {
	return http.Header{
		"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"}, "Content-Type": {contentType},
	}
}

// headers are messages in binary mode. A header has at most 64 KiB.
func headers() []document {
	headerOf := func(name string, change func(h http.Header, n int)) document {
		return document{name, func(n int) *message {
			if n > maxHeader {
				return nil
			}
			h := binaryHeader("application/json")
			change(h, n-100)
			return &message{method: http.MethodPost, header: h, body: []byte("{}")}
		}}
	}
	// lines adds headers while there is room.
	lines := func(h http.Header, n, most int, line func(i int) (name, value string)) {
		for i := 0; i < most; i++ {
			name, value := line(i)
			if n -= len(name) + len(value) + 4; n < 0 && i > 0 {
				return
			}
			h[name] = append(h[name], value)
		}
	}
	return []document{
		headerOf("996 extensions", func(h http.Header, n int) {
			lines(h, n, 994, func(i int) (string, string) { return "Ce-" + canonical(name(i)), "1" })
		}),
		headerOf("extensions without end", func(h http.Header, n int) {
			lines(h, n, n, func(i int) (string, string) { return "Ce-" + canonical(name(i)), "" })
		}),
		headerOf("17 extensions", func(h http.Header, n int) {
			lines(h, n, 17, func(i int) (string, string) { return "Ce-" + canonical(name(i)), strings.Repeat("1", max(1, n/17-10)) })
		}),
		headerOf("one extension, many values", func(h http.Header, n int) {
			lines(h, n, n, func(int) (string, string) { return "Ce-A", "1" })
		}),
		headerOf("one bad name, many values", func(h http.Header, n int) {
			lines(h, n, n, func(int) (string, string) { return "Ce-_", "1" })
		}),
		headerOf("bad names that differ", func(h http.Header, n int) {
			lines(h, n, 994, func(i int) (string, string) { return "Ce-_" + name(i), "1" })
		}),
		headerOf("id with many values", func(h http.Header, n int) {
			lines(h, n, n, func(int) (string, string) { return "Ce-Id", "1" })
		}),
		headerOf("extensions that are bad percent-encoding", func(h http.Header, n int) {
			lines(h, n, 994, func(i int) (string, string) { return "Ce-" + canonical(name(i)), "%ff" })
		}),
		headerOf("extensions with percent-encoding", func(h http.Header, n int) {
			lines(h, n, 994, func(i int) (string, string) { return "Ce-" + canonical(name(i)), "%41" })
		}),
		headerOf("Content-Type with many values", func(h http.Header, n int) {
			lines(h, n, n, func(int) (string, string) { return "Content-Type", "" })
		}),
		headerOf("long Content-Type", func(h http.Header, n int) { h["Content-Type"] = []string{filled(n, "a/b", ";a=b", "")} }),
		headerOf("long Content-Type with a quoted parameter", func(h http.Header, n int) {
			h["Content-Type"] = []string{filled(n, `text/plain;charset="`, `\a`, `"`)}
		}),
		headerOf("long value", func(h http.Header, n int) { h["Ce-Subject"] = []string{strings.Repeat("s", n)} }),
		headerOf("long percent-encoded value", func(h http.Header, n int) { h["Ce-Subject"] = []string{filled(n, "", "%41", "")} }),
		headerOf("long percent-encoded text that is no UTF-8", func(h http.Header, n int) { h["Ce-Subject"] = []string{filled(n, "", "%c3%bc", "%ff")} }),
		headerOf("long quoted value", func(h http.Header, n int) { h["Ce-Subject"] = []string{filled(n, `"`, `\"`, `"`)} }),
		headerOf("long value with bytes that are no UTF-8", func(h http.Header, n int) { h["Ce-Subject"] = []string{filled(n, "", "\xff", "")} }),
		headerOf("long source that is none", func(h http.Header, n int) { h["Ce-Source"] = []string{strings.Repeat("%", n)} }),
		headerOf("headers of others", func(h http.Header, n int) {
			lines(h, n, n, func(i int) (string, string) { return canonical(name(i)), "" })
		}),
		headerOf("Content-Encoding with many values", func(h http.Header, n int) {
			lines(h, n, n, func(int) (string, string) { return "Content-Encoding", "identity,identity" })
		}),
	}
}

// canonical returns a name as net/http spells it.
func canonical(name string) string { return http.CanonicalHeaderKey(name) }
