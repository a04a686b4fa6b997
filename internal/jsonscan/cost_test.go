package jsonscan_test

import (
	"bytes"
	"math/bits"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

// shapes are texts of about n bytes that make a careless scanner slow or hungry.
var shapes = []struct {
	name string
	text func(n int) string
}{
	{"digits", func(n int) string { return strings.Repeat("7", n) }},
	{"exponent", func(n int) string { return "1e" + strings.Repeat("0", n) }},
	{"plain string", func(n int) string { return `"` + strings.Repeat("a", n) + `"` }},
	{"quotes escaped", func(n int) string { return `"` + strings.Repeat(`\"`, n/2) + `"` }},
	{"unicode escapes", func(n int) string { return `"` + strings.Repeat(`\u00e9`, n/6) + `"` }},
	{"surrogates unpaired", func(n int) string { return `"` + strings.Repeat(`\ud800`, n/6) + `"` }},
	{"non-ASCII", func(n int) string { return `"` + strings.Repeat("é", n/2) + `"` }},
	{"non-ASCII and ASCII in turn", func(n int) string { return `"` + strings.Repeat("éa", n/3) + `"` }},
	{"white space", func(n int) string { return "[" + strings.Repeat(" ", n) + "]" }},
	{"elements", func(n int) string { return "[" + strings.Repeat("0,", n/2) + "0]" }},
	{"members", func(n int) string { return "{" + strings.Repeat(`"":0,`, n/5) + `"":0}` }},
	{"empty arrays", func(n int) string { return "[" + strings.Repeat("[],", n/3) + "0]" }},
	{"levels opened and closed", func(n int) string {
		deep := strings.Repeat("[", 64) + strings.Repeat("]", 64) // in one array: to the border of a word
		return "[" + strings.Repeat(deep[1:len(deep)-1]+",", n/127) + "0]"
	}},
}

func TestValueAllocatesNothing(t *testing.T) {
	const n = 1 << 13
	for _, shape := range shapes {
		for _, size := range []int{n, 8 * n} {
			b := []byte(shape.text(size))
			if end, f := jsonscan.Value(b, 0, noLimit); end != len(b) || f != jsonscan.None {
				t.Fatalf("%s: %d of %d, %v", shape.name, end, len(b), f)
			}
			if got := testing.AllocsPerRun(10, func() { jsonscan.Value(b, 0, noLimit) }); got != 0 {
				t.Errorf("%s of %d bytes: %v allocations", shape.name, len(b), got)
			}
		}
	}
}

// Depth costs one bit a level; growing a slice by append costs it a few times.
func TestValueDepthCost(t *testing.T) {
	for name, open := range map[string]string{"arrays": "[", "objects": `{"a":`} {
		for _, depth := range []int{1 << 13, 1 << 16, 1 << 19} {
			b := []byte(strings.Repeat(open, depth))
			scan := func() {
				if end, f := jsonscan.Value(b, 0, noLimit); end != len(b) || f != jsonscan.UnexpectedEnd {
					t.Fatalf("%s: %d of %d, %v", name, end, len(b), f)
				}
			}
			if got, limit := testing.AllocsPerRun(5, scan), float64(4*bits.Len(uint(depth))); got > limit {
				t.Errorf("%s, %d levels: %v allocations, more than %v", name, depth, got, limit)
			}
			if got, limit := alloctest.Least(scan), uint64(depth); got > limit {
				t.Errorf("%s, %d levels: %d bytes, more than a byte a level", name, depth, got)
			}
			if got := testing.AllocsPerRun(5, func() { jsonscan.Value(b, 0, 64) }); got != 0 {
				t.Errorf("%s, %d levels, limit 64: %v allocations", name, depth, got)
			}
		}
	}
}

func TestStringsAllocateNothing(t *testing.T) {
	dst := make([]byte, 0, 1<<16)
	for _, s := range []string{"", "plain", "é😀", "a\"b\\c\n\x01", strings.Repeat("0123456789\n", 300)} {
		quoted := jsonscan.AppendQuoted(nil, s)
		text := []byte(s)
		for name, f := range map[string]func(){
			"String":                func() { jsonscan.String(quoted, 1) },
			"AppendUnquoted":        func() { dst, _, _ = jsonscan.AppendUnquoted(dst[:0], quoted[1:len(quoted)-1]) },
			"AppendQuoted of text":  func() { dst = jsonscan.AppendQuoted(dst[:0], s) },
			"AppendQuoted of bytes": func() { dst = jsonscan.AppendQuoted(dst[:0], text) },
		} {
			if got := testing.AllocsPerRun(100, f); got != 0 {
				t.Errorf("%s of %.20q: %v allocations", name, s, got)
			}
		}
	}
}

func BenchmarkValue(b *testing.B) {
	for _, shape := range shapes {
		b.Run(strings.ReplaceAll(shape.name, " ", "-"), func(b *testing.B) {
			text := []byte(shape.text(1 << 13))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				jsonscan.Value(text, 0, noLimit)
			}
		})
	}
	b.Run("deep", func(b *testing.B) {
		text := bytes.Repeat([]byte{'['}, 1<<13)
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			jsonscan.Value(text, 0, noLimit)
		}
	})
}

var benchTexts = map[string]string{
	"short":    "com.example.order.created",
	"ASCII":    strings.Repeat("0123456789", 100),
	"nonASCII": strings.Repeat("Größe ", 100),
	"escapes":  strings.Repeat("line\n", 100),
}

func BenchmarkString(b *testing.B) {
	for name, s := range benchTexts {
		b.Run(name, func(b *testing.B) {
			quoted := jsonscan.AppendQuoted(nil, s)
			b.SetBytes(int64(len(quoted)))
			for b.Loop() {
				jsonscan.String(quoted, 1)
			}
		})
	}
}

func BenchmarkAppendQuoted(b *testing.B) {
	for name, s := range benchTexts {
		b.Run(name, func(b *testing.B) {
			dst := make([]byte, 0, 2*len(s)+2)
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				dst = jsonscan.AppendQuoted(dst[:0], s)
			}
		})
	}
}

func BenchmarkAppendUnquoted(b *testing.B) {
	for name, s := range benchTexts {
		b.Run(name, func(b *testing.B) {
			quoted := jsonscan.AppendQuoted(nil, s)
			chars := quoted[1 : len(quoted)-1]
			dst := make([]byte, 0, len(s))
			b.SetBytes(int64(len(chars)))
			for b.Loop() {
				dst, _, _ = jsonscan.AppendUnquoted(dst[:0], chars)
			}
		})
	}
}
