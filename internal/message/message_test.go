package message_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/message"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

const document = `{"specversion":"1.0","id":"1","source":"/s","type":"t"}`

func minimal() cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
}

// attributes returns those of minimal, and more.
func attributes(more ...string) *cloudevents.Attributes {
	var a cloudevents.Attributes
	pairs := append([]string{"specversion", "1.0", "id", "1", "source", "/s", "type", "t"}, more...)
	for i := 0; i < len(pairs); i += 2 {
		a.Add(pairs[i], spec.String, pairs[i+1])
	}
	return &a
}

// other is an event format that is not JSON, whose data in binary mode are what it likes.
type other struct {
	format.JSON
	fails bool
}

func (other) MediaType() string { return "application/cloudevents+other" }

func (other) Accepts(contentType string) bool {
	return strings.HasPrefix(contentType, "application/cloudevents+other")
}

func (o other) DecodeStructuredModeMessage(body []byte, _ string, _ ...spec.Attribute) (cloudevents.Event, error) {
	e := minimal()
	e.Data = body
	if o.fails {
		return e, errors.ErrUnsupported
	}
	return e, nil
}

func (o other) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	if o.fails {
		return errors.ErrUnsupported
	}
	if len(body) > 0 {
		e.Data = body[1:]
	}
	return nil
}

func (o other) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	if o.fails {
		return []byte("half"), errors.ErrUnsupported
	}
	if len(e.Data) == 0 {
		return []byte{}, nil
	}
	return append([]byte{'+'}, e.Data...), nil
}

func TestMode(t *testing.T) {
	for name, c := range map[string]struct {
		d           message.Decoder
		contentType string
		mode        cloudevents.Mode
		want        error
	}{
		"none":                         {message.Decoder{}, "", cloudevents.BinaryMode, nil},
		"data":                         {message.Decoder{}, "text/plain", cloudevents.BinaryMode, nil},
		"JSON":                         {message.Decoder{}, "Application/CloudEvents+JSON; charset=UTF-8", cloudevents.StructuredMode, nil},
		"JSON in Latin 1":              {message.Decoder{}, "application/cloudevents+json; charset=latin1", cloudevents.StructuredMode, format.ErrUnknown},
		"batch":                        {message.Decoder{}, "application/cloudevents-batch+json", cloudevents.BatchMode, cloudevents.ErrContentMode},
		"batch, unknown formats taken": {message.Decoder{UnknownFormat: true}, "application/cloudevents-batch+x", cloudevents.BatchMode, cloudevents.ErrContentMode},
		"another format":               {message.Decoder{}, "application/cloudevents+other", cloudevents.StructuredMode, format.ErrUnknown},
		"another format, taken":        {message.Decoder{UnknownFormat: true}, "application/cloudevents+other", cloudevents.BinaryMode, nil},
		"another format, known":        {message.Decoder{Format: other{}}, "application/cloudevents+other", cloudevents.StructuredMode, nil},
		"JSON, which is not known":     {message.Decoder{Format: other{}}, spec.MediaTypeJSON, cloudevents.StructuredMode, format.ErrUnknown},
	} {
		if mode, err := c.d.Mode(c.contentType); mode != c.mode || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v", name, mode, err)
		}
	}
}

