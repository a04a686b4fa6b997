package cborscan_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
)

const noLimit = math.MaxInt

func TestValue(t *testing.T) {
	for _, c := range []struct {
		name, item string
		end        int
		fault      cborscan.Fault
	}{
		{"small integer", "\x17", 1, cborscan.None},
		{"integer of 64 bits", "\x1b\xff\xff\xff\xff\xff\xff\xff\xff", 9, cborscan.None},
		{"negative", "\x38\x00", 2, cborscan.None},
		{"bytes", "\x42\xff\xff", 3, cborscan.None},
		{"text", "\x62é", 3, cborscan.None},
		{"long head", "\x7b\x00\x00\x00\x00\x00\x00\x00\x01a", 10, cborscan.None},
		{"array", "\x82\x01\x82\x02\x03\xff", 5, cborscan.None},
		{"empty array and map", "\x82\x80\xa0", 3, cborscan.None},
		{"map", "\xa1\x80\x81\x01\x00", 4, cborscan.None},
		{"tag", "\xd9\xd9\xf7\x01", 4, cborscan.None},
		{"tag in an array", "\x82\xc1\x01\x02", 4, cborscan.None},
		{"simple value", "\xf8\x20", 2, cborscan.None},
		{"unassigned simple value", "\xe0", 1, cborscan.None},
		{"floats", "\x83\xf9\x00\x00\xfa\x00\x00\x00\x00\xfb\x00\x00\x00\x00\x00\x00\x00\x00", 18, cborscan.None},
		{"open array", "\x9f\x01\x9f\xff\xff", 5, cborscan.None},
		{"open map", "\xbf\x01\xbf\xff\xff", 5, cborscan.None},
		{"open map in a map", "\xa1\x01\xbf\x61a\x9f\xff\xff", 8, cborscan.None},
		{"chunks", "\x5f\x41a\x40\xff", 5, cborscan.None},
		{"chunks of text", "\x7f\x61a\xff", 4, cborscan.None},
		{"no chunks", "\x7f\xff", 2, cborscan.None},

		{"nothing", "", 0, cborscan.UnexpectedEnd},
		{"head cut, 1", "\x18", 1, cborscan.UnexpectedEnd},
		{"head cut, 2", "\x19\x00", 2, cborscan.UnexpectedEnd},
		{"head cut, 4", "\x1a\x00\x00\x00", 4, cborscan.UnexpectedEnd},
		{"head cut, 8", "\x1b\x00\x00\x00\x00\x00\x00\x00", 8, cborscan.UnexpectedEnd},
		{"string cut", "\x42a", 2, cborscan.UnexpectedEnd},
		{"string cut in its head", "\x58", 1, cborscan.UnexpectedEnd},
		{"array cut", "\x82\x01", 2, cborscan.UnexpectedEnd},
		{"map cut", "\xa1\x01", 2, cborscan.UnexpectedEnd},
		{"tag cut", "\xc0", 1, cborscan.UnexpectedEnd},
		{"chunks cut", "\x5f\x41a", 3, cborscan.UnexpectedEnd},
		{"chunk cut", "\x5f\x42a", 3, cborscan.UnexpectedEnd},
		{"open array cut", "\x9f\x01", 2, cborscan.UnexpectedEnd},
		{"more items than bytes", "\x9b\x7f\xff\xff\xff\xff\xff\xff\xff\x01", 10, cborscan.UnexpectedEnd},
		{"more pairs than an int", "\xbb\x80\x00\x00\x00\x00\x00\x00\x01\x01\x01", 11, cborscan.UnexpectedEnd},

		{"reserved", "\x1c", 0, cborscan.Reserved},
		{"reserved in an array", "\x82\x01\x1d", 2, cborscan.Reserved},
		{"reserved string", "\x5e", 0, cborscan.Reserved},
		{"open integer", "\x1f", 0, cborscan.Reserved},
		{"open tag", "\xdf\x01", 0, cborscan.Reserved},
		{"two bytes for true", "\xf8\x15", 0, cborscan.Reserved},
		{"two bytes for 31", "\xf8\x1f", 0, cborscan.Reserved},

		{"break", "\xff", 0, cborscan.UnexpectedBreak},
		{"break in an array", "\x81\xff", 1, cborscan.UnexpectedBreak},
		{"break for a value", "\xbf\x01\xff", 2, cborscan.UnexpectedBreak},
		{"break after a tag", "\x9f\xc0\xff", 2, cborscan.UnexpectedBreak},
		{"break in an array that an open one has", "\x9f\x81\xff", 2, cborscan.UnexpectedBreak},

		{"chunk of another type", "\x5f\x61a\xff", 1, cborscan.BadChunk},
		{"chunk in chunks", "\x5f\x5f\xff\xff", 1, cborscan.BadChunk},

		{"text", "\x61\xff", 1, cborscan.InvalidUTF8},
		{"long text", "\x78\x50" + strings.Repeat("a", 79) + "\xff", 2, cborscan.InvalidUTF8},
		{"half a character in a chunk", "\x7f\x61\xc3\x61\xa9\xff", 2, cborscan.InvalidUTF8},
	} {
		for _, before := range []string{"", "\x00\x00"} {
			b := []byte(before + c.item)
			end, f := cborscan.Value(b, len(before), noLimit)
			if end != len(before)+c.end || f != c.fault {
				t.Errorf("%s: %d, %v, want %d, %v", c.name, end-len(before), f, c.end, c.fault)
			}
		}
	}
}

