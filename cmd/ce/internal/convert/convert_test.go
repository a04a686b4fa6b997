package convert_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/convert"
)

// Every form leads to every other one and back, and nothing is lost.
func TestConvertThereAndBack(t *testing.T) {
	lines := `{"specversion":"1.0","id":"A-1","source":"/orders","type":"t","datacontenttype":"application/json","time":"2026-01-02T15:04:05Z","data":{"n":1.50}}
{"specversion":"1.0","id":"A-2","source":"/orders","type":"t","datacontenttype":"text/plain","subject":"100 % \"€\"","key":"v","data":"a\r\nb"}
{"specversion":"1.0","id":"A-3","source":"/orders","type":"t","datacontenttype":"application/octet-stream","data_base64":"AP8K"}
{"specversion":"1.0","id":"A-4","source":"/orders","type":"t"}
`
	for _, to := range [][]string{
		{"--to", "batch"}, {"--to", "http"}, {"--to", "http", "--mode", "structured"}, {"--to", "http", "--mode", "batch"}, {"--to", "jsonl"},
	} {
		there, errs, status := cetest.Run(t, convert.Command(), lines, to...)
		if status != cli.ExitOK {
			t.Fatalf("%v: %s", to, errs)
		}
		back, errs, status := cetest.Run(t, convert.Command(), there)
		if status != cli.ExitOK || back != lines {
			t.Errorf("%v: status %d, %s\n%s\nwant\n%s", to, status, errs, back, lines)
		}
		if _, errs, status := cetest.Run(t, check.Command(), there); status != cli.ExitOK {
			t.Errorf("%v: check finds %s", to, errs)
		}
	}
}

// events is a reader of JSON events that measures the heap in the middle.
type events struct {
	count, middle int
	before, after string // of each event
	n             int
	buf           bytes.Buffer
	heap          uint64
}

func (r *events) Read(b []byte) (int, error) {
	if r.buf.Len() == 0 {
		if r.n == r.count {
			return 0, io.EOF
		}
		if r.n == r.middle {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			r.heap = m.HeapAlloc
		}
		if r.n > 0 {
			r.buf.WriteString(r.after)
		}
		fmt.Fprintf(&r.buf, `{"specversion":"1.0","id":"%d","source":"/orders","type":"com.example.order.placed","data":{"n":%d,"text":"leave it at the door"}}`, r.n, r.n)
		if r.n++; r.n == r.count {
			r.buf.WriteString(r.before)
		}
	}
	return r.buf.Read(b)
}

// The memory of a conversion does not grow with the number of events.
func TestConvertInConstantMemory(t *testing.T) {
	const count = 100_000 // 13 MB
	for _, c := range []struct{ name, begin, between, end, to string }{
		{"lines to lines", "", "\n", "\n", "jsonl"},
		{"lines to HTTP", "", "\n", "\n", "http"},
		{"batch to batch", "[", ",", "]", "batch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			heap := func(middle int) uint64 {
				p, _, errs := cetest.Process("")
				r := &events{count: count, middle: middle, before: c.end, after: c.between}
				r.buf.WriteString(c.begin)
				p.In, p.Out = r, io.Discard
				if status := cetest.RunIn(p, convert.Command(), "--to", c.to); status != cli.ExitOK || r.n != count {
					t.Fatalf("status %d after %d events: %s", status, r.n, errs)
				}
				return r.heap
			}
			early, late := heap(count/100), heap(count-count/100)
			if late > early+1<<20 {
				t.Errorf("the heap has %d bytes at the beginning, and %d at the end", early, late)
			}
		})
	}
}

// A unit that is too large is refused before it is in memory.
func TestConvertLimits(t *testing.T) {
	long := `{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"` + strings.Repeat("x", 500_000) + `"}`
	for name, input := range map[string]string{
		"a line":                   long,
		"a batch":                  "[" + long + "]",
		"a body":                   "POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n" + long,
		"chunks":                   "POST / HTTP/1.1\nTransfer-Encoding: chunked\nContent-Type: application/cloudevents+json\n\n" + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(long), long),
		"a body that is announced": "POST / HTTP/1.1\nContent-Length: 1000000000000\nContent-Type: application/cloudevents+json\n\n{}",
	} {
		if _, errs, status := cetest.Run(t, convert.Command(), input, "--max-bytes", "400000"); status != cli.ExitFault || !strings.Contains(errs, "longer than 400000 bytes") {
			t.Errorf("%s: status %d, %s", name, status, errs)
		}
	}
}

func BenchmarkConvert(b *testing.B) {
	p, _, errs := cetest.Process("")
	r := &events{count: b.N, middle: -1, before: "\n", after: "\n"}
	p.In, p.Out = r, io.Discard
	b.ReportAllocs()
	if status := cetest.RunIn(p, convert.Command()); status != cli.ExitOK {
		b.Fatal(errs)
	}
}

// JSON for people is not indented without bound: 800 KiB of nested data would be 800 MB.
func TestConvertNestedData(t *testing.T) {
	nested := strings.Repeat("[", 1000) + strings.Repeat("1,", 400_000) + "1" + strings.Repeat("]", 1000)
	input := `{"specversion":"1.0","id":"1","source":"/","type":"t","data":` + nested + `}`
	out, errs, status := cetest.Run(t, convert.Command(), input, "--to", "json")
	if status != cli.ExitOK || len(out) > 5*len(input) || strings.Count(out, "\n") != 1 || !strings.Contains(out, nested) {
		t.Errorf("status %d, %d bytes of %d, %s", status, len(out), len(input), errs)
	}
	if out, _, _ := cetest.Run(t, convert.Command(), `{"specversion":"1.0","id":"1","source":"/","type":"t","data":[[1]]}`, "--to", "json"); !strings.HasSuffix(out, "  \"data\": [\n    [\n      1\n    ]\n  ]\n}\n") {
		t.Errorf("%s", out)
	}
}
