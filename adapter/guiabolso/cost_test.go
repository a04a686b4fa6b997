package guiabolso_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/adapter/guiabolso"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/validation"
)

func numbered(n int, format string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, (i*7919)%n)
	}
	return strings.Join(all, ",")
}

// costOfReading returns how many bytes are allocated for reading an event, and its error.
func costOfReading(b []byte) (cost uint64, err error) {
	cost = alloctest.Least(func() {
		var m guiabolso.Message
		if m, err = guiabolso.Decode(b); err == nil {
			_, err = guiabolso.ToCloudEvent(&m)
		}
	})
	return cost, err
}

// A message costs about ten times its size at most, whatever members it has.
func TestMessagesCostLittle(t *testing.T) {
	const n = 9973 // a prime number
	for name, document := range map[string]string{
		"unknown members":  envelope(`,"metadata":{},` + numbered(n, `"x%d":1`)),
		"unknown metadata": envelope(`,"metadata":{` + numbered(n, `"x%d":1`) + "}"),
		"attributes":       envelope(`,"metadata":{"cloudevents":{` + numbered(n, `"x%d":1`) + "}}"),
		"a long origin":    envelope(`,"metadata":{"origin":"` + strings.Repeat(" ", 100_000) + `"}`),
	} {
		t.Run(name, func(t *testing.T) {
			b := []byte(document)
			cost, err := costOfReading(b)
			if (err != nil) != (name == "attributes") {
				t.Error(err)
			}
			if cost > uint64(12*len(b)) {
				t.Errorf("%.1f bytes are allocated for each of %d", float64(cost)/float64(len(b)), len(b))
			}
		})
	}
}

// An event has no more attributes than its next decoder takes.
func TestToCloudEventLimitsAttributes(t *testing.T) {
	for _, c := range []struct {
		n  int
		ok bool
	}{{900, true}, {1000, false}, {2000, false}} {
		m, err := guiabolso.Decode([]byte(envelope(`,"metadata":{"cloudevents":{` + numbered(c.n, `"x%d":1`) + "}}")))
		if err != nil {
			t.Fatal(err)
		}
		e, err := guiabolso.ToCloudEvent(&m)
		var limit *cloudevents.LimitError
		if c.ok != (err == nil) || !c.ok && !errors.As(err, &limit) {
			t.Fatalf("%d attributes: %v", c.n, err)
		}
		if err != nil {
			continue
		}
		b, err := cloudevents.AppendJSON(nil, &e)
		if err == nil {
			_, err = new(cloudevents.JSONDecoder).Decode(b)
		}
		if err != nil {
			t.Errorf("%d attributes are not decoded again: %v", c.n, err)
		}
	}
}

// The error about a member that is there twice has the offset of the second one, which is the
// first of its kind, in whatever order the names are.
func TestDuplicateMembers(t *testing.T) {
	for _, c := range []struct{ members, name string }{
		{`"b":1,"a":2,"b":3`, "b"},
		{`"b":1,"a":2,"a":3,"b":4`, "a"},
		{`"a":1,"b":2,"b":3,"a":4,"a":5`, "b"},
		{`"c":1,"\u0061":2, "a" :3`, "a"},
		{`"z":1,"y":2,"x":{"x":1,"x":2},"y":3`, "y"},
	} {
		document := envelope("," + c.members)
		_, err := guiabolso.Decode([]byte(document))
		var place *cloudevents.SyntaxError
		if !errors.As(err, &place) || !errors.Is(err, validation.ErrDuplicate) {
			t.Errorf("%s: %v", c.members, err)
			continue
		}
		if rest := document[place.Offset:]; !strings.HasPrefix(rest, `"`+c.name+`"`) {
			t.Errorf("%s: %v, at %s", c.members, err, rest)
		}
	}
	m := guiabolso.Message{Name: "a", ID: "1", FlowID: "f", Others: []guiabolso.Member{
		{Name: "b", Value: []byte("1")}, {Name: "a", Value: []byte("1")}, {Name: "b", Value: []byte("1")},
	}}
	if _, err := guiabolso.AppendMessage(nil, &m); !errors.Is(err, validation.ErrDuplicate) || !strings.Contains(err.Error(), `"b"`) {
		t.Error(err)
	}
}
