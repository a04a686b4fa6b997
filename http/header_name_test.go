package cehttp_test

import (
	"net/http"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/spec"
)

// A documented extension costs the slice of extensions and no name, in the spelling of
// net/http and in lower case.
func TestDocumentedExtensionAllocs(t *testing.T) {
	for _, a := range spec.Extensions() {
		for _, key := range []string{http.CanonicalHeaderKey("ce-" + a.Name), "ce-" + a.Name} {
			h := binaryHeader()
			h[key] = []string{"1"}
			alloctest.Succeeding(t, 1, func() error {
				_, err := cehttp.FromHeader(h)
				return err
			})
		}
	}
}

// Names that are like documented ones are read as they are.
func TestExtensionNamesLikeDocumented(t *testing.T) {
	for _, a := range spec.Extensions() {
		for _, c := range []struct{ key, name string }{
			{http.CanonicalHeaderKey("ce-" + a.Name), a.Name},
			{"CE-" + a.Name, a.Name},
			{http.CanonicalHeaderKey("ce-"+a.Name) + "1", a.Name + "1"},
			{http.CanonicalHeaderKey("ce-x" + a.Name), "x" + a.Name},
			{http.CanonicalHeaderKey("ce-" + a.Name[1:]), a.Name[1:]},
			{"Ce-" + string(a.Name[0]-'a'+'0') + a.Name[1:], ""}, // another first byte, legal or not
		} {
			h := binaryHeader()
			h[c.key] = []string{"v"}
			e, err := cehttp.FromHeader(h)
			switch {
			case c.name == "" && err == nil && len(e.Extensions) == 1 && e.Extensions[0].Name == a.Name:
				t.Errorf("%s is read as %s", c.key, a.Name)
			case c.name != "" && (err != nil || len(e.Extensions) != 1 || e.Extensions[0] != cloudevents.Extension{Name: c.name, Value: cloudevents.StringValue("v")}):
				t.Errorf("%s is read as %v, %v; want %s", c.key, e.Extensions, err, c.name)
			}
		}
	}
}

// One name under two keys is a duplicate, documented or not.
func TestDocumentedExtensionTwice(t *testing.T) {
	for _, name := range []string{"partitionkey", "partitionkex"} {
		h := binaryHeader()
		h[http.CanonicalHeaderKey("ce-"+name)], h["ce-"+name] = []string{"v"}, []string{"v"}
		if e, err := cehttp.FromHeader(h); err == nil {
			t.Errorf("%s twice is read as %v", name, e.Extensions)
		}
	}
}

// A percent sign of any text is escaped, also of a URI, which has it for its own escapes.
func TestPercentSignsAreEscaped(t *testing.T) {
	for _, c := range []struct {
		source, dataSchema, want, wantSchema string
	}{
		{"%41", "", "%2541", ""},
		{"/a%20b", "", "/a%2520b", ""},
		{"/a", "https://example.com/%41", "/a", "https://example.com/%2541"},
		{"/%25", "urn:a%2fb", "/%2525", "urn:a%252fb"},
	} {
		e := minimal()
		e.Source, e.DataSchema = c.source, c.dataSchema
		h := http.Header{}
		if err := cehttp.SetHeader(h, &e); err != nil {
			t.Fatal(err)
		}
		if h.Get("Ce-Source") != c.want || h.Get("Ce-Dataschema") != c.wantSchema {
			t.Errorf("%s and %s are %v", c.source, c.dataSchema, h)
		}
		back, err := cehttp.DecodeMessage(h, nil, nil)
		if err != nil || back.Source != c.source || back.DataSchema != c.dataSchema {
			t.Errorf("%s and %s come back as %s and %s: %v", c.source, c.dataSchema, back.Source, back.DataSchema, err)
		}
	}
}

// The keys of a header need not be canonical to tell an event.
func TestIsCloudEventInAnySpelling(t *testing.T) {
	for _, c := range []struct {
		header     http.Header
		one, batch bool
	}{
		{http.Header{"ce-specversion": {"1.0"}}, true, false},
		{http.Header{"CE-SpecVersion": {"1.0"}}, true, false},
		{http.Header{"ce-specversion": {}}, false, false},
		{http.Header{"content-type": {"application/cloudevents+json"}}, true, false},
		{http.Header{"CONTENT-TYPE": {"application/cloudevents-batch+json"}}, false, true},
		{http.Header{"content-type": {"text/plain"}, "ce-specversion": {"1.0"}}, true, false},
		{http.Header{"content-type": {"application/cloudevents+json"}, "Content-Type": {"text/plain"}, "ce-specversion": {"1.0"}}, false, false},
		{http.Header{"x-ce-specversion": {"1.0"}}, false, false},
	} {
		if one, batch := cehttp.IsCloudEvent(c.header), cehttp.IsCloudEventBatch(c.header); one != c.one || batch != c.batch {
			t.Errorf("%v: %v, %v", c.header, one, batch)
		}
	}
}
