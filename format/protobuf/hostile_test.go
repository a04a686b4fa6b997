package ceprotobuf_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// A document that is cut is an error, or an event that has less.
func TestTruncation(t *testing.T) {
	e := full()
	b := encoded(t, e)
	accepted := 0
	for n := range b {
		got, err := ceprotobuf.Decode(b[:n])
		if err != nil {
			var syntax *cloudevents.SyntaxError
			if errors.As(err, &syntax) && syntax.Offset > n {
				t.Errorf("%d bytes: %v", n, err)
			}
			continue
		}
		if accepted++; got.Validate() != nil || got.ID != e.ID {
			t.Errorf("%d bytes: %v", n, got)
		}
	}
	if want := 1 + len(e.Extensions) + 4; accepted != want { // after the last required field, and after each attribute
		t.Errorf("%d documents are accepted, want %d", accepted, want)
	}
}

// Every byte may be any byte.
func TestAnyByte(t *testing.T) {
	b := encoded(t, full())
	for i := range b {
		was := b[i]
		for c := range 256 {
			b[i] = byte(c)
			e, err := ceprotobuf.Decode(b)
			if err == nil && e.Validate() != nil {
				t.Fatalf("%q is accepted as an invalid event", b)
			}
		}
		b[i] = was
	}
}

