package cehttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// No header of a request costs a Receiver or Routes more than about ten times its size,
// whether it is taken or refused.
func TestHeadersCostLittle(t *testing.T) {
	const size = 60 << 10
	many := func(name, value string) http.Header { // as many as fit
		h := binaryHeader()
		for i, n := 0, 0; n < size; i++ {
			key := fmt.Sprintf(name, i)
			h[key] = []string{value}
			n += len(key) + len(value) + len(": \r\n")
		}
		return h
	}
	long := func(name, item string) http.Header {
		h := binaryHeader()
		h[name] = []string{strings.Repeat(item, size/len(item))}
		return h
	}
	repeated := func(name, value string) http.Header {
		h := binaryHeader()
		for n := 0; n < size; n += len(name) + len(value) + len(": \r\n") {
			h[name] = append(h[name], value)
		}
		return h
	}
	for _, c := range []struct {
		name   string
		header http.Header
		path   string
	}{
		{"short extensions", many("Ce-X%d", ""), ""},
		{"extensions", many("Ce-X%d", strings.Repeat("v", 60)), ""},
		{"escaped extensions", many("Ce-X%d", strings.Repeat("%20", 20)), ""},
		{"invalid names", many("Ce-X_%d", "v"), ""},
		{"invalid escapes", many("Ce-X%d", "%ff"), ""},
		{"unclosed quotes", many("Ce-X%d", `"`), ""},
		{"invalid UTF-8", many("Ce-X%d", "\xff"), ""},
		{"a thousand unclosed quotes", many("Ce-X%d", `"`+strings.Repeat("v", 60)), ""},
		{"a thousand invalid names", many("Ce-X_%d", strings.Repeat("v", 60)), ""},
		{"a thousand long invalid names", many("Ce-X_%d"+strings.Repeat("v", 50), ""), ""},
		{"a thousand invalid characters", many("Ce-X%d", "\xff"+strings.Repeat("v", 60)), ""},
		{"a thousand invalid escapes", many("Ce-X%d", strings.Repeat("%ff", 20)), ""},
		{"content encodings", repeated("Content-Encoding", "gzip"), ""},
		{"lists of content encodings", repeated("Content-Encoding", "identity,identity"), ""},
		{"a long subject", long("Ce-Subject", "%e2%82%ac"), ""},
		{"a long quoted subject", long("Ce-Subject", `"\a"`), ""},
		{"a long source", long("Ce-Source", "a b"), ""},
		{"a long time", long("Ce-Time", "2020"), ""},
		{"a long type", long("Ce-Type", "a"), ""},
		{"a long dataschema", long("Ce-Dataschema", "%20"), ""},
		{"a long version", long("Ce-Specversion", "1.0"), ""},
		{"a long content type", long("Content-Type", "a/b;"), ""},
		{"a long content type with parameters", http.Header{"Content-Type": {"application/cloudevents+json" + strings.Repeat(`;a="\b"`, size/7)}}, ""},
		{"a long unknown format", http.Header{"Content-Type": {"application/cloudevents+" + strings.Repeat("x", size)}}, ""},
		{"a long encoding", long("Content-Encoding", "gzip,"), ""},
		{"a long header of another name", long("Accept", "a,"), ""},
		{"a long path", nil, strings.Repeat("/a", size/2)},
		{"a long ID of work", nil, "/cancel/" + strings.Repeat("a", size)},
		{"a long query", nil, "/?" + strings.Repeat("&", size)},
	} {
		rc := silent(answering(nil, nil))
		var h http.Handler = &cehttp.Routes{Receiver: rc}
		r := httptest.NewRequest("POST", "/"+strings.TrimPrefix(c.path, "/"), nil)
		if c.header != nil {
			r.Header = c.header
		}
		h.ServeHTTP(&nowhere{header: http.Header{}}, r)
		w := &nowhere{header: http.Header{}}
		n := alloctest.Bytes(func() { h.ServeHTTP(w, r) })
		if n > 10*size {
			t.Errorf("%s: %d bytes allocated for %d, status %d", c.name, n, size, w.status)
		}
		t.Logf("%s: %.1f times its size, status %d", c.name, float64(n)/size, w.status)
	}
}