func TestDepth(t *testing.T) {
	for name, c := range map[string]struct {
		item  string
		depth int
	}{
		"integer":         {"\x01", 0},
		"string":          {"\x5f\x41a\xff", 0},
		"array":           {"\x81\x01", 1},
		"empty array":     {"\x80", 1},
		"empty map":       {"\xa0", 1},
		"open":            {"\x9f\xff", 1},
		"tag":             {"\xc0\x01", 1},
		"two levels":      {"\x82\x81\x01\x81\x01", 2},
		"of many kinds":   {"\xa1\x01\xbf\x61a\x9f\xc1\xc1\x80\xff\xff", 6},
		"after a shallow": {"\x83\x81\x01\x80\x81\x81\x01", 3},
		"many":            {strings.Repeat("\x82\x01", 500) + "\x01", 500},
	} {
		if end, f := cborscan.Value([]byte(c.item), 0, c.depth); f != cborscan.None || end != len(c.item) {
			t.Errorf("%s: %d, %v", name, end, f)
		}
		if _, f := cborscan.Value([]byte(c.item), 0, c.depth-1); c.depth > 0 && f != cborscan.TooDeep {
			t.Errorf("%s, limit %d: %v", name, c.depth-1, f)
		}
	}
}

func TestFaultError(t *testing.T) {
	seen := map[string]bool{}
	for f := cborscan.None; f <= cborscan.TooDeep+1; f++ {
		if text := f.Error(); text == "" || seen[text] {
			t.Errorf("%d: %q", f, text)
		} else {
			seen[text] = true
		}
	}
}

func TestString(t *testing.T) {
	b := []byte("\x7f\x61a\x60\x62bc\xffrest")
	first, next, chunked, f := cborscan.String(b, 0)
	if !chunked || f != cborscan.None || string(b[next:]) != "rest" {
		t.Errorf("%d, %t, %v", next, chunked, f)
	}
	if got := cborscan.AppendChunks([]byte("x"), b, first); string(got) != "xabc" {
		t.Errorf("%q", got)
	}
}

// Items are read as they are written, in the shortest form.
func TestAppendHead(t *testing.T) {
	sizes := map[uint64]int{0: 1, 23: 1, 24: 2, 255: 2, 256: 3, 65535: 3, 65536: 5, math.MaxUint32: 5, math.MaxUint32 + 1: 9, math.MaxUint64: 9}
	for n, size := range sizes {
		b := cborscan.AppendHead(nil, cborscan.Tag, n)
		got, next, f := cborscan.Argument(b, 0)
		if got != n || next != size || len(b) != size || f != cborscan.None || b[0]>>5 != cborscan.Tag {
			t.Errorf("%d: %x, %d", n, b, got)
		}
	}
}

