package cexml_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestForgive(t *testing.T) {
	formattest.Forgive(t, []formattest.Forgiven{
		{Name: "a legal event", Document: document("")},
		{Name: "an illegal name", Document: document(`<ce:X xsi:type="ce:string">1</ce:X>`), Forgiven: []error{validation.ErrName}},
		{Name: "an illegal name without a type", Document: document(`<ce:X>1</ce:X>`), Forgiven: []error{validation.ErrName}},
		{Name: "an extension without a type", Document: document(`<ce:x>1</ce:x>`), Forgiven: []error{validation.ErrType}},
		{Name: "an extension of an unknown type", Document: document(`<ce:x xsi:type="xs:int">1</ce:x>`), Forgiven: []error{validation.ErrType}},
		{Name: "a core attribute of another type", Document: document(`<ce:subject xsi:type="ce:uri">urn:x</ce:subject>`), Forgiven: []error{validation.ErrType}},
		{Name: "an empty subject", Document: document(`<ce:subject/>`), Forgiven: []error{validation.ErrMissing}},
		{Name: "an empty subject and no type", Document: document(`<ce:x>1</ce:x><ce:subject/>`), Forgiven: []error{validation.ErrMissing, validation.ErrType}},
		{Name: "a relative dataschema", Document: document(`<ce:dataschema>s</ce:dataschema>`), Forgiven: []error{validation.ErrSyntax}},
		{Name: "a content type with a semicolon", Document: document(`<ce:datacontenttype>text/plain;</ce:datacontenttype>`), Forgiven: []error{validation.ErrSyntax}},
		{Name: "a patch level", Document: strings.Replace(document(""), "1.0", "1.0.2", 1), Forgiven: []error{validation.ErrVersion}},
		{Name: "32 extensions without types", Document: document(untyped(32)), Forgiven: slices.Repeat([]error{validation.ErrType}, 32)},
		{Name: "33 extensions without types", Document: document(untyped(33)), Refused: true},
		{
			Name: "16 extensions without types and 16 illegal names", Document: document(untyped(16) + misnamed(16)),
			Forgiven: slices.Concat(slices.Repeat([]error{validation.ErrName}, 16), slices.Repeat([]error{validation.ErrType}, 16)),
		},
		{Name: "16 extensions without types and 17 illegal names", Document: document(untyped(16) + misnamed(17)), Refused: true},
		{Name: "32 extensions without types and an empty subject", Document: document(untyped(32) + `<ce:subject/>`), Refused: true},
		{Name: "an extension without a type twice", Document: document(`<ce:x>1</ce:x><ce:x>1</ce:x>`), Refused: true},
		{Name: "an extension without a type, and with one", Document: document(`<ce:x>1</ce:x><ce:x xsi:type="ce:string">1</ce:x>`), Refused: true},
		{Name: "a core attribute of another type, and of its own", Document: document(`<ce:subject>1</ce:subject><ce:subject xsi:type="ce:uri">urn:x</ce:subject>`), Refused: true},
		{Name: "a required attribute", Document: start + end, Refused: true},
		{Name: "a required attribute of another type", Document: strings.Replace(document(""), "<ce:id>", `<ce:id xsi:type="ce:integer">`, 1), Refused: true},
		{Name: "specversion as an element", Document: document(`<ce:specversion>1.0</ce:specversion>`), Refused: true},
		{Name: "what is malformed", Document: document(`<a>`), Refused: true},
		{Name: "a child element", Document: document(`<ce:subject><a/></ce:subject>`), Refused: true},
		{Name: "data without a type", Document: document(`<ce:data>1</ce:data>`), Refused: true},
		{Name: "data, and an extension without a type", Document: document(`<ce:x>1</ce:x><ce:data xsi:type="xs:base64Binary">1</ce:data>`), Refused: true},
	}, func(document []byte, forgive func(cloudevents.Receipt)) (cloudevents.Event, error) {
		return cexml.Format{Forgive: forgive}.DecodeStructuredModeMessage(document, "")
	})
}

// untyped returns so many extensions without a type.
func untyped(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<ce:x%d>1</ce:x%d>`, i, i)
	}
	return b.String()
}

// misnamed returns so many attributes with illegal names.
func misnamed(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<ce:X%d xsi:type="ce:string">1</ce:X%d>`, i, i)
	}
	return b.String()
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

func TestForgiveLeavesOutAHundred(t *testing.T) {
	formattest.LeavesOut(t, func(n, size int) []byte {
		return []byte(batch(item + end + strings.Repeat(`<ce:event>`+data("xs:string", strings.Repeat("x", size))+end, n)))
	}, func(document []byte, forgive func(cloudevents.Receipt)) ([]cloudevents.Event, error) {
		return cexml.Format{Forgive: forgive}.DecodeBatchModeMessage(document, "")
	})
}