// Lengths that claim what is not there cost nothing.
func TestLengthClaims(t *testing.T) {
	for _, claim := range []uint64{0x7fffffff, 0xffffffff, 1 << 32, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
		length := string(binary.AppendUvarint(nil, claim))
		for name, document := range map[string]string{
			"id":           "\n" + length + "1",
			"data":         minimal + "2" + length,
			"entry":        minimal + "*" + length + "\n\x01x",
			"value":        minimal + bytesField(5, bytesField(1, "x")+"\x12"+length),
			"string":       minimal + entry("x", "\x1a"+length),
			"timestamp":    minimal + entry("x", ":"+length),
			"Any":          minimal + bytesField(8, "\n"+length),
			"unknown":      minimal + "z" + length,
			"within group": minimal + "{" + "z" + length,
		} {
			var err error
			n := alloctest.Least(func() { _, err = ceprotobuf.Decode([]byte(document)) })
			if err == nil || n > 8<<10 {
				t.Errorf("%s of %d bytes: %d bytes allocated: %v", name, claim, n, err)
			}
			n = alloctest.Least(func() { _, err = ceprotobuf.DecodeBatch([]byte("\n" + length + document)) })
			if err == nil || n > 8<<10 {
				t.Errorf("batch of %d bytes: %d bytes allocated: %v", claim, n, err)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	groups := func(n int) string {
		return minimal + strings.Repeat("{", n) + strings.Repeat("|", n)
	}
	attributes := func(n int) string {
		var b strings.Builder
		b.WriteString(minimal)
		for i := range n {
			b.WriteString(entry(fmt.Sprintf("x%d", i), bytesField(3, "")))
		}
		return b.String()
	}
	message := bytesField(8, bytesField(1, "a/b.C")) // implies two attributes
	batch := func(n int) string { return strings.Repeat(bytesField(1, minimal), n) }
	for _, c := range []struct {
		name     string
		format   ceprotobuf.Format
		document string
		batch    bool
		limit    int // 0 is accepted
	}{
		{"groups by default", ceprotobuf.Format{}, groups(1024), false, 0},
		{"too many groups by default", ceprotobuf.Format{}, groups(1025), false, 1024},
		{"groups", ceprotobuf.Format{MaxDepth: 3}, groups(3), false, 0},
		{"too many groups", ceprotobuf.Format{MaxDepth: 3}, groups(4), false, 3},
		{"groups without a limit", ceprotobuf.Format{MaxDepth: -1}, groups(1 << 20), false, 0},
		{"attributes by default", ceprotobuf.Format{}, attributes(996), false, 0},
		{"too many attributes by default", ceprotobuf.Format{}, attributes(997), false, 1000},
		{"attributes", ceprotobuf.Format{MaxAttributes: 6}, attributes(2), false, 0},
		{"too many attributes", ceprotobuf.Format{MaxAttributes: 6}, attributes(3), false, 6},
		{"an attribute again and again", ceprotobuf.Format{MaxAttributes: 6}, minimal + strings.Repeat(entry("x", ""), 3), false, 6},
		{"a required field again and again", ceprotobuf.Format{MaxAttributes: 4}, strings.Repeat(minimal, 100), false, 0},
		{"attributes without a limit", ceprotobuf.Format{MaxAttributes: -1}, attributes(5000), false, 0},
		{"implied attributes", ceprotobuf.Format{MaxAttributes: 6}, minimal + message, false, 0},
		{"too many implied attributes", ceprotobuf.Format{MaxAttributes: 5}, minimal + message, false, 5},
		{"too few for what is required", ceprotobuf.Format{MaxAttributes: 3}, minimal, false, 3},
		{"events by default", ceprotobuf.Format{}, batch(10_000), true, 0},
		{"too many events by default", ceprotobuf.Format{}, batch(10_001), true, 10_000},
		{"events", ceprotobuf.Format{MaxEvents: 2}, batch(2), true, 0},
		{"too many events", ceprotobuf.Format{MaxEvents: 2}, batch(3), true, 2},
		{"events without a limit", ceprotobuf.Format{MaxEvents: -1}, batch(10_001), true, 0},
		{"attributes in a batch", ceprotobuf.Format{MaxAttributes: 3}, batch(1), true, 3},
	} {
		var err error
		if c.batch {
			_, err = c.format.DecodeBatchModeMessage([]byte(c.document), "")
		} else {
			_, err = c.format.DecodeStructuredModeMessage([]byte(c.document), "")
		}
		var limit *cloudevents.LimitError
		var syntax *cloudevents.SyntaxError
		switch {
		case c.limit == 0 && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.limit != 0 && (!errors.As(err, &limit) || limit.Limit != c.limit || !errors.As(err, &syntax)):
			t.Errorf("%s: %v, want a limit of %d", c.name, err, c.limit)
		}
	}
}

// Eight times the input costs eight times as much.
func TestLinear(t *testing.T) {
	f := ceprotobuf.Format{MaxAttributes: -1, MaxEvents: -1, MaxDepth: -1}
	each := func(part func(i int) string) func(n int) string {
		return func(n int) string {
			var b strings.Builder
			for i := range n {
				b.WriteString(part(n - i))
			}
			return b.String()
		}
	}
	name := func(i int) string { return fmt.Sprintf("e%06d", i) }
	for what, parts := range map[string]func(n int) string{
		"attributes in descending order": each(func(i int) string { return entry(name(i), bytesField(3, "x")) }),
		"Integers":                       each(func(i int) string { return entry(name(i), "\x10\x05") }),
		"Binaries":                       each(func(i int) string { return entry(name(i), bytesField(4, "abc")) }),
		"one attribute again and again":  each(func(int) string { return entry("x", bytesField(3, "x")) }),
		"attributes that are not set":    each(func(i int) string { return entry(name(i), "") }),
		"illegal names":                  each(func(i int) string { return entry(fmt.Sprintf("E%06d", i), bytesField(3, "x")) }),
		"Timestamps out of range":        each(func(i int) string { return entry(name(i), bytesField(7, "\x10\xff\xff\xff\xff\x07")) }),
		"required names":                 each(func(int) string { return entry("id", bytesField(3, "x")) }),
		"groups":                         func(n int) string { return strings.Repeat("{", n) + strings.Repeat("|", n) },
		"unknown fields":                 each(func(int) string { return "\x78\x01" }),
		"data again and again":           each(func(int) string { return bytesField(7, "x") + bytesField(6, "x") }),
		"members of a oneof":             each(func(int) string { return "" }),
	} {
		cost := func(n int) (allocations, size uint64) {
			body := []byte(minimal + parts(n))
			if what == "members of a oneof" {
				value := strings.Repeat(bytesField(3, "x")+"\x08\x01", n)
				inner := bytesField(1, "x") + "\x12" + string(binary.AppendUvarint(nil, uint64(len(value)))) + value
				body = []byte(minimal + "*" + string(binary.AppendUvarint(nil, uint64(len(inner)))) + inner)
			}
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

// An event needs no more than three times the memory of its document.
func TestAmplification(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	field := func(key byte, content string) string {
		return string(binary.AppendUvarint([]byte{key}, uint64(len(content)))) + content
	}
	for name, document := range map[string]string{
		"a long string":    minimal + field('*', bytesField(1, "x")+field(0x12, field(0x1a, long))),
		"a long Binary":    minimal + field('*', bytesField(1, "x")+field(0x12, field(0x22, long))),
		"a long id":        minimal + field('\n', long),
		"long data":        minimal + field('2', long),
		"long text":        minimal + field(':', long),
		"a long type URL":  minimal + field('B', field('\n', "a/"+long)),
		"a long name":      minimal + field('*', field('\n', long)+bytesField(2, bytesField(3, ""))),
		"deep groups":      minimal + strings.Repeat("{", 1<<20),
		"unknown":          minimal + strings.Repeat("\x78\x01", 1<<19),
		"many attributes":  minimal + strings.Repeat(entry("x", ""), 1<<17),
		"malformed at end": minimal + field('2', long) + "\x00",
	} {
		body := []byte(document)
		if n := alloctest.Least(func() { _, _ = ceprotobuf.Decode(body) }); n > uint64(3*len(body)+8192) {
			t.Errorf("%s: %d bytes allocated for %d", name, n, len(body))
		}
	}
	batch := []byte(strings.Repeat(bytesField(1, minimal+bytesField(6, strings.Repeat("x", 100))), 8000))
	if n := alloctest.Least(func() { _, _ = ceprotobuf.DecodeBatch(batch) }); n > uint64(3*len(batch)) {
		t.Errorf("batch: %d bytes allocated for %d", n, len(batch))
	}
	for name, batch := range map[string]string{
		"empty":            strings.Repeat(bytesField(1, ""), 1<<17),
		"empty, few":       strings.Repeat(bytesField(1, ""), 2000),
		"malformed":        strings.Repeat(bytesField(1, ""), 1<<17) + "\x00",
		"empty behind one": bytesField(1, minimal) + strings.Repeat(bytesField(1, ""), 1<<17),
	} {
		for _, c := range []struct {
			mode   string
			format ceprotobuf.Format
			times  int // the batch is copied, and a receipt has five times the bytes that it takes
		}{
			{"strict", ceprotobuf.Format{}, 4},
			{"without a limit", ceprotobuf.Format{MaxEvents: -1}, 4},
			{"forgiving", ceprotobuf.Format{Forgive: func(cloudevents.Receipt) {}}, 8},
		} {
			n := alloctest.Least(func() { _, _ = c.format.DecodeBatchModeMessage([]byte(batch), "") })
			if n > uint64(c.times*len(batch)+128<<10) {
				t.Errorf("%s, %s: %d bytes allocated for %d", name, c.mode, n, len(batch))
			}
		}
	}
}

// An error about a value does not have more of it than an excerpt.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("\xff", 120)
	for _, document := range []string{
		bytesField(1, long) + minimal[3:],
		minimal + entry("x", bytesField(3, long[:100])),
		minimal + entry("dataschema", bytesField(5, long[:100])),
		minimal + entry(strings.Repeat("X", 100), bytesField(3, "")),
		minimal + bytesField(8, bytesField(1, strings.Repeat("type/ ", 20))),
		minimal + bytesField(7, "secret"+long),
	} {
		_, err := ceprotobuf.Decode([]byte(document))
		if err == nil || len(err.Error()) > 400 || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
}
