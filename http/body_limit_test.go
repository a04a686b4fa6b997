package cehttp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// doors are the functions that read a body, with a header that leads to each, and
// a function that makes a legal body of n bytes for it.
var doors = []struct {
	name   string
	header http.Header
	body   func(n int) string
	open   func(d *cehttp.Decoder, h http.Header, body io.ReadCloser, length int64) error
}{
	{"ToCloudEvent binary", binaryHeader(), zeros, openRequest},
	{"ToCloudEvent structured", typed(structuredType), paddedJSON, openRequest},
	{"ToCloudEventBatch", typed(batchType), paddedBatch, openRequestBatch},
	{"ResponseToCloudEvent binary", binaryHeader(), zeros, openResponse},
	{"ResponseToCloudEvent structured", typed(structuredType), paddedJSON, openResponse},
	{"ResponseToCloudEventBatch", typed(batchType), paddedBatch, openResponseBatch},
}

func openRequest(d *cehttp.Decoder, h http.Header, body io.ReadCloser, length int64) error {
	_, err := d.ToCloudEvent(&http.Request{Header: h, Body: body, ContentLength: length})
	return err
}

func openRequestBatch(d *cehttp.Decoder, h http.Header, body io.ReadCloser, length int64) error {
	_, err := d.ToCloudEventBatch(&http.Request{Header: h, Body: body, ContentLength: length})
	return err
}

func openResponse(d *cehttp.Decoder, h http.Header, body io.ReadCloser, length int64) error {
	_, err := d.ResponseToCloudEvent(&http.Response{Header: h, Body: body, ContentLength: length})
	return err
}

func openResponseBatch(d *cehttp.Decoder, h http.Header, body io.ReadCloser, length int64) error {
	_, err := d.ResponseToCloudEventBatch(&http.Response{Header: h, Body: body, ContentLength: length})
	return err
}

func zeros(n int) string       { return strings.Repeat("\x00", n) }
func paddedJSON(n int) string  { return minimalJSON + strings.Repeat(" ", n-len(minimalJSON)) }
func paddedBatch(n int) string { return strings.Repeat(" ", n-2) + "[]" }

func TestMaxBytes(t *testing.T) {
	const chunked = -1
	cases := []struct {
		name   string
		max    int64 // of the Decoder
		size   int   // of the body
		length int64 // that is announced; 0 is the true one
		limit  int64 // of the error; 0 is none
	}{
		{"custom, announced, exactly", 100, 100, 0, 0},
		{"custom, announced, one over", 100, 101, 0, 100},
		{"custom, chunked, exactly", 100, 100, chunked, 0},
		{"custom, chunked, one over", 100, 101, chunked, 100},
		{"custom above the first read, chunked, exactly", 5000, 5000, chunked, 0},
		{"custom above the first read, chunked, one over", 5000, 5001, chunked, 5000},
		{"default, announced, exactly", 0, cehttp.DefaultMaxBytes, 0, 0},
		{"default, announced, one over", 0, cehttp.DefaultMaxBytes + 1, 0, cehttp.DefaultMaxBytes},
		{"default, chunked, exactly", 0, cehttp.DefaultMaxBytes, chunked, 0},
		{"default, chunked, one over", 0, cehttp.DefaultMaxBytes + 1, chunked, cehttp.DefaultMaxBytes},
		{"none, announced, above the default", -1, cehttp.DefaultMaxBytes + 1, 0, 0},
		{"none, chunked, above the default", -1, cehttp.DefaultMaxBytes + 1, chunked, 0},
		{"announced too short, within the limit", 200, 100, 60, 0},
		{"announced too short, over the limit", 200, 201, 60, 200},
		{"announced too long, within the limit", 200, 100, 200, 0},
		{"announced over the limit, body is not", 200, 100, 201, 200},
	}
	for _, c := range cases {
		for _, door := range doors {
			if c.size > 1<<20 && door.name != "ToCloudEvent binary" {
				continue // the same limit, slower
			}
			t.Run(c.name+"/"+door.name, func(t *testing.T) {
				length := c.length
				if length == 0 {
					length = int64(c.size)
				}
				d := cehttp.Decoder{MaxBytes: c.max}
				body := io.NopCloser(strings.NewReader(door.body(c.size)))
				wantTooLarge(t, door.open(&d, door.header, body, length), c.limit)
			})
		}
	}
}

