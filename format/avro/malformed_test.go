package ceavro_test

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
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

// What senders put before a value is named as soon as it is whole.
func TestPrefixes(t *testing.T) {
	const file, single, registry = "container file", "single-object encoding", "schema registry"
	for body, want := range map[string]string{
		"Obj\x01":     file,
		"Obj\x01\x02": file,
		"Obj":         "",
		"Obj\x02":     "",
		"obj\x01":     "",
		"\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08":  single,
		"\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08x": single,
		"\xc3\x01\x01\x02\x03\x04\x05\x06\x07":      "",
		"\xc3\x02\x01\x02\x03\x04\x05\x06\x07\x08":  "",
		"\x00\x00\x00\x00\x07":                      registry,
		"\x00\x00\x00\x00\x07\x0a":                  registry,
		"\x00\x00\x00\x00":                          "",
		"\x01\x00\x00\x00\x07":                      "",
	} {
		_, err := ceavro.Decode([]byte(body))
		if err == nil {
			t.Errorf("%q is an event", body)
			continue
		}
		for _, prefix := range []string{file, single, registry} {
			if strings.Contains(err.Error(), prefix) != (prefix == want) {
				t.Errorf("%q: %v, want the prefix %q", body, err, want)
			}
		}
		var syntax *cloudevents.SyntaxError
		if want != "" && (!errors.As(err, &syntax) || syntax.Offset != 0) {
			t.Errorf("%q: %v, want offset 0", body, err)
		}
	}
}
