package cecbor_test

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// A number of seconds is a Timestamp from the year 0 to the year 9999. The error about any
// other has the number.
func TestEpoch(t *testing.T) {
	integer := func(n int64) string {
		if n < 0 {
			return string(cborscan.AppendHead(nil, cborscan.Negative, uint64(-1-n)))
		}
		return string(cborscan.AppendHead(nil, cborscan.Unsigned, uint64(n)))
	}
	float := func(f float64) string {
		return string(binary.BigEndian.AppendUint64([]byte{cborscan.Float64}, math.Float64bits(f)))
	}
	for _, c := range []struct{ item, time, refused string }{
		{integer(0), "1970-01-01T00:00:00Z", ""},
		{integer(1), "1970-01-01T00:00:01Z", ""},
		{integer(-1), "1969-12-31T23:59:59Z", ""},
		{integer(-2), "1969-12-31T23:59:58Z", ""},
		{integer(253_402_300_799), "9999-12-31T23:59:59Z", ""},
		{integer(253_402_300_800), "", "253402300800"},
		{integer(-62_167_219_200), "0000-01-01T00:00:00Z", ""},
		{integer(-62_167_219_201), "", "-62167219201"},
		{integer(math.MaxInt64), "", "9223372036854775807"},
		{integer(math.MinInt64), "", "-9223372036854775808"},
		{claim(cborscan.Unsigned, math.MaxUint64), "", "18446744073709551615"},
		{claim(cborscan.Negative, math.MaxUint64), "", "-18446744073709551616"},
		{float(0.5), "1970-01-01T00:00:00.5Z", ""},
		{float(-0.5), "1969-12-31T23:59:59.5Z", ""},
		{float(-1.25), "1969-12-31T23:59:58.75Z", ""},
		{float(253_402_300_799.5), "9999-12-31T23:59:59.5Z", ""},
		{float(253_402_300_800), "", "2.534023008e+11"},
		{float(-62_167_219_200), "0000-01-01T00:00:00Z", ""},
		{float(-62_167_219_200.5), "", "-6.21672192005e+10"},
		{float(math.NaN()), "", "NaN"},
		{float(math.Inf(1)), "", "+Inf"},
		{float(math.Inf(-1)), "", "-Inf"},
	} {
		for _, name := range []string{"time", "x"} {
			e, err := cecbor.Decode(document(pair(name, "\xc1"+c.item)))
			v, has := e.Get(name)
			var invalid *validation.Error
			switch {
			case c.time != "" && (err != nil || !has || v.Type() != spec.Timestamp || v.String() != c.time):
				t.Errorf("%s, %x: %v, %v, want %s", name, c.item, v, err, c.time)
			case c.time == "" && (!errors.As(err, &invalid) || invalid.Attribute != name || invalid.Value != c.refused):
				t.Errorf("%s, %x: %v, %v, want an error about %s", name, c.item, v, err, c.refused)
			}
		}
	}
}
