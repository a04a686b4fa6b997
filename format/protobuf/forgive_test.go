package ceprotobuf_test

import (
	"errors"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestForgive(t *testing.T) {
	for _, c := range []struct {
		name, document string
		forgiven       []error // the sentinels of the receipt; nil if nothing is forgiven
		refused        bool
	}{
		{"a legal event", minimal, nil, false},
		{"an illegal name", minimal + entry("x_", bytesField(3, "")), []error{validation.ErrName}, false},
		{"an empty subject", minimal + entry("subject", bytesField(3, "")), []error{validation.ErrMissing}, false},
		{"a time out of range", minimal + entry("time", bytesField(7, "\x10\xff\xff\xff\xff\x07")), []error{validation.ErrRange}, false},
		{"an extension out of range and a wrong type", minimal + entry("x", bytesField(7, "\x10\xff\xff\xff\xff\x07")) + entry("subject", "\x10\x01"),
			[]error{validation.ErrType, validation.ErrRange}, false},
		{"a relative dataschema", minimal + entry("dataschema", bytesField(6, "s")), []error{validation.ErrSyntax}, false},
		{"a content type with a semicolon", minimal + entry("datacontenttype", bytesField(3, "text/plain;")), []error{validation.ErrSyntax}, false},
		{"a required attribute", minimal[3:], nil, true},
		{"a required attribute in the map", minimal + entry("id", bytesField(3, "1")), nil, true},
		{"a required attribute in the map, out of range", minimal + entry("id", bytesField(7, "\x10\xff\xff\xff\xff\x07")), nil, true},
		{"what is malformed", minimal + "\x00", nil, true},
		{"data", minimal + entry("datacontenttype", bytesField(3, "text/plain;charset=latin1")) + bytesField(7, "\xc3\xa9"), nil, true},
		{"data, and a time out of range", minimal + entry("time", bytesField(7, "\x10\xff\xff\xff\xff\x07")) + bytesField(8, bytesField(1, "x")), nil, true},
	} {
		var receipts []cloudevents.Receipt
		f := ceprotobuf.Format{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r) }}
		e, err := f.DecodeStructuredModeMessage([]byte(c.document), "")
		if (err != nil) != c.refused || err == nil && e.Validate() != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, strict := ceprotobuf.Decode([]byte(c.document))
		if (strict == nil) != (len(c.forgiven) == 0 && !c.refused) {
			t.Errorf("%s: strict: %v", c.name, strict)
		}
		if c.forgiven == nil {
			if len(receipts) != 0 {
				t.Errorf("%s: %v", c.name, receipts)
			}
			continue
		}
		if len(receipts) != 1 || receipts[0].Index != -1 || receipts[0].Event == nil || receipts[0].Event.ID != "1" {
			t.Errorf("%s: %+v", c.name, receipts)
			continue
		}
		got := violations(receipts[0].Err)
		if len(got) != len(c.forgiven) {
			t.Errorf("%s: %v", c.name, receipts[0].Err)
			continue
		}
		for i, want := range c.forgiven {
			if !errors.Is(got[i], want) || !errors.As(receipts[0].Err, new(*cloudevents.SyntaxError)) {
				t.Errorf("%s: %v, want %v", c.name, got[i], want)
			}
		}
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
