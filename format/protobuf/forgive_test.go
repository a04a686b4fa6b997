package ceprotobuf_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestForgive(t *testing.T) {
	formattest.Forgive(t, []formattest.Forgiven{
		{Name: "a legal event", Document: minimal},
		{Name: "an illegal name", Document: minimal + entry("x_", bytesField(3, "")), Forgiven: []error{validation.ErrName}},
		{Name: "an empty subject", Document: minimal + entry("subject", bytesField(3, "")), Forgiven: []error{validation.ErrMissing}},
		{Name: "a time out of range", Document: minimal + entry("time", bytesField(7, "\x10\xff\xff\xff\xff\x07")), Forgiven: []error{validation.ErrRange}},
		{
			Name:     "an extension out of range and a wrong type",
			Document: minimal + entry("x", bytesField(7, "\x10\xff\xff\xff\xff\x07")) + entry("subject", "\x10\x01"),
			Forgiven: []error{validation.ErrType, validation.ErrRange},
		},
		{Name: "32 times out of range", Document: minimal + timesOutOfRange(32), Forgiven: slices.Repeat([]error{validation.ErrRange}, 32)},
		{Name: "33 times out of range", Document: minimal + timesOutOfRange(33), Refused: true},
		{
			Name: "31 times out of range and an illegal name", Document: minimal + timesOutOfRange(31) + entry("x_", bytesField(3, "")),
			Forgiven: append([]error{validation.ErrName}, slices.Repeat([]error{validation.ErrRange}, 31)...),
		},
		{Name: "32 times out of range and an illegal name", Document: minimal + timesOutOfRange(32) + entry("x_", bytesField(3, "")), Refused: true},
		{Name: "a relative dataschema", Document: minimal + entry("dataschema", bytesField(6, "s")), Forgiven: []error{validation.ErrSyntax}},
		{Name: "a content type with a semicolon", Document: minimal + entry("datacontenttype", bytesField(3, "text/plain;")), Forgiven: []error{validation.ErrSyntax}},
		{Name: "a required attribute", Document: minimal[3:], Refused: true},
		{Name: "a required attribute in the map", Document: minimal + entry("id", bytesField(3, "1")), Refused: true},
		{Name: "a required attribute in the map, out of range", Document: minimal + entry("id", bytesField(7, "\x10\xff\xff\xff\xff\x07")), Refused: true},
		{Name: "what is malformed", Document: minimal + "\x00", Refused: true},
		{Name: "data", Document: minimal + entry("datacontenttype", bytesField(3, "text/plain;charset=latin1")) + bytesField(7, "\xc3\xa9"), Refused: true},
		{Name: "data, and a time out of range", Document: minimal + entry("time", bytesField(7, "\x10\xff\xff\xff\xff\x07")) + bytesField(8, bytesField(1, "x")), Refused: true},
	}, func(document []byte, forgive func(cloudevents.Receipt)) (cloudevents.Event, error) {
		return ceprotobuf.Format{Forgive: forgive}.DecodeStructuredModeMessage(document, "")
	})
}

func timesOutOfRange(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(entry(fmt.Sprintf("x%d", i), bytesField(7, "\x10\xff\xff\xff\xff\x07")))
	}
	return b.String()
}

// Of an event with many violations, 32 are told.
func TestViolationsAreLimited(t *testing.T) {
	_, err := ceprotobuf.Decode([]byte(minimal + timesOutOfRange(100)))
	if n := len(formattest.Violations(err)); n != 32 {
		t.Errorf("%d violations: %v", n, err)
	}
}

// Of a batch, invalid events are left out, and what is forgiven in others is told.
func TestForgiveBatch(t *testing.T) {
	v03 := "\n\x011" + "\x12\x02/s" + "\x1a\x030.3" + "\"\x01t"
	body := bytesField(1, minimal) +
		bytesField(1, minimal[3:]) + // without id
		bytesField(1, minimal+entry("x_", bytesField(3, ""))) +
		bytesField(1, v03) +
		bytesField(1, minimal)
	var receipts []cloudevents.Receipt
	f := ceprotobuf.Format{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r) }}
	es, err := f.DecodeBatchModeMessage([]byte(body), "")
	if err != nil || len(es) != 3 || len(receipts) != 3 {
		t.Fatalf("%v, %v, %v", es, receipts, err)
	}
	for i, want := range []struct {
		index   int
		event   *cloudevents.Event
		because error
	}{{1, nil, validation.ErrMissing}, {2, &es[1], validation.ErrName}, {3, nil, validation.ErrVersion}} {
		r := receipts[i]
		var batchErr *cloudevents.BatchError
		if r.Index != want.index || r.Event != want.event || !errors.Is(r.Err, want.because) ||
			!errors.As(r.Err, &batchErr) || batchErr.Index != want.index {
			t.Errorf("%+v, want %+v", r, want)
		}
	}
	if _, err = f.DecodeBatchModeMessage([]byte(body+bytesField(1, "\x00")), ""); err == nil {
		t.Error("a malformed event is forgiven")
	}
}

func TestForgiveLeavesOutAHundred(t *testing.T) {
	formattest.LeavesOut(t, func(n, size int) []byte {
		content := ""
		if size > 0 {
			content = "2\xac\x02" + strings.Repeat("x", 300)
		}
		invalid := "\n" + string(binary.AppendUvarint(nil, uint64(len(content)))) + content
		return []byte(bytesField(1, minimal) + strings.Repeat(invalid, n))
	}, func(document []byte, forgive func(cloudevents.Receipt)) ([]cloudevents.Event, error) {
		return ceprotobuf.Format{Forgive: forgive}.DecodeBatchModeMessage(document, "")
	})
}
