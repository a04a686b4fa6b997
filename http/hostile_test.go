package cehttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/validation"
)

// hostileHeaders are headers of n entries.
var hostileHeaders = []struct {
	name string
	key  func(i int) string
	want error
}{
	{"legal extensions", legalKey, nil},
	{"illegal names", func(i int) string { return fmt.Sprintf("Ce-X-%d", i) }, validation.ErrName},
	{"each name in two spellings", func(i int) string { return fmt.Sprintf("%s-X%d", []string{"Ce", "ce"}[i%2], i/2) }, validation.ErrDuplicate},
	{"names out of order", func(i int) string { return fmt.Sprintf("Ce-%dx", uint32(i)*2654435761) }, nil},
	{"not ours", func(i int) string { return fmt.Sprintf("X-%d", i) }, nil},
}

func legalKey(i int) string { return "Ce-X" + strconv.Itoa(i) }

// million is made once, for it takes longer to make than to read.
var million = sync.OnceValue(func() http.Header { return hostile(1_000_000, legalKey) })

func hostile(n int, key func(int) string) http.Header {
	h := binaryHeader()
	value := []string{"%41"}
	for i := range n {
		h[key(i)] = value
	}
	return h
}

// Eight times the headers are at most eight times the memory and allocations, and
// a quarter for luck: growing slices round up.
func TestHeadersAreLinear(t *testing.T) {
	alloctest.SkipWithRace(t)
	d := cehttp.Decoder{MaxAttributes: -1}
	for _, c := range hostileHeaders {
		t.Run(c.name, func(t *testing.T) {
			n := 10_000
			if c.name == "legal extensions" {
				n = 125_000
			}
			measure := func(n int) (size, count uint64) {
				h := million()
				if n != 1_000_000 {
					h = hostile(n, c.key)
				}
				var err error
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, err = d.DecodeMessage(h, nil)
				runtime.ReadMemStats(&after)
				if !errors.Is(err, c.want) {
					t.Errorf("%d headers: error does not wrap %v", n, c.want)
				}
				return after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs
			}
			size, count := measure(n)
			size8, count8 := measure(8 * n)
			if size8 > 10*size+1<<16 || count8 > 10*count+1000 {
				t.Errorf("%d bytes in %d allocations for %d headers, %d in %d for eight times as many", size, count, n, size8, count8)
			}
		})
	}
}

// By default a million headers cost as much as a thousand.
func TestHeadersAreLimited(t *testing.T) {
	for _, c := range hostileHeaders {
		if c.name == "not ours" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			h := million()
			if c.name != "legal extensions" {
				h = hostile(100_000, c.key)
			}
			for name, decode := range map[string]func() error{
				"DecodeMessage": func() error { _, err := cehttp.DecodeMessage(h, nil, nil); return err },
				"FromHeader":    func() error { return fromHeader(h, "") },
			} {
				var err error
				size := alloctest.Bytes(func() { err = decode() })
				var limit *cloudevents.LimitError
				if !errors.As(err, &limit) || limit.Limit != cloudevents.DefaultMaxAttributes {
					t.Errorf("%s: error is %.100v, want *LimitError", name, err)
				}
				if size > 1<<20 {
					t.Errorf("%s: %d bytes allocated", name, size)
				}
			}
		})
	}
}

// One attribute with a million values is one error.
func TestManyValues(t *testing.T) {
	h := binaryHeader()
	h["Ce-Subject"] = make([]string, 1_000_000)
	_, err := cehttp.DecodeMessage(h, nil, nil)
	wantError(t, err, validation.ErrDuplicate)
	if len(err.Error()) > 200 {
		t.Errorf("error of %d bytes", len(err.Error()))
	}
}

// A value of a megabyte is cut in an error, and not gone through again and again.
func TestLongValues(t *testing.T) {
	for name, value := range map[string]string{
		"unclosed quote":   `"` + strings.Repeat("a", 1<<20),
		"escapes":          strings.Repeat("%00", 1<<18),
		"quotes":           strings.Repeat(`"`, 1<<20) + `"`,
		"backslashes":      `"` + strings.Repeat(`\`, 1<<20),
		"raw":              strings.Repeat("\xff", 1<<20),
		"not a media type": strings.Repeat("a", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			key := "Ce-Subject"
			if name == "not a media type" {
				key = "Content-Type"
			}
			h := binaryHeader(key, value)
			var err error
			n := alloctest.Bytes(func() { _, err = cehttp.DecodeMessage(h, nil, nil) })
			if err == nil || len(err.Error()) > 500 {
				t.Errorf("error is %.500v", err)
			}
			if n > 8<<20 {
				t.Errorf("%d bytes allocated for %d bytes of header", n, len(value))
			}
		})
	}
}

// Depth is limited, costs no stack, and can be had by those who want it.
func TestDeepJSON(t *testing.T) {
	const depth = 10_000
	arrays := strings.Repeat("[", depth) + strings.Repeat("]", depth)
	objects := strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth)
	unlimited := format.JSON{MaxDepth: -1}
	for name, data := range map[string]string{"arrays": arrays, "objects": objects} {
		document := strings.TrimSuffix(minimalJSON, "}") + `,"data":` + data + "}"
		t.Run(name+"/default", func(t *testing.T) {
			_, err := cehttp.ToCloudEvent(request(typed(structuredType), document), nil)
			var limit *cloudevents.LimitError
			if !errors.As(err, &limit) || limit.Limit != cloudevents.DefaultMaxDepth || cehttp.StatusCode(err) != http.StatusRequestEntityTooLarge {
				t.Errorf("error is %v, want *LimitError and 413", err)
			}
		})
		t.Run(name+"/no limit", func(t *testing.T) {
			e, err := cehttp.ToCloudEvent(request(typed(structuredType), document), unlimited)
			if err != nil {
				t.Fatal(err)
			}
			wantEvent(t, e, withData("application/json", data))
		})
		t.Run(name+"/no limit, batch", func(t *testing.T) {
			es, err := cehttp.ToCloudEventBatch(request(typed(batchType), "["+document+"]"), unlimited)
			if err != nil {
				t.Fatal(err)
			}
			wantEvents(t, es, withData("application/json", data))
		})
		t.Run(name+"/no limit, not closed", func(t *testing.T) {
			cut := document[:len(document)-depth/2]
			_, err := cehttp.ToCloudEvent(request(typed(structuredType), cut), unlimited)
			if cehttp.StatusCode(err) != http.StatusBadRequest {
				t.Errorf("error is %v, want 400", err)
			}
		})
		t.Run(name+"/as an attribute", func(t *testing.T) {
			document := strings.TrimSuffix(minimalJSON, "}") + `,"subject":` + data + "}"
			_, err := cehttp.ToCloudEvent(request(typed(structuredType), document), unlimited)
			wantError(t, err, validation.ErrType)
		})
	}
}
