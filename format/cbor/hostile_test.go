package cecbor_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
)

// A document that is cut is an error, and so is one that goes on.
func TestTruncation(t *testing.T) {
	e := full()
	e.DataContentType, e.Data = "application/cbor", []byte("\xbf\x61a\x9f\x01\x5f\x41a\xff\xf9\x00\x00\xff\xff")
	b := encoded(t, e)
	indefinite := append(append([]byte{0xbf}, b[1:]...), 0xff)
	for _, b := range [][]byte{b, indefinite} {
		if _, err := cecbor.Decode(b); err != nil {
			t.Fatal(err)
		}
		for n := range b {
			_, err := cecbor.Decode(b[:n])
			var syntax *cloudevents.SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset > n || !errors.Is(err, cborscan.UnexpectedEnd) {
				t.Errorf("%d bytes: %v", n, err)
			}
		}
		for c := range 256 {
			if _, err := cecbor.Decode(append(bytes.Clone(b), byte(c))); err == nil {
				t.Errorf("%#x may follow", c)
			}
		}
	}
}

// Every byte may be any byte.
func TestAnyByte(t *testing.T) {
	e := full()
	e.DataContentType, e.Data = "application/cbor", []byte("\xbf\x61a\x9f\x01\x5f\x41a\xff\xf9\x00\x00\xff\xff")
	b := encoded(t, e)
	for i := range b {
		was := b[i]
		for c := range 256 {
			b[i] = byte(c)
			e, err := cecbor.Decode(b)
			if err == nil && e.Validate() != nil {
				t.Fatalf("%q is accepted as an invalid event", b)
			}
		}
		b[i] = was
	}
}