func TestStructured(t *testing.T) {
	for name, c := range map[string]struct {
		f    format.Formatter
		body []byte
		want error
	}{
		"JSON":              {nil, []byte(document), nil},
		"bad JSON":          {nil, []byte(document + "x"), nil},
		"another format":    {other{}, []byte("x"), nil},
		"no body":           {nil, nil, nil},
		"no body, not JSON": {other{}, nil, nil},
		"it fails":          {other{fails: true}, []byte("x"), errors.ErrUnsupported},
	} {
		var s cloudevents.Sealed
		var e, forSealed cloudevents.Event
		d := message.Decoder{Format: c.f}
		err := d.Structured(&e, c.body, "application/cloudevents+other")
		if c.f == nil {
			err = d.Structured(&e, c.body, spec.MediaTypeJSON)
		}
		d.Sealed = &s
		sealedErr := d.Structured(&forSealed, c.body, spec.MediaTypeJSON)
		if (err == nil) != (sealedErr == nil) || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v and %v", name, err, sealedErr)
		}
		if d := cmp.Diff(e, s.Event()); d != "" {
			t.Errorf("%s: sealed and not:\n%s", name, d)
		}
		if ok := name == "JSON" || name == "another format"; (err == nil) != ok || (e.ID == "1") != ok {
			t.Errorf("%s: %v, %v", name, e, err)
		}
		var syntax *cloudevents.SyntaxError
		if c.body == nil && (!errors.As(err, &syntax) || err.Error() != "offset 0: the message has no body, and in structured mode the event is in it") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBinary(t *testing.T) {
	with := func(data []byte) cloudevents.Event {
		e := minimal()
		e.Data = data
		return e
	}
	v03 := func() *cloudevents.Attributes {
		var a cloudevents.Attributes
		for _, pair := range [][2]string{{"specversion", "0.3"}, {"id", "1"}, {"source", "/s"}, {"type", "t"}, {"datacontentencoding", "base64"}} {
			a.Add(pair[0], spec.String, pair[1])
		}
		return &a
	}
	old := with([]byte("\x00"))
	old.SpecVersion = spec.V03
	oldEmpty, oldNone := old, old
	oldEmpty.Data, oldNone.Data = []byte{}, nil
	for name, c := range map[string]struct {
		f    format.Formatter
		a    *cloudevents.Attributes
		body []byte
		want cloudevents.Event
		err  error
	}{
		"data":                        {nil, attributes(), []byte("x"), with([]byte("x")), nil},
		"empty data":                  {nil, attributes(), []byte{}, with([]byte{}), nil},
		"no data":                     {nil, attributes(), nil, with(nil), nil},
		"data of a format":            {other{}, attributes(), []byte("+x"), with([]byte("x")), nil},
		"empty data of a format":      {other{}, attributes(), []byte{}, with([]byte{}), nil},
		"no data of a format":         {other{}, attributes(), nil, with(nil), nil},
		"a format that fails":         {other{fails: true}, attributes(), nil, cloudevents.Event{}, errors.ErrUnsupported},
		"an attribute twice":          {nil, attributes("id", "2"), []byte("x"), cloudevents.Event{}, validation.ErrDuplicate},
		"base64":                      {nil, v03(), []byte("AA=="), old, nil},
		"base64 of nothing":           {nil, v03(), []byte{}, oldEmpty, nil},
		"base64, and no data":         {nil, v03(), nil, oldNone, nil},
		"what should be base64":       {nil, v03(), []byte("?"), cloudevents.Event{}, validation.ErrData},
		"no version and illegal name": {nil, attributes("a-b", "x"), nil, cloudevents.Event{}, validation.ErrName},
	} {
		var e cloudevents.Event
		d := message.Decoder{Format: c.f}
		err := d.Binary(&e, c.a, c.body, nil)
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.want, e); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	var s cloudevents.Sealed
	var e cloudevents.Event
	d := message.Decoder{Sealed: &s}
	if err := d.Binary(&e, attributes(), []byte{}, nil); err != nil || cmp.Diff(with([]byte{}), s.Event()) != "" {
		t.Errorf("sealed: %v, %v", s.Event(), err)
	}
}

// The copy of an attribute is refused with everything else that is wrong, and forgiven with
// everything else that is forgiven.
func TestRepeated(t *testing.T) {
	repeated := message.CompareContentType("text/html", "text/plain", "kafka-protocol-binding.md#321-content-type")
	for name, c := range map[string]struct {
		more []string
		want []error
	}{
		"alone":             {nil, []error{validation.ErrDuplicate}},
		"behind another":    {[]string{"a-b", "x"}, []error{validation.ErrName, validation.ErrDuplicate}},
		"behind two others": {[]string{"a-b", "x", "y", "\xff"}, []error{validation.ErrName, validation.ErrCharacter, validation.ErrDuplicate}},
	} {
		check := func(how string, err error) {
			t.Helper()
			for _, want := range c.want {
				if !errors.Is(err, want) {
					t.Errorf("%s, %s: %v, want %v", name, how, err, want)
				}
			}
			if several, ok := err.(validation.Errors); ok != (len(c.want) > 1) || ok && len(several) != len(c.want) {
				t.Errorf("%s, %s: %v", name, how, err)
			}
		}
		var e cloudevents.Event
		var strict message.Decoder
		a := attributes(c.more...)
		strict.Begin(a)
		check("strict", strict.Binary(&e, a, nil, repeated))
		forgiving := message.Decoder{Forgive: func(r cloudevents.Receipt) {
			check("forgiving", r.Err)
			if r.Index != -1 || r.Event.ID != "1" {
				t.Errorf("%s: %+v", name, r)
			}
		}}
		a = attributes(c.more...)
		forgiving.Begin(a)
		if err := forgiving.Binary(&e, a, nil, repeated); err != nil || cmp.Diff(minimal(), e) != "" {
			t.Errorf("%s: %v, %v", name, e, err)
		}
	}
	if err := message.CompareContentType("text/plain", "text/plain", ""); err != nil {
		t.Errorf("the same: %v", err)
	}
	if err := message.CompareContentType("", "", ""); !errors.Is(err, validation.ErrDuplicate) {
		t.Errorf("an empty one without a content type: %v", err)
	}
	const text = `attribute "datacontenttype": the attribute datacontenttype is not the same as the content type of the message: "text/html" (kafka-protocol-binding.md#321-content-type)`
	if repeated.Error() != text {
		t.Errorf("%v", repeated)
	}
}

func TestBegin(t *testing.T) {
	d := message.Decoder{
		Extensions: []spec.Attribute{{Name: "n", Type: spec.Integer}}, MaxAttributes: 5, V1Only: true, Forgive: func(cloudevents.Receipt) {},
	}
	var a cloudevents.Attributes
	d.Begin(&a)
	if len(a.Extensions) != 1 || a.MaxAttributes != 5 || !a.V1Only || !a.Forgive {
		t.Errorf("%+v", a)
	}
}

func TestJSONEvent(t *testing.T) {
	for name, c := range map[string]struct {
		f           format.Formatter
		body        string
		contentType string
		taken       bool
		want        error
	}{
		"an event":                {nil, document, "", true, nil},
		"an event in JSON":        {nil, document, "application/json;charset=utf-8", true, nil},
		"an array":                {nil, "[" + document + "]", "", true, cloudevents.ErrContentMode},
		"something else":          {nil, `{"n":1}`, "", false, nil},
		"an event further in":     {nil, `{"payload":` + document + `}`, "", false, nil},
		"an event as text":        {nil, document, "text/plain", false, nil},
		"nothing":                 {nil, "", "", false, nil},
		"white space":             {nil, " ", "", false, nil},
		"a format without JSON":   {other{}, document, "", true, format.ErrUnknown},
		"an event that is broken": {nil, `{"specversion":"1.0"`, "", true, nil},
	} {
		var e cloudevents.Event
		d := message.Decoder{Format: c.f}
		taken, err := d.JSONEvent(&e, []byte(c.body), c.contentType)
		if taken != c.taken || !errors.Is(err, c.want) && c.want != nil {
			t.Errorf("%s: %v, %v", name, taken, err)
		}
		if ok := c.taken && err == nil; ok != (e.ID == "1") || ok != strings.HasPrefix(name, "an event") && ok {
			t.Errorf("%s: %v, %v", name, e, err)
		}
		if message.MayBeJSON([]byte(c.body), c.contentType) != (c.taken && !errors.Is(err, cloudevents.ErrContentMode)) {
			t.Errorf("%s: MayBeJSON is %v", name, !c.taken)
		}
	}
}

func TestNotCloudEvent(t *testing.T) {
	var d message.Decoder
	for name, c := range map[string]struct {
		foreign, contentType string
		want                 error
		text                 string
	}{
		"nothing":         {"", "", cloudevents.ErrNotCloudEvent, `message is not a CloudEvent: it has no header, and its content type is "" (x.md#1)`},
		"another binding": {"ce-id", "a/b", cloudevents.ErrNotCloudEvent, `"ce-id" is of another binding, or in another spelling: message is not a CloudEvent: it has no header, and its content type is "a/b" (x.md#1)`},
		"unknown format":  {"", "application/cloudevents+x", format.ErrUnknown, ""},
		"long":            {strings.Repeat("n", 1000), strings.Repeat("c", 1000), cloudevents.ErrNotCloudEvent, ""},
	} {
		err := d.NotCloudEvent("header", c.foreign, c.contentType, "x.md#1")
		if !errors.Is(err, c.want) || c.text != "" && err.Error() != c.text || len(err.Error()) > 300 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIsForeign(t *testing.T) {
	for name, want := range map[string]bool{
		"ce-id": true, "CE_ID": true, "ce_id": true, "cloudEvents_id": true, "cloudEvents:id": true, "Ce-Id": true,
		"ce-": false, "ce_": false, "cloudEvents:": false, "ce": false, "": false, "id": false, "ceid": false, "xce-id": false,
	} {
		if got := message.IsForeign(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestErrContentTypes(t *testing.T) {
	err := message.ErrContentTypes()
	var violation *validation.Error
	if !errors.As(err, &violation) || !errors.Is(err, validation.ErrDuplicate) || violation.Attribute != spec.DataContentType || violation.Section != spec.SectionContextAttributes {
		t.Errorf("%#v", err)
	}
}

func TestEncode(t *testing.T) {
	nested := minimal()
	nested.DataContentType = "application/cloudevents+json"
	with := func(data []byte) cloudevents.Event {
		e := minimal()
		e.Data = data
		return e
	}
	for name, c := range map[string]struct {
		e     cloudevents.Event
		mode  cloudevents.Mode
		f     format.Formatter
		body  []byte
		media string
		want  error
	}{
		"binary":                     {with([]byte("x")), cloudevents.BinaryMode, nil, []byte("x"), "", nil},
		"binary, empty":              {with([]byte{}), cloudevents.BinaryMode, nil, []byte{}, "", nil},
		"binary, no data":            {minimal(), cloudevents.BinaryMode, nil, nil, "", nil},
		"binary, a format":           {with([]byte("x")), cloudevents.BinaryMode, other{}, []byte("+x"), "", nil},
		"binary, empty, a format":    {with([]byte{}), cloudevents.BinaryMode, other{}, []byte{}, "", nil},
		"binary, no data, a format":  {minimal(), cloudevents.BinaryMode, other{}, nil, "", nil},
		"binary, a format fails":     {minimal(), cloudevents.BinaryMode, other{fails: true}, nil, "", errors.ErrUnsupported},
		"binary, an event in it":     {nested, cloudevents.BinaryMode, nil, nil, "", cloudevents.ErrContentMode},
		"binary, invalid":            {cloudevents.Event{}, cloudevents.BinaryMode, other{}, nil, "", validation.ErrMissing},
		"structured":                 {minimal(), cloudevents.StructuredMode, nil, []byte(document), spec.MediaTypeJSON, nil},
		"structured, a format":       {minimal(), cloudevents.StructuredMode, other{}, []byte(document), "application/cloudevents+other", nil},
		"structured, invalid":        {cloudevents.Event{}, cloudevents.StructuredMode, nil, nil, "", validation.ErrMissing},
		"structured, invalid format": {cloudevents.Event{}, cloudevents.StructuredMode, other{}, nil, "", validation.ErrMissing},
		"batch":                      {minimal(), cloudevents.BatchMode, nil, nil, "", cloudevents.ErrContentMode},
	} {
		body, media, err := message.Encode(&c.e, c.mode, c.f)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.body, body); d != "" || media != c.media {
			t.Errorf("%s: %q\n%s", name, media, d)
		}
		s, err := cloudevents.Seal(c.e)
		if err != nil {
			continue
		}
		e, body, media, err := message.EncodeSealed(&s, c.mode, c.f)
		if !errors.Is(err, c.want) {
			t.Errorf("%s, sealed: %v", name, err)
		}
		if d := cmp.Diff(c.body, body); d != "" || media != c.media || c.want == nil && e.ID != "1" {
			t.Errorf("%s, sealed: %v, %q\n%s", name, e, media, d)
		}
	}
}
