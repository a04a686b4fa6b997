package validation_test

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestInteger(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"zero", "0", nil},
		{"minus zero", "-0", nil},
		{"largest", "2147483647", nil},
		{"smallest", "-2147483648", nil},

		{"empty", "", validation.ErrSyntax},
		{"minus alone", "-", validation.ErrSyntax},
		{"plus sign", "+1", validation.ErrSyntax},
		{"leading zero", "01", validation.ErrSyntax},
		{"leading zero behind minus", "-01", validation.ErrSyntax},
		{"two zeros", "00", validation.ErrSyntax},
		{"fraction", "1.0", validation.ErrSyntax},
		{"exponent", "1e3", validation.ErrSyntax},
		{"hexadecimal", "0x10", validation.ErrSyntax},
		{"underscore", "1_000", validation.ErrSyntax},
		{"space before", " 1", validation.ErrSyntax},
		{"space behind", "1 ", validation.ErrSyntax},
		{"character below 0", "1/", validation.ErrSyntax},
		{"character above 9", "1:", validation.ErrSyntax},
		{"Arabic-Indic digit", "\u0661", validation.ErrSyntax},
		{"two minus signs", "--1", validation.ErrSyntax},
		{"minus behind", "1-", validation.ErrSyntax},
		{"letter behind too many digits", strings.Repeat("9", 30) + "x", validation.ErrSyntax},

		{"one too large", "2147483648", validation.ErrRange},
		{"one too small", "-2147483649", validation.ErrRange},
		{"one above 32 bits", "4294967296", validation.ErrRange},
		{"one above 64 bits", "18446744073709551616", validation.ErrRange},
		{"four thousand digits", "1" + strings.Repeat("0", 4000), validation.ErrRange},
	} {
		t.Run(c.name, func(t *testing.T) {
			verdict(t, c.text, validation.Text(spec.Integer, c.text), c.want, spec.SectionTypeSystem)
			compareInteger(t, c.text)
		})
	}
}

func TestIntegerAroundPowersOfTwo(t *testing.T) {
	one := big.NewInt(1)
	for bit := range uint(130) {
		n := new(big.Int).Sub(new(big.Int).Lsh(one, bit), big.NewInt(3))
		for range 6 {
			compareInteger(t, n.String())
			compareInteger(t, new(big.Int).Neg(n).String())
			n.Add(n, one)
		}
	}
}

var integerSyntax = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

func compareInteger(t *testing.T, s string) {
	t.Helper()
	var want error
	var value int64
	switch n, ok := new(big.Int).SetString(s, 10); {
	case !ok || !integerSyntax.MatchString(s):
		want = validation.ErrSyntax
	case n.Cmp(big.NewInt(-1<<31)) < 0 || n.Cmp(big.NewInt(1<<31-1)) > 0:
		want = validation.ErrRange
	default:
		value = n.Int64()
	}
	verdict(t, s, validation.Text(spec.Integer, s), want, spec.SectionTypeSystem)
	got, err := validation.ParseInteger(s)
	verdict(t, s, err, want, spec.SectionTypeSystem)
	if int64(got) != value {
		t.Errorf("ParseInteger(%q) = %d, want %d", s, got, value)
	}
	if want == nil && s != "-0" && strconv.Itoa(int(got)) != s {
		t.Errorf("%q is not canonical: %d", s, got)
	}
}

func FuzzInteger(f *testing.F) {
	for _, s := range []string{"0", "-0", "2147483647", "-2147483648", "2147483648", "99999999999999999999", "01", "+1", "1e3", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { compareInteger(t, s) })
}