// Lengths that claim what is not there cost nothing.
func TestLengthClaims(t *testing.T) {
	for _, n := range []uint64{0x7fffffff, 0xffffffff, 1 << 32, 1<<62 + 1, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
		for name, document := range map[string][]byte{
			"map":           []byte(claim(cborscan.Map, n) + required),
			"key":           document(claim(cborscan.Text, n) + "x"),
			"text":          document(pair("x", claim(cborscan.Text, n)+"x")),
			"bytes":         document(pair("x", claim(cborscan.Bytes, n)+"x")),
			"chunk":         document(pair("x", "\x5f"+claim(cborscan.Bytes, n)+"x")),
			"array":         document(pair("x", claim(cborscan.Array, n)+"\x01")),
			"tagged":        document(pair("x", "\xc0"+claim(cborscan.Text, n)+"x")),
			"data":          document(pair("data", claim(cborscan.Bytes, n)+"x")),
			"array of data": document(pair("data", claim(cborscan.Array, n)+"\x01")),
			"map of data":   document(pair("data", claim(cborscan.Map, n)+"\x01\x01")),
		} {
			var err error
			size := alloctest.Least(func() { _, err = cecbor.Decode(document) })
			if err == nil || size > 8<<10 {
				t.Errorf("%s of %d: %d bytes allocated: %v", name, n, size, err)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	nested := func(n int) []byte { return document(pair("data", strings.Repeat("\x81", n)+"\x01")) }
	tags := func(n int) []byte { return document(pair("x", strings.Repeat("\xc5", n)+"\x01")) }
	attributes := func(n int) []byte {
		var pairs []string
		for i := range n {
			pairs = append(pairs, pair(fmt.Sprintf("x%d", i), "\x60"))
		}
		return document(pairs...)
	}
	repeated := func(n int, s string) []byte {
		return append(head(cborscan.Map, 4+n), required+strings.Repeat(s, n)...)
	}
	for _, c := range []struct {
		name     string
		format   cecbor.Format
		document []byte
		limit    int // 0 is accepted
	}{
		{"depth by default", cecbor.Format{}, nested(1024), 0},
		{"too deep by default", cecbor.Format{}, nested(1025), 1024},
		{"depth", cecbor.Format{MaxDepth: 3}, nested(3), 0},
		{"too deep", cecbor.Format{MaxDepth: 3}, nested(4), 3},
		{"too deep, empty array", cecbor.Format{MaxDepth: 1}, document(pair("data", "\x81\x80")), 1},
		{"too deep, empty array of indefinite length", cecbor.Format{MaxDepth: 1}, document(pair("data", "\x81\x9f\xff")), 1},
		{"too deep in an attribute", cecbor.Format{MaxDepth: 3}, tags(4), 3},
		{"depth without a limit", cecbor.Format{MaxDepth: -1}, nested(1 << 20), 0},
		{"attributes by default", cecbor.Format{}, attributes(996), 0},
		{"too many attributes by default", cecbor.Format{}, attributes(997), 1000},
		{"attributes", cecbor.Format{MaxAttributes: 6}, attributes(2), 0},
		{"too many attributes", cecbor.Format{MaxAttributes: 6}, attributes(3), 6},
		{"nulls", cecbor.Format{MaxAttributes: 6}, repeated(3, pair("x", "\xf6")), 6},
		{"unfit", cecbor.Format{MaxAttributes: 6}, repeated(3, pair("x", "\x80")), 6},
		{"attributes without a limit", cecbor.Format{MaxAttributes: -1}, attributes(5000), 0},
		{"an implied attribute", cecbor.Format{MaxAttributes: 5}, document(pair("data", "\x01")), 0},
		{"too many with an implied attribute", cecbor.Format{MaxAttributes: 4}, document(pair("data", "\x01")), 4},
		{"no implied attribute", cecbor.Format{MaxAttributes: 4}, document(pair("data", "\x40")), 0},
		{"too few for what is required", cecbor.Format{MaxAttributes: 3}, []byte(minimal), 3},
	} {
		_, err := c.format.DecodeStructuredModeMessage(c.document, "")
		var limit *cloudevents.LimitError
		var syntax *cloudevents.SyntaxError
		switch {
		case c.limit == 0 && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.limit != 0 && (!errors.As(err, &limit) || limit.Limit != c.limit || !errors.As(err, &syntax)):
			t.Errorf("%s: %v, want a limit of %d", c.name, err, c.limit)
		}
	}
	e := formattest.Minimal()
	e.DataContentType, e.Data = "application/cbor", []byte(strings.Repeat("\x81", 1025)+"\x01")
	if _, err := cecbor.Append(nil, &e); !errors.As(err, new(*cloudevents.LimitError)) {
		t.Errorf("encode: %v", err)
	}
}

// Eight times the input costs eight times as much.
func TestLinear(t *testing.T) {
	f := cecbor.Format{MaxAttributes: -1, MaxDepth: -1}
	each := func(part func(i int) string) func(n int) []byte {
		return func(n int) []byte {
			pairs := make([]string, n)
			for i := range n {
				pairs[i] = part(n - i)
			}
			return document(pairs...)
		}
	}
	data := func(part func(n int) string) func(n int) []byte {
		return func(n int) []byte {
			return document(pair("datacontenttype", text("application/json")), pair("data", part(n)))
		}
	}
	name := func(i int) string { return fmt.Sprintf("e%06d", i) }
	for what, documentOf := range map[string]func(n int) []byte{
		"attributes in descending order":   each(func(i int) string { return pair(name(i), text("x")) }),
		"Integers":                         each(func(i int) string { return pair(name(i), "\x19\x01\x00") }),
		"Integers of 64 bits":              each(func(i int) string { return pair(name(i), claim(0, math.MaxUint64)) }),
		"Binaries":                         each(func(i int) string { return pair(name(i), "\x43abc") }),
		"times":                            each(func(i int) string { return pair(name(i), "\xc1\x01") }),
		"times that are not numbers":       each(func(i int) string { return pair(name(i), "\xc1\xf9\x7e\x00") }),
		"URI-references":                   each(func(i int) string { return pair(name(i), "\xd8\x20\x61x") }),
		"chunks":                           each(func(i int) string { return pair(name(i), "\x7f\x61a\x61b\xff") }),
		"nulls":                            each(func(i int) string { return pair(name(i), "\xf6") }),
		"arrays":                           each(func(i int) string { return pair(name(i), "\x80") }),
		"unknown tags":                     each(func(i int) string { return pair(name(i), "\xc9\x01") }),
		"illegal names":                    each(func(i int) string { return pair("E"+name(i), "\x01") }),
		"one attribute again and again":    each(func(int) string { return pair("x", "\x01") }),
		"a core attribute again and again": each(func(int) string { return pair("subject", "\x61x") }),
		"data again and again":             each(func(int) string { return pair("data", "\x01") }),
		"deep arrays": data(func(n int) string {
			return strings.Repeat("\x81", n) + "\x01"
		}),
		"deep maps of indefinite length": data(func(n int) string {
			return strings.Repeat("\xbf\x61a", n) + "\x01" + strings.Repeat("\xff", n)
		}),
		"chunks of data": data(func(n int) string { return "\x7f" + strings.Repeat("\x61a", n) + "\xff" }),
		"floats":         data(func(n int) string { return "\x9f" + strings.Repeat("\xf9\x00\x01", n) + "\xff" }),
		"control characters": data(func(n int) string {
			return "\x81" + text(strings.Repeat("\x01", n))
		}),
		"keys": data(func(n int) string {
			var b strings.Builder
			for i := range n {
				b.WriteString(text(name(n-i)) + "\x01")
			}
			return "\xbf" + b.String() + "\xff"
		}),
		"one key again and again":        data(func(n int) string { return "\xbf" + strings.Repeat("\x60\x01", n) + "\xff" }),
		"one key in chunks again":        data(func(n int) string { return "\xbf" + strings.Repeat("\x7f\x60\x61a\xff\x01", n) + "\xff" }),
		"keys of maps within each other": data(func(n int) string { return strings.Repeat("\xa1\x60", n) + "\x01" }),
	} {
		cost := func(n int) (allocations, size uint64) {
			body := documentOf(n)
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

// An event needs no more than three times the memory of its document, and 64 KiB for what
// may be small attributes, unless its data
// becomes JSON.
func TestAmplification(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	item := strings.Repeat("\x82\x01", 500) + "\x01" // half a level a byte
	many := func(pairOf func(i int) string) []byte {
		var b strings.Builder
		const n = 900
		for i := range n {
			b.WriteString(pairOf(i))
		}
		return append(head(cborscan.Map, 4+n), required+b.String()...)
	}
	for name, document := range map[string][]byte{
		"a long string":            document(pair("x", text(long))),
		"a string in chunks":       document(pair("x", "\x7f"+text(long)+text(long)+"\xff")),
		"a long Binary":            document(pair("x", string(head(cborscan.Bytes, len(long)))+long)),
		"a long key":               document(pair(long, "\x01")),
		"a key in chunks":          document("\x7f" + text(long) + "\xff\x01"),
		"long data":                document(pair("data", string(head(cborscan.Bytes, len(long)))+long)),
		"data in chunks":           document(pair("data", "\x5f"+string(head(cborscan.Bytes, len(long)))+long+"\xff")),
		"many chunks of data":      document(pair("data", "\x5f"+strings.Repeat("\x41x", 1<<19)+"\xff")),
		"nested data":              document(pair("data", item)),
		"data that becomes JSON":   document(pair("datacontenttype", text("application/json")), pair("data", "\x81"+text(long))),
		"Binaries of many lengths": many(func(i int) string { return pair(fmt.Sprintf("x%d", i), string(head(cborscan.Bytes, i))+long[:i]) }),
		"malformed at the end":     append(document(pair("data", string(head(cborscan.Bytes, len(long)))+long)), 0),
	} {
		if n := alloctest.Least(func() { _, _ = cecbor.Decode(document) }); n > uint64(3*len(document)+64<<10) {
			t.Errorf("%s: %d bytes allocated for %d", name, n, len(document))
		}
	}
}

// JSON has at most eight characters for a byte of an item, and data that becomes JSON needs no
// more memory than it has.
func TestAmplificationOfJSON(t *testing.T) {
	for name, item := range map[string]string{
		"control characters": text(strings.Repeat("\x01", 1<<16)),
		"floats of 16 bits":  "\x9f" + strings.Repeat("\xf9\x04\x01", 1<<16) + "\xff",
		"booleans":           "\x9f" + strings.Repeat("\xf4", 1<<16) + "\xff",
		"empty arrays":       "\x9f" + strings.Repeat("\x80", 1<<16) + "\xff",
	} {
		b, err := cecbor.AppendJSON(nil, []byte(item))
		if err != nil || len(b) > 8*len(item) {
			t.Errorf("%s: %d bytes for %d: %v", name, len(b), len(item), err)
		}
		array := "\x81" + item
		body := document(pair("datacontenttype", text("application/json")), pair("data", array))
		var e cloudevents.Event
		n := alloctest.Least(func() { e, err = cecbor.Decode(body) })
		if err != nil || cap(e.Data) != len(e.Data) || n > uint64(len(e.Data)+len(e.Data)/8+8192) {
			t.Errorf("%s: %d bytes allocated for %d of JSON with room for %d: %v", name, n, len(e.Data), cap(e.Data), err)
		}
	}
}

// An error about a value does not have more of it than an excerpt, and nothing of data.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("\xc2\x80", 120)
	for _, body := range [][]byte{
		document(pair("x", text(long))),
		document(pair("x", text(strings.Repeat("\xff", 200)))),
		document(pair("dataschema", text(long))),
		document(pair(strings.Repeat("X", 300), "\x01")),
		document(pair("data", text("secret"+strings.Repeat("\xff", 200)))),
		document(pair("datacontenttype", text("text/plain;charset=us-ascii")), pair("data", text("secret"+long))),
		document(pair("datacontenttype", text("application/json")), pair("data", "\x82"+text("secret")+"\x40")),
	} {
		_, err := cecbor.Decode(body)
		if err == nil || len(err.Error()) > 400 || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
}
