package ceavro_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// values returns the document of an event with JSON data of every kind.
func values(t *testing.T) []byte {
	e := full()
	e.Data = []byte(`{"a":{"b":[{"c":1.5,"d":"\n"}],"e":{"f":{"g":null}}},"h":true}`)
	return encoded(t, codecs[0], e)
}

// No part of a document is one.
func TestTruncation(t *testing.T) {
	for _, c := range codecs {
		bodies := [][]byte{encoded(t, c, full()), values(t)}
		if c.name == "Compact" {
			bodies = bodies[:1]
		}
		for _, b := range bodies {
			for n := range b {
				_, err := c.decode(b[:n])
				var syntax *cloudevents.SyntaxError
				if !errors.As(err, &syntax) || syntax.Offset > n {
					t.Errorf("%s: %d bytes: %v", c.name, n, err)
				}
			}
		}
	}
}

// Every byte may be any byte.
func TestAnyByte(t *testing.T) {
	for _, c := range codecs {
		bodies := [][]byte{encoded(t, c, full()), values(t)}
		for _, b := range bodies {
			for i := range b {
				was := b[i]
				for v := range 256 {
					b[i] = byte(v)
					if e, err := c.decode(b); err == nil && e.Validate() != nil {
						t.Fatalf("%s: %q is accepted as an invalid event", c.name, b)
					}
				}
				b[i] = was
			}
		}
	}
}

// Lengths and counts that claim what is not there cost nothing.
func TestClaims(t *testing.T) {
	rest := strings.Repeat("x", 1000)
	for _, claim := range []int64{1 << 10, 1 << 31, 1 << 32, 1 << 62, math.MaxInt64, -1, -1 << 31, -math.MaxInt64, math.MinInt64} {
		length := long(claim) + rest
		for name, body := range map[string]string{
			"attributes":       length,
			"size of block":    long(-1) + length,
			"name":             long(1) + length,
			"string":           long(1) + str("x") + long(3) + length,
			"bytes":            long(1) + str("x") + long(4) + length,
			"next block":       strings.TrimSuffix(document(""), long(0)) + length,
			"data":             document(long(0) + length),
			"data string":      document(long(6) + length),
			"map":              document(long(3) + length),
			"array":            document(long(4) + length),
			"map in array":     document(long(4) + long(1) + length),
			"name in map":      document(long(3) + long(1) + length),
			"string in map":    document(long(3) + long(1) + entry("x", 4, length)),
			"size of an array": document(long(4) + long(-1) + length),
		} {
			refuses(t, fmt.Sprintf("%s of %d", name, claim), func() error {
				_, err := ceavro.Decode([]byte(body))
				return err
			})
		}
		for name, body := range map[string]string{
			"id":         length,
			"subject":    str("1") + str("/s") + str("t") + long(0) + long(0) + long(1) + length,
			"extensions": strings.TrimSuffix(compact(""), long(0)) + length,
			"string":     compact("", entry("x", 3, length)),
			"data":       compact(long(0) + length),
		} {
			refuses(t, fmt.Sprintf("compact %s of %d", name, claim), func() error {
				_, err := ceavro.DecodeCompact([]byte(body))
				return err
			})
		}
	}
}

func refuses(t *testing.T, name string, decode func() error) {
	t.Helper()
	var err error
	n := alloctest.Least(func() { err = decode() })
	var syntax *cloudevents.SyntaxError
	if !errors.As(err, &syntax) || n > 8<<10 {
		t.Errorf("%s: %d bytes allocated: %v", name, n, err)
	}
}

// nested returns a map of data with that many levels.
func nested(levels int) string {
	var b strings.Builder
	for i := range levels - 1 {
		b.WriteString(long(1) + str("a"))
		if i == 0 || i%2 == 1 { // in the first map and in that of a record
			b.WriteString(long(2))
		}
	}
	return b.String() + strings.Repeat(long(0), levels)
}

