package cexml_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestForgive(t *testing.T) {
	for _, c := range []struct {
		name, document string
		forgiven       []error // the sentinels of the receipt; nil if nothing is forgiven
		refused        bool
	}{
		{"a legal event", document(""), nil, false},
		{"an illegal name", document(`<ce:X xsi:type="ce:string">1</ce:X>`), []error{validation.ErrName}, false},
		{"an illegal name without a type", document(`<ce:X>1</ce:X>`), []error{validation.ErrName}, false},
		{"an extension without a type", document(`<ce:x>1</ce:x>`), []error{validation.ErrType}, false},
		{"an extension of an unknown type", document(`<ce:x xsi:type="xs:int">1</ce:x>`), []error{validation.ErrType}, false},
		{"a core attribute of another type", document(`<ce:subject xsi:type="ce:uri">urn:x</ce:subject>`), []error{validation.ErrType}, false},
		{"an empty subject", document(`<ce:subject/>`), []error{validation.ErrMissing}, false},
		{"an empty subject and no type", document(`<ce:x>1</ce:x><ce:subject/>`), []error{validation.ErrMissing, validation.ErrType}, false},
		{"a relative dataschema", document(`<ce:dataschema>s</ce:dataschema>`), []error{validation.ErrSyntax}, false},
		{"a content type with a semicolon", document(`<ce:datacontenttype>text/plain;</ce:datacontenttype>`), []error{validation.ErrSyntax}, false},
		{"a patch level", strings.Replace(document(""), "1.0", "1.0.2", 1), []error{validation.ErrVersion}, false},
		{"32 extensions without types", document(strings.Repeat(`<ce:x>1</ce:x>`, 32)), slicesRepeat(validation.ErrType, 32), false},
		{"33 extensions without types", document(strings.Repeat(`<ce:x>1</ce:x>`, 33)), nil, true},
		{"a required attribute", start + end, nil, true},
		{"a required attribute of another type", strings.Replace(document(""), "<ce:id>", `<ce:id xsi:type="ce:integer">`, 1), nil, true},
		{"specversion as an element", document(`<ce:specversion>1.0</ce:specversion>`), nil, true},
		{"what is malformed", document(`<a>`), nil, true},
		{"a child element", document(`<ce:subject><a/></ce:subject>`), nil, true},
		{"data without a type", document(`<ce:data>1</ce:data>`), nil, true},
		{"data, and an extension without a type", document(`<ce:x>1</ce:x><ce:data xsi:type="xs:base64Binary">1</ce:data>`), nil, true},
	} {
		var receipts []cloudevents.Receipt
		f := cexml.Format{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r) }}
		e, err := f.DecodeStructuredModeMessage([]byte(c.document), "")
		if (err != nil) != c.refused || err == nil && e.Validate() != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, strict := cexml.Decode([]byte(c.document))
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

func slicesRepeat(err error, n int) (all []error) {
	for range n {
		all = append(all, err)
	}
	return all
}

// Of a batch, invalid events are left out, and what is forgiven in others is told.
func TestForgiveBatch(t *testing.T) {
	legal := item + end
	content := legal + strings.Replace(legal, "<ce:id>1</ce:id>", "", 1) + item + `<ce:x>1</ce:x>` + end +
		strings.Replace(legal, "1.0", "0.3", 1) + item + `<ce:data>1</ce:data>` + end + legal
	var receipts []cloudevents.Receipt
	f := cexml.Format{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r) }}
	es, err := f.DecodeBatchModeMessage([]byte(batch(content)), "")
	if err != nil || len(es) != 3 || len(receipts) != 4 {
		t.Fatalf("%v, %v, %v", es, receipts, err)
	}
	for i, want := range []struct {
		index   int
		event   *cloudevents.Event
		because error
	}{{1, nil, validation.ErrMissing}, {2, &es[1], validation.ErrType}, {3, nil, validation.ErrVersion}, {4, nil, validation.ErrData}} {
		r := receipts[i]
		var batchErr *cloudevents.BatchError
		if r.Index != want.index || r.Event != want.event || !errors.Is(r.Err, want.because) ||
			!errors.As(r.Err, &batchErr) || batchErr.Index != want.index {
			t.Errorf("%+v, want %+v", r, want)
		}
	}
	if _, err = f.DecodeBatchModeMessage([]byte(batch(content+`<ce:event><a>`)), ""); err == nil {
		t.Error("a malformed event is forgiven")
	}
}