func TestFloats(t *testing.T) {
	sizes := map[float64]int{0: 3, 1.5: 3, -65504: 3, 65505: 5, 0x1p-24: 3, 0x1p-25: 5, 0x3p-25: 5, 0x1p-14: 3, 0x1.004p-14: 3, 0x1.002p-14: 5, 0.1: 9,
		math.MaxFloat32: 5, math.SmallestNonzeroFloat32: 5, math.MaxFloat64: 9, math.Inf(1): 3, math.Inf(-1): 3, math.Copysign(0, -1): 3}
	for f, size := range sizes {
		b := cborscan.AppendFloat(nil, f)
		n, next, _ := cborscan.Argument(b, 0)
		got := cborscan.Float(b[0], n)
		if len(b) != size || next != size || got != f || math.Signbit(got) != math.Signbit(f) {
			t.Errorf("%v: %x is %v", f, b, got)
		}
	}
	for bits := range 1 << 16 {
		f := cborscan.Float(cborscan.Float16, uint64(bits))
		if math.IsNaN(f) {
			continue
		}
		if b := cborscan.AppendFloat(nil, f); !bytes.Equal(b, []byte{cborscan.Float16, byte(bits >> 8), byte(bits)}) {
			t.Fatalf("%v: %x, want %04x", f, b, bits)
		}
	}
	if b := cborscan.AppendFloat(nil, math.NaN()); !math.IsNaN(cborscan.Float(b[0], math.Float64bits(math.NaN()))) {
		t.Errorf("not a number is %x", b)
	}
}

// Depth costs a word a level from the 33rd on, and nothing else costs any memory.
func TestCost(t *testing.T) {
	for name, item := range map[string]string{
		"text":      "\x7a\x00\x01\x00\x00" + strings.Repeat("a", 1<<16),
		"chunks":    "\x5f" + strings.Repeat("\x41a", 1<<16) + "\xff",
		"items":     "\x9f" + strings.Repeat("\x01", 1<<16) + "\xff",
		"32 levels": strings.Repeat("\x81", 32) + "\x01",
	} {
		b := []byte(item)
		alloctest.AtMost(t, name, 0, func() {
			if end, f := cborscan.Value(b, 0, noLimit); end != len(b) || f != cborscan.None {
				t.Fatalf("%s: %d, %v", name, end, f)
			}
		})
	}
	b := []byte(strings.Repeat("\x81", 1<<16) + "\x01")
	if n := alloctest.Least(func() { cborscan.Value(b, 0, 1024) }); n > 32<<10 {
		t.Errorf("1024 levels: %d bytes", n)
	}
	if n := alloctest.Least(func() { cborscan.Value(b, 0, noLimit) }); n > uint64(40*len(b)) {
		t.Errorf("%d levels: %d bytes", len(b)-1, n)
	}
}

// FuzzValue checks that no item is longer than its bytes, that what is cut is not
// well-formed, and that more levels are no other item.
func FuzzValue(f *testing.F) {
	for _, s := range []string{"\x9f\xbf\x61a\x01\xff\xff", "\xc0\x74x", "\x5f\x41a\xff", "\x1c", "\xa1\x01\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		end, fault := cborscan.Value(b, 0, noLimit)
		if end < 0 || end > len(b) || fault == cborscan.TooDeep {
			t.Fatalf("%d, %v", end, fault)
		}
		if fault != cborscan.None {
			return
		}
		for n := range end {
			if at, cut := cborscan.Value(b[:n], 0, noLimit); cut != cborscan.UnexpectedEnd || at > n {
				t.Fatalf("%d of %d bytes: %d, %v", n, end, at, cut)
			}
		}
		if again, fault := cborscan.Value(b, 0, end); again != end || fault != cborscan.None {
			t.Fatalf("with a limit: %d, %v", again, fault)
		}
	})
}
