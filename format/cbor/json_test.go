package cecbor_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/validation"
)

// What is exact, in both directions. The second JSON text is "" if it is the first.
func TestJSON(t *testing.T) {
	for _, c := range []struct{ json, item, back string }{
		{"null", "\xf6", ""},
		{"true", "\xf5", ""},
		{" false ", "\xf4", "false"},
		{"0", "\x00", ""},
		{"-0", "\xf9\x80\x00", "-0.0"},
		{"-0.0", "\xf9\x80\x00", ""},
		{"23", "\x17", ""},
		{"24", "\x18\x18", ""},
		{"-256", "\x38\xff", ""},
		{"65536", "\x1a\x00\x01\x00\x00", ""},
		{"18446744073709551615", "\x1b\xff\xff\xff\xff\xff\xff\xff\xff", ""},
		{"-18446744073709551615", "\x3b\xff\xff\xff\xff\xff\xff\xff\xfe", ""},
		{"-18446744073709551616", "\x3b\xff\xff\xff\xff\xff\xff\xff\xff", ""},
		{"9007199254740993", "\x1b\x00\x20\x00\x00\x00\x00\x00\x01", ""}, // 2^53 + 1
		{"18446744073709552000", "\xfa\x5f\x80\x00\x00", "18446744073709552000.0"},
		{"1.0", "\xf9\x3c\x00", ""},
		{"1e0", "\xf9\x3c\x00", "1.0"},
		{"10E-1", "\xf9\x3c\x00", "1.0"},
		{"0.000e+5", "\xf9\x00\x00", "0.0"},
		{"1.5", "\xf9\x3e\x00", ""},
		{"65504.0", "\xf9\x7b\xff", ""},
		{"65505.0", "\xfa\x47\x7f\xe1\x00", ""},
		{"0.00006103515625", "\xf9\x04\x00", ""},
		{"5.960464477539063e-08", "\xf9\x00\x01", ""},
		{"2.9802322387695312e-08", "\xfa\x33\x00\x00\x00", ""},
		{"0.1", "\xfb\x3f\xb9\x99\x99\x99\x99\x99\x9a", ""},
		{"0.10", "\xfb\x3f\xb9\x99\x99\x99\x99\x99\x9a", "0.1"},
		{"1e+300", "\xfb\x7e\x37\xe4\x3c\x88\x00\x75\x9c", ""},
		{"5e-324", "\xfb\x00\x00\x00\x00\x00\x00\x00\x01", ""},
		{`""`, "\x60", ""},
		{`"é\n\"\u0001"`, "\x65é\n\"\x01", ""},
		{`"\u00e9\/\ud83d\ude00"`, "\x67é/😀", `"é/😀"`},
		{"[]", "\x80", ""},
		{" [ 1 , [ ] , { } ] ", "\x83\x01\x80\xa0", "[1,[],{}]"},
		{`{"b":{"a":[1,2],"":null},"a":",]}"}`, "\xa2\x61b\xa2\x61a\x82\x01\x02\x60\xf6\x61a\x63,]}", ""},
		{`{"a":{"a":1},"b":{"a":1}}`, "\xa2\x61a\xa1\x61a\x01\x61b\xa1\x61a\x01", ""},
		{"[" + strings.Repeat("0,", 23) + "0]", "\x98\x18" + strings.Repeat("\x00", 24), ""},
	} {
		item, err := cecbor.AppendItem([]byte("x"), []byte(c.json))
		if err != nil || string(item) != "x"+c.item {
			t.Errorf("%s: %q, want %q: %v", c.json, item, c.item, err)
		}
		want := c.back
		if want == "" {
			want = c.json
		}
		text, err := cecbor.AppendJSON([]byte("x"), []byte(c.item))
		if err != nil || string(text) != "x"+want {
			t.Errorf("%q: %s, want %s: %v", c.item, text, want, err)
		}
	}
}

func TestAppendItemRefuses(t *testing.T) {
	for name, value := range map[string]string{
		"nothing":                  "",
		"two values":               "1 2",
		"no JSON":                  "{]",
		"invalid UTF-8":            "\"\xff\"",
		"an unpaired surrogate":    `"\ud800"`,
		"an unpaired surrogate, 2": `{"\udc00":1}`,
		"too many digits":          "0.1000000000000000055511151231257827",
		"too many digits, 2":       "123456789012345678901",
		"too large":                "1e309",
		"too large, 2":             strings.Repeat("9", 400),
		"too small":                "1e-400",
		"an exponent of no int":    "1e99999999999999999999",
		"an exponent of no int, 2": "1e-99999999999999999999",
		"members twice":            `{"a":1,"b":2,"\u0061":3}`,
		"members twice within":     `[{"a":[{"x":1,"x":1}]}]`,
		"too deep":                 strings.Repeat("[", 1025) + strings.Repeat("]", 1025),
	} {
		if item, err := cecbor.AppendItem(nil, []byte(value)); !errors.Is(err, validation.ErrData) || item != nil {
			t.Errorf("%s: %q, %v", name, item, err)
		}
	}
}

