package base64enc_test

import (
	"encoding/base64"
	"math/rand/v2"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/internal/base64enc"
)

func TestAppendIsTheStandardEncoding(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		src := make([]byte, n)
		for i := range src {
			src[i] = byte(random.Uint32())
		}
		want := "before" + base64.StdEncoding.EncodeToString(src)
		if got := base64enc.Append([]byte("before"), src); string(got) != want {
			t.Fatalf("%d bytes: %s, want %s", n, got, want)
		}
		if base64enc.Len(n) != len(want)-len("before") {
			t.Errorf("Len(%d) = %d", n, base64enc.Len(n))
		}
	}
}

// Every pair of characters is the right one in each place.
func TestAppendEveryPair(t *testing.T) {
	for i := range 1 << 12 {
		for shift := range 4 {
			src := make([]byte, 8)
			x := uint64(i) << (52 - 12*shift)
			for k := range src {
				src[k] = byte(x >> (56 - 8*k))
			}
			if got, want := string(base64enc.Append(nil, src)), base64.StdEncoding.EncodeToString(src); got != want {
				t.Fatalf("%x: %s, want %s", src, got, want)
			}
		}
	}
}

// Nothing is written behind the encoding, and nothing is allocated if there is room for it.
func TestAppendStaysInItsRoom(t *testing.T) {
	src := []byte("0123456789abcdef0123456789")
	room := make([]byte, 100)
	for i := range room {
		room[i] = 'x'
	}
	got := base64enc.Append(room[:10], src)
	if n := 10 + base64enc.Len(len(src)); len(got) != n || &got[0] != &room[0] || string(room[n:n+8]) != "xxxxxxxx" {
		t.Errorf("%q", room)
	}
	alloctest.AtMost(t, "with room", 0, func() { base64enc.Append(room[:0], src) })
}

func BenchmarkAppend(b *testing.B) {
	src, dst := make([]byte, 64<<10), make([]byte, 0, 128<<10)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		base64enc.Append(dst, src)
	}
}

func TestAppendDecodedIsTheInverse(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for n := range 600 {
		src := make([]byte, n)
		for i := range src {
			src[i] = byte(random.Uint32())
		}
		text := base64.StdEncoding.EncodeToString(src)
		if got := base64enc.AppendDecoded([]byte("before"), text); string(got) != "before"+string(src) {
			t.Fatalf("%d bytes: %q, want %q", n, got, src)
		}
		if got := base64enc.DecodedLen(text); got != n {
			t.Fatalf("length %d, want %d", got, n)
		}
	}
	text, room := base64.StdEncoding.EncodeToString(make([]byte, 1000)), make([]byte, 0, 1000)
	alloctest.Succeeding(t, 0, func() error {
		base64enc.AppendDecoded(room, text)
		return nil
	})
}
