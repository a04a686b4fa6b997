package cloudevents_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
)

type placed struct {
	Item  string         `json:"item"`
	Count int            `json:"count"`
	Tags  []string       `json:"tags"`
	Kinds map[int]string `json:"kinds"`
}

// inner has a method with an error about another document.
type inner struct{}

func (*inner) UnmarshalJSON([]byte) error { return json.Unmarshal([]byte("[1, 2, x]"), new([]int)) }

// own has a method with an error of its own.
type own struct{}

func (*own) UnmarshalJSON([]byte) error { return errors.New("no") }

// The error of DataAs has the position of the byte that is wrong, and not of the one after
// it.
func TestDataAsPointsAtTheByte(t *testing.T) {
	for _, c := range []struct {
		reason, data string
		at           string // the rest of data from the byte on; "-" is no position
	}{
		{"a letter", `{"item": x}`, `x}`},
		{"the first byte", `x`, `x`},
		{"the last byte", `{"item"}`, `}`},
		{"trailing bytes", `{"item":"tea"} x`, `x`},
		{"cut off", `{"item":"te`, ``},
		{"nothing", ` `, ``},
		{"a string for a number", `{"item":"a\"b", "count": "two", "tags":[]}`, `"two", "tags":[]}`},
		{"a number for a string", `{"item":-1.5e3}`, `-1.5e3}`},
		{"a number that is no integer", `{"count": 1.5 }`, `1.5 }`},
		{"a bool", `{"count":true}`, `true}`},
		{"an array", `{"item":"x","count":[1,2]}`, `[1,2]}`},
		{"an object", `{"tags":{"a":1}}`, `{"a":1}}`},
		{"in an array", `{"tags":["a",2,"c"]}`, `2,"c"]}`},
		{"a key", `{"kinds":{"1":"a","x":"b"}}`, `"x":"b"}}`},
		{"the whole document", ` "secret"`, `"secret"`},
		{"invalid UTF-8", "{\"item\":\"a\xff\"}", "\xff\"}"},
	} {
		e := cloudevents.Event{DataContentType: "application/json", Data: []byte(c.data)}
		_, err := cloudevents.DataAs[placed](&e)
		var place *cloudevents.SyntaxError
		if !errors.As(err, &place) {
			t.Errorf("%s: no position: %v", c.reason, err)
			continue
		}
		if place.Offset > len(c.data) || c.data[place.Offset:] != c.at {
			t.Errorf("%s: offset %d, want %d", c.reason, place.Offset, len(c.data)-len(c.at))
		}
		if !strings.Contains(err.Error(), fmt.Sprintf(" at offset %d (", place.Offset)) {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
}

// A position in another document is none in this one.
func TestDataAsHasNoForeignPosition(t *testing.T) {
	e := cloudevents.Event{DataContentType: "application/json", Data: []byte(`{"a":[1,2,3,4]}`)}
	_, foreign := cloudevents.DataAs[inner](&e)
	_, other := cloudevents.DataAs[own](&e)
	e.DataContentType = "text/plain"
	_, text := cloudevents.DataAs[placed](&e)
	e.Data = nil
	_, missing := cloudevents.DataAs[placed](&e)
	for _, err := range []error{foreign, other, text, missing} {
		var place *cloudevents.SyntaxError
		if err == nil || errors.As(err, &place) {
			t.Errorf("%v", err)
		}
	}
}
