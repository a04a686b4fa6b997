package cloudevents_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// checkLinear fails if f costs more than eight times as much for eight times the
// size. A slice that grows by doubling may have grown once more, which doubles
// the bytes at most; what is quadratic grows by 64.
func checkLinear(t *testing.T, make func(n int) func()) {
	t.Helper()
	const n = 2000
	if alloctest.RaceDetector {
		make(n)()
		return
	}
	allocs1, bytes1 := alloctest.Cost(make(n))
	allocs8, bytes8 := alloctest.Cost(make(8 * n))
	if allocs8 > 9*allocs1+100 {
		t.Errorf("%d allocations for n, %d for 8n", allocs1, allocs8)
	}
	if bytes8 > 17*bytes1+8192 {
		t.Errorf("%d bytes for n, %d for 8n", bytes1, bytes8)
	}
	t.Logf("%d to %d allocations, %d to %d bytes", allocs1, allocs8, bytes1, bytes8)
}

// members joins n members; %d is the number of each.
func members(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		if strings.Contains(format, "%") {
			fmt.Fprintf(&b, format, n-i)
		} else {
			b.WriteString(format)
		}
	}
	return b.String()
}

func TestLinearDecode(t *testing.T) {
	repeat := func(format, unit string) func(int) string {
		return func(n int) string { return event(fmt.Sprintf(format, strings.Repeat(unit, n))) }
	}
	each := func(format string) func(int) string {
		return func(n int) string { return event(members(n, format)) }
	}
	tests := []struct {
		name     string
		document func(n int) string
		accepted bool
	}{
		{"extensions in descending order", each(`"e%06d":1`), true},
		{"extensions with text", each(`"e%06d":"text"`), true},
		{"extensions with escapes", each(`"\u0065%06d":"\u00e9"`), true},
		{"nulls", each(`"e%06d":null`), true},
		{"one extension again and again", each(`"ext":1`), false},
		{"one extension again and again, escaped", each(`"\u0065xt":1`), false},
		{"one core attribute again and again", each(`"id":"1"`), false},
		{"data again and again", each(`"data":1`), false},
		{"illegal names", each(`"E%06d":1`), false},
		{"illegal values", each(`"e%06d":1.5`), false},
		{"the wrong type", each(`"e%06d":[]`), false},
		{"control characters in values", each(`"e%06d":"\u0000"`), false},
		{"unpaired surrogates", each(`"e%06d":"\ud800"`), false},
		{"a long name", repeat(`"%s":1`, "a"), true},
		{"a long name of escapes", repeat(`"%s":1`, `\u0061`), true},
		{"a long illegal name", repeat(`"%s":1`, "A"), false},
		{"a long attribute", repeat(`"subject":"%s"`, "a"), true},
		{"a long attribute of escapes", repeat(`"subject":"%s"`, `\u00e9`), true},
		{"a long attribute of surrogate pairs", repeat(`"subject":"%s"`, `\ud83d\ude00`), true},
		{"a long attribute that is illegal", repeat(`"dataschema":"%s"`, "/"), false},
		{"a long number as an attribute", repeat(`"ext":%s`, "1"), false},
		{"a long number with a fraction", repeat(`"ext":1.%s`, "1"), false},
		{"a long number as data", repeat(`"data":%s`, "1"), true},
		{"text of escapes", repeat(`"datacontenttype":"text/plain","data":"%s"`, `\n`), true},
		{"JSON of escapes", repeat(`"data":"%s"`, `\n`), true},
		{"base64", func(n int) string {
			return event(`"data_base64":"` + base64.StdEncoding.EncodeToString(make([]byte, n)) + `"`)
		}, true},
		{"base64 with escapes", repeat(`"data_base64":"%s"`, `\/\/\/\/`), true},
		{"base64 that is none", repeat(`"data_base64":"%s"`, `\n\n\n\n`), false},
		{"nested data", func(n int) string { return event(`"data":` + nested(n)) }, true},
		{"nested data that is not closed", func(n int) string { return `{"data":` + strings.Repeat(`[`, n) }, false},
		{"a nested attribute", func(n int) string { return event(`"ext":` + nested(n)) }, false},
		{"a long content type", repeat(`"datacontenttype":"text/plain%s","data":""`, ";a=b"), true},
		{"a content type with quoted parameters", repeat(`"datacontenttype":"text/plain%s","data":"é"`, `;a=\"\\\\b\"`), true},
		{"fraction digits", repeat(`"time":"2024-01-01T00:00:00.%sZ"`, "1"), true},
		{"white space", func(n int) string { return strings.Repeat(" ", n) + event("") + strings.Repeat("\n", n) }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkLinear(t, func(n int) func() {
				document := []byte(tt.document(n))
				return func() {
					_, err := unlimited.Decode(document)
					if (err == nil) != tt.accepted {
						t.Fatalf("accepted: %t (%.200v)", err == nil, err)
					}
					if err != nil {
						_ = err.Error()
					}
				}
			})
		})
	}
}

