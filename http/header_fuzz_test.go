package cehttp_test

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// fixtures returns the cases below testdata whose names begin with prefix.
func fixtures(t testing.TB, prefix string) (cases []conformance.Case) {
	t.Helper()
	all, err := conformance.Load(os.DirFS("../testdata"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if strings.HasPrefix(c.Name, prefix) {
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		t.Fatalf("no fixture %s…", prefix)
	}
	return cases
}

// FuzzHeaderValue compares what FromHeader makes of a header value with package
// percent, whose own tests compare it with a slow reference.
func FuzzHeaderValue(f *testing.F) {
	for _, c := range fixtures(f, "http/decode/") {
		for key, values := range c.Message.Header {
			if strings.HasPrefix(strings.ToLower(key), "ce-") {
				f.Add(values[0])
			}
		}
	}
	for _, s := range []string{
		"%", "%4", "%41", "%%41", "%4%31", "%25%34%31", `"%4"1`, `"a\"b"`, `"\`, `"\"`, `\"`, `a"b"c"d"`, `"""`,
		"%C3%A9", "%C3", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "\x80", "%c3\xa9", "\u00e9", " \t a \t", `" a "`,
	} {
		f.Add(s)
	}
	x := spec.Attribute{Name: "x", Type: spec.String}
	f.Fuzz(func(t *testing.T, value string) {
		h := binaryHeader("Ce-X", value)
		e, err := cehttp.FromHeader(h, x)
		// RFC 9110 section 5.5: white space around a value is not part of it.
		text, rule := percent.AppendUnescaped(nil, strings.Trim(value, " \t"))
		want := string(text)
		if rule != nil {
			var invalid *validation.Error
			if !errors.As(err, &invalid) || !errors.Is(err, rule.Sentinel) || invalid.Attribute != "x" || invalid.Section != spec.SectionHTTPHeaderValues {
				t.Fatalf("%q: error is %v, want %v", value, err, rule)
			}
			return
		}
		if legal := validation.String(want); (err == nil) != (legal == nil) {
			t.Fatalf("%q is %q: error is %v, want %v", value, want, err, legal)
		}
		if got, _ := e.Get("x"); err == nil && got != cloudevents.StringValue(want) {
			t.Fatalf("%q is %q, want %q", value, got, want)
		}
	})
}

// FuzzHeaderRoundTrip sends legal attributes through a header, and checks the header.
func FuzzHeaderRoundTrip(f *testing.F) {
	f.Add("1", "/s", "t", "", "", "", "x", "", int64(0), int64(0), 0)
	f.Add("a b", "https://a/%20", "Ünïcode", "\"50%\"", "urn:a", "text/plain; a=\"b\\\"c\"", "note", "€\U0001F600", int64(1e9), int64(5e8), 7200)
	f.Add("%41", "?", "\\", "\u00a0", "a:b#c", "a/b", "9", " ", int64(-62135596800), int64(0), 0)
	f.Add("\ufeff", "#", "\u2028", "\U0010fffd", "a:", structuredType, "data", "%", int64(253402300799), int64(999999999), -86399)
	f.Add("a", "/", "\r\n", "", "", "a/b", "A", "", int64(1), int64(1), 1)
	f.Add("a", "/", "t", "", "", "AppliCAtion/Cloudeventsn", "x", "", int64(1), int64(1), 1)
	f.Fuzz(func(t *testing.T, id, source, typ, subject, schema, contentType, name, value string, sec, nsec int64, offset int) {
		e := cloudevents.Event{
			ID: id, Source: source, Type: typ, Subject: subject, DataSchema: schema, DataContentType: contentType,
			Time:       time.Unix(sec%(1<<38), nsec%1e9).In(time.FixedZone("", offset%86400)),
			Extensions: []cloudevents.Extension{{Name: name, Value: cloudevents.StringValue(value)}},
		}
		h := http.Header{}
		err := cehttp.SetHeader(h, &e)
		if invalid := e.Validate(); invalid != nil {
			if err == nil || len(h) != 0 {
				t.Fatalf("error is %v, event is invalid: %v", err, invalid)
			}
			return
		}
		if nested := mayBeRead(contentType); nested != (err != nil) {
			t.Fatalf("error is %v, content type %q", err, contentType)
		}
		if err != nil {
			return
		}
		checkHeader(t, h, &e)
		got, err := cehttp.FromHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		wantEvent(t, got, e)
	})
}

// mayBeRead reports whether a receiver may take the content type of data for a content mode:
// it begins like the media type of an event, in any case, whatever follows.
func mayBeRead(contentType string) bool {
	n := len(spec.MediaTypePrefix)
	return len(contentType) >= n && strings.EqualFold(contentType[:n], spec.MediaTypePrefix)
}

// checkHeader compares h with the attributes of e.
func checkHeader(t *testing.T, h http.Header, e *cloudevents.Event) {
	t.Helper()
	n := 0
	for name, v := range e.All() {
		n++
		key, want := "Ce-"+name, string(percent.Append(nil, v.String()))
		if name == spec.DataContentType {
			key, want = "Content-Type", e.DataContentType
		}
		values, ok := h[http.CanonicalHeaderKey(key)]
		if !ok || len(values) != 1 || values[0] != want {
			t.Errorf("%s is %q, want %q", key, values, want)
		}
	}
	if len(h) != n {
		t.Errorf("%d headers for %d attributes", len(h), n)
	}
	for key, values := range h {
		for _, c := range []byte(values[0]) {
			space := key == "Content-Type" && c == ' '
			if (c < '!' || c > '~') && !space {
				t.Errorf("%s: %q has the byte %#x", key, values[0], c)
			}
		}
	}
}
