package ceavro_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
)

// A double has the text that encoding/json gives it, and comes back as a double.
func TestNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 4))
	numbers := []float64{0.001, 0.0015, 0.1, 0.3, 1e11 - 0.5, 1e11 + 0.5, 99999999999.999, 1e15, 1 << 53, 1<<53 + 2, 1e20, 1e21, 1e-6, 1e-7, 5e-324, math.MaxFloat64}
	for range 20_000 {
		numbers = append(numbers, math.Float64frombits(r.Uint64()), float64(r.IntN(1e9))/[]float64{1, 10, 100, 1000, 10000}[r.IntN(5)],
			math.Nextafter(float64(r.IntN(1e6))/1000, math.Inf(1)), r.Float64()*1e11, r.NormFloat64())
	}
	for _, f := range numbers {
		for _, f := range []float64{f, -f} {
			want, err := json.Marshal(f)
			if err != nil {
				continue // not finite
			}
			double := string(binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)))
			e, err := ceavro.Decode([]byte(document(long(5)+double, isJSON)))
			if err != nil || !bytes.Equal(e.Data, want) {
				t.Fatalf("%g is %s, want %s: %v", f, e.Data, want, err)
			}
			b := encoded(t, codecs[0], e)
			if !bytes.HasSuffix(b, []byte(long(5)+double)) {
				t.Fatalf("%s is encoded as %q", want, b)
			}
			if back, err := strconv.ParseFloat(string(e.Data), 64); err != nil || back != f {
				t.Fatalf("%s is %g, want %g", e.Data, back, f)
			}
		}
	}
}