func TestLinearDecodeBatch(t *testing.T) {
	tests := []struct {
		name     string
		document func(n int) string
		accepted bool
	}{
		{"tiny events", events, true},
		{"a tiny event and a long one", func(n int) string {
			return "[" + minimalDocument + "," + event(`"subject":"`+strings.Repeat("a", 50*n)+`"`) + "]"
		}, true},
		{"a long event and tiny ones", func(n int) string {
			return "[" + event(`"subject":"`+strings.Repeat("a", n)+`"`) + "," + events(n)[1:]
		}, true},
		{"the last event is bad", func(n int) string { return strings.TrimSuffix(events(n), "]") + ",{}]" }, false},
		{"the bracket is missing", func(n int) string { return strings.TrimSuffix(events(n), "]") }, false},
		{"no events", func(n int) string { return "[" + strings.Repeat("{},", n) + "{}]" }, false},
		{"a tiny event and something else", func(n int) string { return "[" + minimalDocument + strings.Repeat(",0", n) + "]" }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkLinear(t, func(n int) func() {
				document := []byte(tt.document(n))
				return func() {
					if _, err := unlimited.DecodeBatch(document); (err == nil) != tt.accepted {
						t.Fatalf("accepted: %t (%v)", err == nil, err)
					}
				}
			})
		})
	}
}

func TestLinearEncode(t *testing.T) {
	many := func(n int, name func(i int) string) cloudevents.Event {
		e := minimal()
		for i := range n {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name(i), Value: cloudevents.StringValue("\"")})
		}
		return e
	}
	tests := []struct {
		name  string
		event func(n int) cloudevents.Event
	}{
		{"extensions", func(n int) cloudevents.Event { return many(n, func(i int) string { return fmt.Sprintf("e%06d", i) }) }},
		{"extensions in descending order", func(n int) cloudevents.Event { return many(n, func(i int) string { return fmt.Sprintf("e%06d", n-i) }) }},
		{"duplicates", func(n int) cloudevents.Event { return many(n, func(int) string { return "e" }) }},
		{"pairs of duplicates", func(n int) cloudevents.Event { return many(n, func(i int) string { return fmt.Sprintf("e%06d", i/2) }) }},
		{"illegal names", func(n int) cloudevents.Event { return many(n, func(int) string { return "E" }) }},
		{"nested data", func(n int) cloudevents.Event {
			e := minimal()
			e.DataContentType, e.Data = "application/json", []byte(nested(n))
			return e
		}},
		{"text of quotes", func(n int) cloudevents.Event {
			e := minimal()
			e.DataContentType, e.Data = "text/plain", []byte(strings.Repeat("\x00", n))
			return e
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkLinear(t, func(n int) func() {
				e := tt.event(n)
				return func() {
					if _, err := cloudevents.AppendJSON(nil, &e); err != nil {
						_ = err.Error()
					}
					e.Clone()
					_ = e.String()
					e.LogValue()
				}
			})
		})
	}
}
