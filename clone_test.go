package cloudevents_test

import (
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
)

// memory hands out strings whose bytes can be overwritten.
type memory [][]byte

func (m *memory) string(s string) string {
	b := []byte(s)
	*m = append(*m, b)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func (m *memory) overwrite() {
	for _, b := range *m {
		for i := range b {
			b[i] = '#'
		}
	}
}

func TestCloneSharesNothing(t *testing.T) {
	var m memory
	e := full()
	for _, field := range []*string{&e.ID, &e.Source, &e.Type, &e.Subject, &e.DataContentType, &e.DataSchema} {
		*field = m.string(*field)
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		x.Name = m.string(x.Name)
		if x.Value.Type() == cloudevents.StringValue("").Type() {
			x.Value = cloudevents.StringValue(m.string(x.Value.String()))
		}
	}
	e.Extensions = append(e.Extensions,
		cloudevents.Extension{Name: m.string("uri"), Value: cloudevents.URIValue(m.string("urn:a"))},
		cloudevents.Extension{Name: m.string("uriref"), Value: cloudevents.URIReferenceValue(m.string("/a"))})
	want, err := cloudevents.AppendJSON(nil, &e)
	if err != nil {
		t.Fatal(err)
	}

	c := e.Clone()
	if d := diff(e, c); d != "" {
		t.Fatalf("the clone differs:\n%s", d)
	}
	m.overwrite()
	for i := range e.Data {
		e.Data[i] = '#'
	}
	clear(e.Extensions)
	if got, err := cloudevents.AppendJSON(nil, &c); err != nil || string(got) != string(want) {
		t.Errorf("the clone shares memory: %s (%v)\nwant %s", got, err, want)
	}
	if e.ID == c.ID {
		t.Error("nothing was overwritten, so that this test proves nothing")
	}
}

func TestCloneOfDecoded(t *testing.T) {
	document := []byte(fullDocument)
	var d cloudevents.JSONDecoder
	e, err := d.Decode(document)
	if err != nil {
		t.Fatal(err)
	}
	c := e.Clone()
	copy(document, make([]byte, len(document)))
	if d := diff(full(), c); d != "" {
		t.Errorf("the clone shares memory with the document:\n%s", d)
	}
	if cmp.Diff(full(), e) == "" {
		t.Error("the event did not share memory with the document, so that this test proves nothing")
	}
}

func TestCloneKeepsAbsence(t *testing.T) {
	for name, e := range map[string]cloudevents.Event{
		"nil slices":        {},
		"empty slices":      {Extensions: []cloudevents.Extension{}, Data: []byte{}},
		"an invalid event":  {SpecVersion: 9, ID: "\x00", Extensions: named("bab")},
		"the first instant": decode(t, event(`"time":"0001-01-01T00:00:00Z"`)),
	} {
		c := e.Clone()
		if d := diff(e, c); d != "" { // cmp tells nil from empty
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

// An empty slice must not keep the array behind it alive.
func TestCloneOfEmptyData(t *testing.T) {
	array := make([]byte, 8)
	e := cloudevents.Event{Data: array[:0]}
	c := e.Clone()
	if unsafe.SliceData(c.Data) == unsafe.SliceData(array) {
		t.Error("empty data of the clone points into the array of the original")
	}
}
