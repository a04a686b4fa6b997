package cecbor_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestForgive(t *testing.T) {
	formattest.Forgive(t, []formattest.Forgiven{
		{Name: "a legal event", Document: minimal},
		{Name: "null", Document: string(document(pair("x", "\xf6")))},
		{Name: "an illegal name", Document: string(document(pair("x_", "\x01"))), Forgiven: []error{validation.ErrName}},
		{Name: "an illegal name that is null", Document: string(document(pair("x_", "\xf6"))), Forgiven: []error{validation.ErrName}},
		{Name: "an empty subject", Document: string(document(pair("subject", "\x60"))), Forgiven: []error{validation.ErrMissing}},
		{Name: "an array and a map", Document: string(document(pair("x", "\x80"), pair("subject", "\xa0"))), Forgiven: []error{validation.ErrType, validation.ErrType}},
		{Name: "an unknown tag", Document: string(document(pair("x", "\xc5\x80"))), Forgiven: []error{validation.ErrType}},
		{Name: "an Integer of 64 bits", Document: string(document(pair("x", claim(0, 1<<63)))), Forgiven: []error{validation.ErrRange}},
		{Name: "a time of not a number", Document: string(document(pair("time", "\xc1\xf9\x7e\x00"))), Forgiven: []error{validation.ErrSyntax}},
		{Name: "a relative dataschema", Document: string(document(pair("dataschema", "\xd8\x20\x61s"))), Forgiven: []error{validation.ErrSyntax}},
		{Name: "a content type with a semicolon", Document: string(document(pair("datacontenttype", text("text/plain;")), pair("data", "\x61a"))), Forgiven: []error{validation.ErrSyntax}},
		{Name: "a required attribute", Document: strings.Replace(minimal, "bida1", "bid\xf6", 1), Refused: true},
		{Name: "an attribute that is there twice", Document: string(document(pair("x", "\x01"), pair("x", "\xf6"))), Refused: true},
		{Name: "what is malformed", Document: string(document(pair("x", "\x1c"))), Refused: true},
		{Name: "text that is not UTF-8", Document: string(document(pair("x", "\x61\xff"))), Refused: true},
		{Name: "data", Document: string(document(pair("datacontenttype", text("text/plain")), pair("data", "\x01"))), Refused: true},
		{Name: "data, and an illegal name", Document: string(document(pair("X", "\x01"), pair("datacontenttype", text("text/plain")), pair("data", "\x01"))), Refused: true},
		{Name: "data, and two illegal names", Document: string(document(pair("X", "\x01"), pair("Y", "\x01"), pair("datacontenttype", text("text/plain")), pair("data", "\x01"))), Refused: true},
		{Name: "data that is there twice", Document: string(document(pair("data", "\x01"), pair("data", "\x01"))), Refused: true},
	}, func(document []byte, forgive func(cloudevents.Receipt)) (cloudevents.Event, error) {
		return cecbor.Format{Forgive: forgive}.DecodeStructuredModeMessage(document, "")
	})
}
