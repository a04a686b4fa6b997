package ceavro_test

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	"github.com/seed763dd41b/cloudevents/validation"
)

// A block ends where its size says.
func TestBlockSizes(t *testing.T) {
	whole := document(noData, entry("x", 3, str("a")))
	body, ok := strings.CutPrefix(whole, long(5))
	if !ok {
		t.Fatalf("%q", whole)
	}
	attributes, _, _ := strings.Cut(body, entry("x", 3, str("a")))
	size := int64(len(attributes) + len(entry("x", 3, str("a"))))
	for d := int64(-3); d <= 3; d++ {
		_, err := ceavro.Decode([]byte(long(-5) + long(size+d) + body))
		if (err == nil) != (d == 0) {
			t.Errorf("a size that is %d too large: %v", d, err)
		}
	}
}

// JSON has no NaN and no infinity, wherever they are among other numbers.
func TestNumbersThatJSONLacks(t *testing.T) {
	double := func(f float64) string { return string(binary.LittleEndian.AppendUint64(nil, math.Float64bits(f))) }
	object := func(a, b float64) string {
		return document(long(3)+long(2)+entry("a", 3, double(a))+entry("b", 3, double(b))+long(0), isJSON)
	}
	if e, err := ceavro.Decode([]byte(object(1, 2.5))); err != nil || string(e.Data) != `{"a":1,"b":2.5}` {
		t.Errorf("%s, %v", e.Data, err)
	}
	for name, f := range map[string]float64{"NaN": math.NaN(), "infinity": math.Inf(1), "minus infinity": math.Inf(-1)} {
		for place, body := range map[string]string{"alone": document(long(5)+double(f), isJSON), "the first": object(f, 1), "the last": object(1, f)} {
			if e, err := ceavro.Decode([]byte(body)); !errors.Is(err, validation.ErrData) {
				t.Errorf("%s, %s: %s, %v", name, place, e.Data, err)
			}
		}
	}
}