func TestAppendJSONRefuses(t *testing.T) {
	for name, item := range map[string]string{
		"nothing":         "",
		"two items":       "\x01\x01",
		"not well-formed": "\x1c",
		"bytes":           "\x41a",
		"a tag":           "\xc1\x01",
		"a tag within":    "\x81\xd8\x40\x40",
		"undefined":       "\xf7",
		"a simple value":  "\xf8\xff",
		"not a number":    "\xf9\x7e\x00",
		"infinite":        "\xfa\x7f\x80\x00\x00",
		"a key":           "\xa1\x01\x01",
		"a key, null":     "\xbf\xf6\x01\xff",
		"a key twice":     "\xa3\x61a\x01\x61b\x02\x61a\x01",
		"within":          "\x81\xa1\x61a\xa2\x60\x01\x60\x01",
		"in order":        "\xa2\x61a\x01\x61a\x01",
		"in other heads":  "\xbf\x61a\x01\x61b\x02\x78\x01a\x01\xff",
		"in chunks":       "\xa3\x62ab\x01\x61a\x02\x7f\x60\x61a\x61b\xff\x01",
		"both in chunks":  "\xa2\x7f\x61a\x62bc\xff\x01\x7f\x62ab\x61c\xff\x01",
		"too deep":        strings.Repeat("\x81", 1025) + "\x01",
	} {
		if text, err := cecbor.AppendJSON(nil, []byte(item)); !errors.Is(err, validation.ErrData) || text != nil {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
}

// Keys that are different, in the order of their bytes and in others, and of maps that enclose
// each other.
func TestAppendJSONKeys(t *testing.T) {
	for item, want := range map[string]string{
		"\xa2\x61a\x01\x61b\x02":                               `{"a":1,"b":2}`,
		"\xa3\x61b\x01\x61a\x02\x60\x03":                       `{"b":1,"a":2,"":3}`,
		"\xa2\x61a\xa2\x61a\x01\x61b\x02\x61b\x03":             `{"a":{"a":1,"b":2},"b":3}`,
		"\x82\xa1\x61a\x01\xa1\x61a\x01":                       `[{"a":1},{"a":1}]`,
		"\xa2\x7f\x61a\x61b\xff\x01\x61a\x02":                  `{"ab":1,"a":2}`,
		"\xa2\x7f\x61a\x61b\xff\x01\x7f\x61a\x60\x61c\xff\x02": `{"ab":1,"ac":2}`,
		"\xa2\x7f\xff\x01\x7f\x60\x61a\xff\x02":                `{"":1,"a":2}`,
	} {
		for _, before := range []string{"", "x"} {
			text, err := cecbor.AppendJSON([]byte(before), []byte(item))
			if err != nil || string(text) != before+want {
				t.Errorf("%q: %s, want %s: %v", item, text, want, err)
			}
		}
	}
}

// Every float64 comes back, and is the one that encoding/json reads.
func TestFloats(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	floats := []float64{math.MaxFloat64, math.SmallestNonzeroFloat64, math.MaxFloat32, math.SmallestNonzeroFloat32, 1e21, 1e-6, 9.999e20, 9.9e-7, 0, math.Copysign(0, -1)}
	for bits := range 1 << 16 {
		floats = append(floats, half(uint16(bits)))
	}
	for range 20_000 {
		floats = append(floats, math.Float64frombits(r.Uint64()), float64(math.Float32frombits(r.Uint32())), float64(r.IntN(1e9))/1000)
	}
	for _, f := range floats {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		want, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		item, err := cecbor.AppendItem(nil, want)
		if err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		text, err := cecbor.AppendJSON(nil, item)
		var got float64
		if err != nil || json.Unmarshal(text, &got) != nil || got != f {
			t.Fatalf("%s is %q and then %s: %v", want, item, text, err)
		}
		again, err := cecbor.AppendItem(nil, text)
		if err != nil || !bytes.Equal(again, item) && bytes.ContainsAny(want, ".e") {
			t.Fatalf("%s is %q: %v", text, again, err)
		}
	}
}

// half is a slow float of 16 bits.
func half(bits uint16) float64 {
	sign, exponent, mantissa := 1.0, int(bits>>10&31), float64(bits&0x3ff)
	if bits>>15 == 1 {
		sign = -1
	}
	switch exponent {
	case 0:
		return sign * mantissa / 1024 * math.Pow(2, -14)
	case 31:
		return math.NaN()
	}
	return sign * (1 + mantissa/1024) * math.Pow(2, float64(exponent-15))
}

// FuzzJSON converts JSON to an item and back, and an item to JSON and back. What is
// accepted means the same to encoding/json.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5,1e300,"\u00e9",null,true,{}]}`, "-0", "18446744073709551616", "\xa1\x61a\x9f\xf9\x3c\x00\xff", "\x7f\x61a\xff", "1e-7", `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		if item, err := cecbor.AppendItem(nil, b); err == nil {
			text, err := cecbor.AppendJSON(nil, item)
			if err != nil || !sameJSON(t, b, text) {
				t.Fatalf("%q is %q and then %q: %v", b, item, text, err)
			}
			if again, err := cecbor.AppendItem(nil, text); err != nil || !bytes.Equal(again, item) {
				// An integer of more than 64 bits becomes a float, and stays one.
				t.Fatalf("%q is %q and then %q: %v", b, item, again, err)
			}
		}
		if text, err := cecbor.AppendJSON(nil, b); err == nil {
			if !json.Valid(text) {
				t.Fatalf("%q is %q", b, text)
			}
			item, err := cecbor.AppendItem(nil, text)
			if err != nil {
				t.Fatalf("%q is %q: %v", b, text, err)
			}
			again, err := cecbor.AppendJSON(nil, item)
			if err != nil || !bytes.Equal(again, text) {
				t.Fatalf("%q is %q and then %q: %v", b, text, again, err)
			}
		}
		if !bytes.Equal(b, before) {
			t.Fatal("the input has changed")
		}
	})
}

// sameJSON compares with float64 for all numbers.
func sameJSON(t *testing.T, a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	p, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	q, err := json.Marshal(y)
	return err == nil && bytes.Equal(p, q)
}