func TestLimits(t *testing.T) {
	attributes := func(n int) (all []string) {
		for i := range n {
			all = append(all, entry(fmt.Sprintf("x%d", i), 2, long(int64(i))))
		}
		return all
	}
	nulls := make([]string, 3)
	for i := range nulls {
		nulls[i] = entry(fmt.Sprintf("x%d", i), 0, "")
	}
	depth := func(n int) string { return document(long(3)+nested(n), isJSON) }
	for _, c := range []struct {
		name  string
		f     ceavro.Format
		body  string
		limit int // 0 is accepted
	}{
		{"levels by default", ceavro.Format{}, depth(1024), 0},
		{"too many levels by default", ceavro.Format{}, depth(1025), 1024},
		{"levels", ceavro.Format{MaxDepth: 3}, depth(3), 0},
		{"too many levels", ceavro.Format{MaxDepth: 3}, depth(4), 3},
		{"levels without a limit", ceavro.Format{MaxDepth: -1}, depth(1 << 20), 0},
		{"an array is a level", ceavro.Format{MaxDepth: 1}, document(long(4)+long(1)+long(0)+long(0), isJSON), 1},
		{"attributes by default", ceavro.Format{}, document(noData, attributes(996)...), 0},
		{"too many attributes by default", ceavro.Format{}, document(noData, attributes(997)...), 1000},
		{"attributes", ceavro.Format{MaxAttributes: 6}, document(noData, attributes(2)...), 0},
		{"too many attributes", ceavro.Format{MaxAttributes: 6}, document(noData, attributes(3)...), 6},
		{"nulls count", ceavro.Format{MaxAttributes: 6}, document(noData, nulls...), 6},
		{"attributes without a limit", ceavro.Format{MaxAttributes: -1}, document(noData, attributes(5000)...), 0},
		{"an implied content type", ceavro.Format{MaxAttributes: 5}, document("\x04\x01"), 0},
		{"an implied content type too many", ceavro.Format{MaxAttributes: 4}, document("\x04\x01"), 4},
		{"too few for what is required", ceavro.Format{MaxAttributes: 3}, document(noData), 3},
	} {
		_, err := c.f.DecodeStructuredModeMessage([]byte(c.body), "")
		checkLimit(t, c.name, c.limit, err)
	}
	for _, c := range []struct {
		name  string
		f     ceavro.Compact
		body  string
		limit int
	}{
		{"compact attributes", ceavro.Compact{MaxAttributes: 6}, compact(noData, entry("a", 0, "\x01"), entry("b", 2, long(5))), 0},
		{"too many compact attributes", ceavro.Compact{MaxAttributes: 5}, compact(noData, entry("a", 0, "\x01"), entry("b", 2, long(5))), 5},
		{"too few for what is required in compact", ceavro.Compact{MaxAttributes: 3}, compact(noData), 3},
		{"compact time", ceavro.Compact{MaxAttributes: 4}, str("1") + str("/s") + str("t") + "\x00\x00\x00\x02\x00\x00\x02", 4},
	} {
		_, err := c.f.DecodeStructuredModeMessage([]byte(c.body), "")
		checkLimit(t, c.name, c.limit, err)
	}
}

func checkLimit(t *testing.T, name string, limit int, err error) {
	t.Helper()
	var limitErr *cloudevents.LimitError
	var syntax *cloudevents.SyntaxError
	switch {
	case limit == 0 && err != nil:
		t.Errorf("%s: %v", name, err)
	case limit != 0 && (!errors.As(err, &limitErr) || limitErr.Limit != limit || !errors.As(err, &syntax)):
		t.Errorf("%s: %v, want a limit of %d", name, err, limit)
	}
}

// shapes are documents with n parts that may be costly.
func shapes() map[string]func(n int) []byte {
	each := func(part func(i int) string) func(n int) (all []string) {
		return func(n int) (all []string) {
			for i := range n {
				all = append(all, part(n-i))
			}
			return all
		}
	}
	name := func(i int) string { return fmt.Sprintf("e%06d", i) }
	attributes := func(part func(i int) string) func(n int) []byte {
		return func(n int) []byte { return []byte(document(noData, each(part)(n)...)) }
	}
	data := func(part func(i int) string) func(n int) []byte { // one block
		return func(n int) []byte {
			return []byte(document(long(3)+long(int64(n))+strings.Join(each(part)(n), "")+long(0), isJSON))
		}
	}
	blocks := func(part func(i int) string) func(n int) []byte { // a block for each
		return func(n int) []byte {
			return []byte(document(long(3)+long(1)+strings.Join(each(part)(n), long(1))+long(0), isJSON))
		}
	}
	return map[string]func(n int) []byte{
		"attributes in descending order": attributes(func(i int) string { return entry(name(i), 3, str("x")) }),
		"Integers":                       attributes(func(i int) string { return entry(name(i), 2, long(1e6)) }),
		"Binaries":                       attributes(func(i int) string { return entry(name(i), 4, str("abc")) }),
		"one attribute again and again":  attributes(func(int) string { return entry("x", 3, str("x")) }),
		"nulls":                          attributes(func(i int) string { return entry(name(i), 0, "") }),
		"one null again and again":       attributes(func(int) string { return entry("x", 0, "") }),
		"illegal names":                  attributes(func(i int) string { return entry(strings.ToUpper(name(i)), 3, "") }),
		"members":                        data(func(i int) string { return entry(name(i), 3, "12345678") }),
		"members that are null":          data(func(i int) string { return entry(name(i), 0, "") }),
		"one member again and again":     data(func(int) string { return entry("", 0, "") }),
		"members in blocks":              blocks(func(i int) string { return entry(name(i), 0, "") }),
		"strings":                        data(func(i int) string { return entry(name(i), 4, str("x\ny")) }),
		"empty objects": func(n int) []byte {
			return []byte(document(long(4)+long(int64(n))+strings.Repeat(long(0), n)+long(0), isJSON))
		},
		"levels":                 func(n int) []byte { return []byte(document(long(3)+nested(n), isJSON)) },
		"levels that do not end": func(n int) []byte { return []byte(document(long(3)+strings.TrimRight(nested(n), "\x00"), isJSON)) },
	}
}

