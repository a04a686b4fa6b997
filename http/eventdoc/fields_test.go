package eventdoc_test

import (
	"context"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/http/eventdoc"
)

type line struct {
	SKU   string `json:"sku" doc:"Number of the article." example:"tea-250"`
	Count int    `json:"count,omitempty" doc:"How many <b>pieces</b>. 1 if it is left out." example:"2"`
}

type cart struct {
	ID    string `json:"id" doc:"Number of the cart."`
	Lines []line `json:"lines"`
}

// The tags of a type give the descriptions of its fields, and their examples.
func TestTags(t *testing.T) {
	var m dispatch.Mux
	route := dispatch.Consume("t", func(context.Context, *cloudevents.Event, cart) error { return nil })
	route.Out = dispatch.EventDoc{Event: cloudevents.Event{Type: "r"}, Data: line{}}
	if err := m.Handle(route); err != nil {
		t.Fatal(err)
	}
	page := get(t, newPage(t, &m), nil).Body.String()
	for _, want := range []string{
		`<code>id</code></th><td>string</td><td>required</td><td>Number of the cart.</td>`,
		`<code>lines</code></th><td>array of object or null</td><td>required</td><td></td>`,
		`<code>lines[].sku</code></th><td>string</td><td>required</td><td>Number of the article.</td>`,
		`<code>lines[].count</code></th><td>integer</td><td>optional</td><td>How many &lt;b&gt;pieces&lt;/b&gt;. 1 if it is left out.</td>`,
		`<code>count</code></th><td>integer</td><td>optional</td>`, // of the reply
		`&#34;id&#34;: &#34;A-1042&#34;`, `&#34;sku&#34;: &#34;tea-250&#34;`, `&#34;count&#34;: 2`,
		`&#34;description&#34;: &#34;Number of the cart.&#34;`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not shown", want)
		}
	}
	if fields, schema := strings.Index(page, "Fields of the data"), strings.Index(page, "JSON Schema of the data"); fields < 0 || fields > schema {
		t.Error("the fields are behind the schema")
	}
}

// A tag that is no value of its field is a mistake of the program.
func TestWrongTag(t *testing.T) {
	type wrong struct {
		Count int `json:"count" example:"two"`
	}
	for name, route := range map[string]dispatch.Route{
		"In":  dispatch.Consume("t", func(context.Context, *cloudevents.Event, wrong) error { return nil }),
		"Out": {Type: "t", Handler: ok, Out: dispatch.EventDoc{Event: cloudevents.Event{Type: "r"}, Data: &wrong{}}},
	} {
		var m dispatch.Mux
		if err := m.Handle(route); err != nil {
			t.Fatal(err)
		}
		if _, err := eventdoc.New(&m); err == nil || !strings.Contains(err.Error(), `field count: "two"`) || !strings.Contains(err.Error(), "("+name+")") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
