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
