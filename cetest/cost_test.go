package cetest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cetest"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// A difference costs a multiple of the size of the events, whatever they are.
func TestDiffCostsLittle(t *testing.T) {
	nested := func(depth int, inner string) string {
		return strings.Repeat("[", depth) + inner + strings.Repeat("]", depth)
	}
	many := cetest.Event("t", "")
	for i := range 20_000 {
		many.Extensions = append(many.Extensions, cloudevents.Extension{Name: fmt.Sprintf("x%05d", i), Value: cloudevents.IntegerValue(int32(i))})
	}
	for name, e := range map[string]cloudevents.Event{
		"deep data":               cetest.Event("t", nested(9_000, "1")),
		"much in deep data":       cetest.Event("t", nested(500, strings.Repeat("1,", 10_000)+"1")),
		"deeper than JSON may be": cetest.Event("t", nested(1_000_000, "1")),
		"a long number":           cetest.Event("t", strings.Repeat("1", 1<<20)),
		"members of one name":     cetest.Event("t", "{"+strings.Repeat(`"a":1,`, 50_000)+`"a":1}`),
		"many members":            cetest.Event("t", "["+strings.Repeat("{},", 50_000)+"{}]"),
		"invalid UTF-8":           cetest.Event("t", strings.Repeat("\xff", 1<<18)),
		"many attributes":         many,
	} {
		t.Run(name, func(t *testing.T) {
			other := e.Clone()
			if other.Type = "u"; other.Data != nil {
				other.Data = []byte(strings.Replace(string(e.Data), "1", "2", 1) + " ")
				if string(e.Data) == string(other.Data[:len(e.Data)]) {
					other.Data = append(other.Data, '1')
				}
			}
			size := len(e.Data) + 20*len(e.Extensions) + 1000
			cost := alloctest.Least(func() { cetest.Diff(e, other) })
			if cost > uint64(100*size)+16<<20 {
				t.Errorf("%d bytes are allocated for two events of %d", cost, size)
			}
		})
	}
}
