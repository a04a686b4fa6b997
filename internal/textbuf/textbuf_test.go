package textbuf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/textbuf"
)

// A string stays as it was when others are cut, within the room and beyond it.
func TestCutStringsStay(t *testing.T) {
	for room := range 40 {
		var buffer textbuf.Buffer
		buffer.Grow(room)
		var cut, want []string
		for i := range 12 {
			if i == 8 {
				buffer.Grow(room)
			}
			s := strings.Repeat(string(rune('a'+i)), i%5)
			cut = append(cut, buffer.Cut(append(buffer.Room(), s...)))
			want = append(want, s)
		}
		if got, want := fmt.Sprint(cut), fmt.Sprint(want); got != want {
			t.Errorf("room for %d: %s, want %s", room, got, want)
		}
	}
}

// Cut returns a slice that is not in the room as it is, even if it would fit.
func TestCutFromOtherMemory(t *testing.T) {
	var buffer textbuf.Buffer
	buffer.Grow(8)
	moved := buffer.Cut(append(make([]byte, 0, 100), "abc"...))
	within := buffer.Cut(append(buffer.Room(), "de"...))
	if moved != "abc" || within != "de" {
		t.Errorf("%q, %q", moved, within)
	}
}

func TestRoom(t *testing.T) {
	var buffer textbuf.Buffer
	if n := cap(buffer.Room()); n != 0 {
		t.Errorf("the zero Buffer has room for %d", n)
	}
	buffer.Grow(10)
	buffer.Cut(append(buffer.Room(), "abc"...))
	if n := cap(buffer.Room()); n != 7 {
		t.Errorf("%d bytes are left of 10 after 3", n)
	}
	buffer.Grow(7)
	if n := cap(buffer.Room()); n != 7 {
		t.Errorf("growing to what is there left %d", n)
	}
}

func TestUse(t *testing.T) {
	memory := [8]byte{7: '!'}
	var buffer textbuf.Buffer
	buffer.Use(memory[:4])
	first, second := buffer.Cut(append(buffer.Room(), "abc"...)), buffer.Cut(append(buffer.Room(), "defg"...))
	beyond := buffer.Cut(append(buffer.Room(), "hi"...))
	if first != "abc" || second != "defg" || beyond != "hi" || string(memory[:]) != "abcdefg!" {
		t.Errorf("%q, %q, %q in %q", first, second, beyond, memory)
	}
}

func TestAllocations(t *testing.T) {
	n := testing.AllocsPerRun(100, func() {
		var buffer textbuf.Buffer
		buffer.Grow(64)
		for range 16 {
			if buffer.Cut(append(buffer.Room(), "abcd"...)) != "abcd" {
				panic("cut something else")
			}
		}
	})
	if n != 1 {
		t.Errorf("%v allocations", n)
	}
}