// Eight times the input costs eight times as much.
func TestLinear(t *testing.T) {
	f := ceavro.Format{MaxAttributes: -1, MaxDepth: -1}
	for what, shape := range shapes() {
		cost := func(n int) (allocations, size uint64) {
			body := shape(n)
			decode := func() { _, _ = f.DecodeStructuredModeMessage(body, "") }
			return alloctest.Cost(decode)
		}
		const n = 2000
		allocs1, bytes1 := cost(n)
		allocs8, bytes8 := cost(8 * n)
		if allocs8 > 9*allocs1+100 || bytes8 > 17*bytes1+8192 {
			t.Errorf("%s: %d to %d allocations, %d to %d bytes", what, allocs1, allocs8, bytes1, bytes8)
		}
	}
}

// An event needs no more than three times the memory of its document, with the limits of
// the zero value.
func TestAmplification(t *testing.T) {
	longText := strings.Repeat("x", 1<<20)
	bodies := map[string][]byte{
		"a long string":      []byte(document(noData, entry("x", 3, str(longText)))),
		"a long Binary":      []byte(document(noData, entry("x", 4, str(longText)))),
		"a long name":        []byte(document(noData, entry(longText, 3, str("")))),
		"long data":          []byte(document(long(0) + str(longText))),
		"long text":          []byte(document(long(6)+str(longText), isText)),
		"a long JSON string": []byte(document(long(6)+str(longText), isJSON)),
		"quotes":             []byte(document(long(6)+str(strings.Repeat(`"`, 1<<20)), isJSON)),
		"malformed at end":   []byte(document(long(0)+str(longText)) + "x"),
		"compact data":       []byte(compact(long(0) + str(longText))),
		"doubles":            []byte(document(long(4)+long(1<<17)+strings.Repeat(long(1)+entry("a", 4, "\x99\x99\x99\x99\x99\x99\xb9\xbf")+long(0), 1<<17)+long(0), isJSON)),
	}
	for name, shape := range shapes() {
		bodies[name] = shape(1 << 17)
	}
	for name, body := range bodies {
		n := alloctest.Least(func() { _, _ = ceavro.Decode(body) })
		if name == "compact data" {
			n = alloctest.Least(func() { _, _ = ceavro.DecodeCompact(body) })
		}
		if n > uint64(3*len(body)+64<<10) {
			t.Errorf("%s: %d bytes allocated for %d", name, n, len(body))
		}
	}
	controls := []byte(document(long(6)+str(strings.Repeat("\x01", 1<<20)), isJSON))
	if n := alloctest.Least(func() { _, _ = ceavro.Decode(controls) }); n > uint64(6*len(controls)+8192) {
		t.Errorf("control characters: %d bytes allocated for %d", n, len(controls))
	}
}

// What encodes JSON does no more work for JSON that it cannot encode.
func TestEncodeLinear(t *testing.T) {
	for name, part := range map[string]func(n int) string{
		"levels":            func(n int) string { return strings.Repeat(`{"a":`, n) + "{}" + strings.Repeat("}", n) },
		"arrays":            func(n int) string { return strings.Repeat(`[`, n) },
		"one name":          func(n int) string { return "{" + strings.Repeat(`"a":1,`, n) + `"a":1}` },
		"names and a fault": func(n int) string { return `{"x":{` + numbered(n) + `}` },
		"names":             func(n int) string { return `{` + numbered(n) + `}` },
	} {
		cost := func(n int) uint64 {
			e := formattest.Minimal()
			e.DataContentType, e.Data = "application/json", []byte(part(n))
			dst := make([]byte, 0, 8*len(e.Data))
			return alloctest.Least(func() { _, _ = ceavro.Append(dst, &e) })
		}
		if one, eight := cost(2000), cost(16000); eight > 17*one+8192 {
			t.Errorf("%s: %d to %d bytes", name, one, eight)
		}
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"m%d":true,`, i)
	}
	return strings.TrimSuffix(b.String(), ",")
}

// An error about a value does not have more of it than an excerpt.
func TestErrorsAreShort(t *testing.T) {
	bad := strings.Repeat("\xff", 120)
	for _, body := range []string{
		document(noData, entry("x", 3, str(bad))),
		document(noData, entry(bad, 3, str(""))),
		document(noData, entry(bad, 0, "")),
		document(long(6)+str("secret"+bad), isText),
		document(long(3)+long(1)+entry("secret"+bad, 0, "")+long(0), isJSON),
		document(long(3)+long(1)+entry("x", 4, str("secret"+bad))+long(0), isJSON),
		document(long(3)+long(0), isText),
	} {
		_, err := ceavro.Decode([]byte(body))
		if err == nil || len(err.Error()) > 500 || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
}