// wantTooLarge checks that err is about a body over limit, or nil if limit is 0.
func wantTooLarge(t *testing.T, err error, limit int64) {
	t.Helper()
	if limit == 0 {
		if err != nil {
			t.Error(err)
		}
		return
	}
	var tooLarge *http.MaxBytesError
	if !errors.As(err, &tooLarge) || tooLarge.Limit != limit {
		t.Errorf("error is %v, want *http.MaxBytesError with limit %d", err, limit)
	}
	if got := cehttp.StatusCode(err); got != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d, want 413", got)
	}
}

func TestMaxBytesAnnouncedIsNotRead(t *testing.T) {
	body := readFunc(func([]byte) (int, error) {
		t.Error("body is read")
		return 0, io.EOF
	})
	for _, door := range doors {
		t.Run(door.name, func(t *testing.T) {
			wantTooLarge(t, door.open(&cehttp.Decoder{MaxBytes: 10}, door.header, body, 11), 10)
		})
	}
}

// What is read beyond the limit is at most what fits the buffer that was there.
func TestMaxBytesEndlessBody(t *testing.T) {
	for _, door := range doors {
		t.Run(door.name, func(t *testing.T) {
			read := 0
			endless := readFunc(func(p []byte) (int, error) {
				read += len(p)
				return copy(p, bytes.Repeat([]byte(" "), len(p))), nil
			})
			wantTooLarge(t, door.open(&cehttp.Decoder{MaxBytes: 10_000}, door.header, endless, -1), 10_000)
			if read > 2*10_000 {
				t.Errorf("%d bytes are read, limit is 10000", read)
			}
		})
	}
}

// The limits of net/http are as good as those of the Decoder.
func TestMaxBytesReader(t *testing.T) {
	for _, door := range doors {
		t.Run(door.name, func(t *testing.T) {
			body := http.MaxBytesReader(nil, io.NopCloser(strings.NewReader(door.body(101))), 100)
			wantTooLarge(t, door.open(&cehttp.Decoder{}, door.header, body, -1), 100)
		})
	}
}

func TestMaxBytesIsNotForDecodeMessage(t *testing.T) {
	d := cehttp.Decoder{MaxBytes: 1}
	if _, err := d.DecodeMessage(binaryHeader(), []byte("data")); err != nil {
		t.Error(err)
	}
	if _, err := d.DecodeMessageBatch(typed(batchType), []byte("[ ]")); err != nil {
		t.Error(err)
	}
}

// An announced length is a claim: memory comes with the bytes.
func TestMemoryOfAnnouncedLength(t *testing.T) {
	for _, door := range doors {
		t.Run(door.name, func(t *testing.T) {
			body := io.NopCloser(strings.NewReader(door.body(100)))
			d := cehttp.Decoder{MaxBytes: -1}
			var err error
			n := alloctest.Bytes(func() { err = door.open(&d, door.header, body, 1<<50) })
			if err != nil {
				t.Fatal(err)
			}
			if n > 2<<20 {
				t.Errorf("%d bytes allocated for 100 bytes of body", n)
			}
		})
	}
}

// Growing is linear: all buffers together are a small multiple of the body.
func TestMemoryOfChunkedBody(t *testing.T) {
	const size = 8 << 20
	body := io.NopCloser(io.LimitReader(readFunc(func(p []byte) (int, error) { return len(p), nil }), size))
	var err error
	n := alloctest.Bytes(func() { err = openRequest(&cehttp.Decoder{}, binaryHeader(), body, -1) })
	if err != nil {
		t.Fatal(err)
	}
	if n > 8*size {
		t.Errorf("%d bytes allocated for %d bytes of body", n, size)
	}
}

// Memory follows the bytes that came, whatever was announced, and whether or not more
// follow.
func TestMemoryFollowsTheBytesThatCame(t *testing.T) {
	for _, door := range doors {
		for _, came := range []int{1, 1000, 33_000, 300_000, 3_000_000} {
			t.Run(fmt.Sprintf("%s, %d bytes", door.name, came), func(t *testing.T) {
				piece := make([]byte, came)
				left := 0
				body := readFunc(func(p []byte) (int, error) {
					if left == 0 {
						return 0, io.ErrUnexpectedEOF
					}
					n := copy(p, piece[:min(left, 4096)])
					left -= n
					return n, nil
				})
				var err error
				n := alloctest.Least(func() {
					left = came
					err = door.open(&cehttp.Decoder{}, door.header, body, cehttp.DefaultMaxBytes)
				})
				if err == nil {
					t.Fatal("no error")
				}
				if most := uint64(11*came + 36<<10); n > most {
					t.Errorf("%d bytes allocated, at most %d are allowed", n, most)
				}
			})
		}
	}
}
