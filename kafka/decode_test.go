package cekafka_test

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// What JSONEvents takes, and what it leaves alone.
func TestJSONEvents(t *testing.T) {
	const dapr = `{"data":{"orderId":"17"},"datacontenttype":"application/json","id":"1","pubsubname":"pubsub","source":"checkout","specversion":"1.0","time":"2024-05-01T10:00:00Z","topic":"orders","traceid":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"","type":"com.dapr.event.sent"}`
	const argo = `{"data":"aGk=","datacontenttype":"application/json","id":"1","source":"webhook","specversion":"1.0","subject":"example","time":"2021-06-01T06:38:21Z","type":"webhook"}`
	for name, c := range map[string]struct {
		value, contentType string // "" is absent
		want               error  // nil is an event
	}{
		"Dapr":                            {dapr, "", nil},
		"Dapr with the type of JSON":      {dapr, "application/json", nil},
		"Argo Events":                     {argo, "", nil},
		"outbox":                          {document, "Application/JSON; charset=utf-8", nil},
		"byte order mark":                 {"\uFEFF" + document, "", nil},
		"byte order mark and white space": {"\uFEFF \n" + document, "", nil},
		"white space":                     {" \r\n\t" + document + "\n", "", nil},
		"version behind a large object":   {`{"id":"1","source":"/s","type":"t","data":{"specversion":"x","a":[1,{}]} , "specversion":"1.0"}`, "", nil},
		"array":                           {"[" + document + "]", "", cloudevents.ErrContentMode},
		"array behind a byte order mark":  {"\uFEFF [" + document + "]", "application/json", cloudevents.ErrContentMode},
		"missing id":                      {`{"specversion":"1.0","source":"/s","type":"t"}`, "", validation.ErrMissing},
		"null version":                    {`{"specversion":null,"id":"1","source":"/s","type":"t"}`, "", validation.ErrMissing},
		"unknown version":                 {strings.Replace(document, "1.0", "2.0", 1), "", validation.ErrVersion},
		"no version":                      {`{"id":"1"}`, "", cloudevents.ErrNotCloudEvent},
		"version in a string":             {`{"id":"\"specversion\""}`, "", cloudevents.ErrNotCloudEvent},
		"version as a value":              {`{"id":"specversion"}`, "", cloudevents.ErrNotCloudEvent},
		"version further in":              {`{"schema":null,"payload":` + document + `}`, "", cloudevents.ErrNotCloudEvent},
		"version in an array of a member": {`{"events":[` + document + `],"n":1}`, "", cloudevents.ErrNotCloudEvent},
		"Confluent wire format":           {"\x00\x00\x00\x00\x07" + document, "", cloudevents.ErrNotCloudEvent},
		"a string":                        {`"specversion"`, "", cloudevents.ErrNotCloudEvent},
		"array of something else":         {`["specversion"]`, "", cloudevents.ErrNotCloudEvent},
		"array of other objects":          {`[{"a":"specversion"},{}]`, "", cloudevents.ErrNotCloudEvent},
		"an empty object, and more":       {`{} "specversion"`, "", cloudevents.ErrNotCloudEvent},
		"a batch of nothing":              {`[]`, "", cloudevents.ErrNotCloudEvent},
		"another content type":            {document, "text/plain", cloudevents.ErrNotCloudEvent},
		"a content type that is none":     {document, "json", cloudevents.ErrNotCloudEvent},
		"tombstone":                       {"", "", cloudevents.ErrNotCloudEvent},
		"tombstone with a type":           {"", "application/json", cloudevents.ErrNotCloudEvent},
	} {
		m := &cekafka.Message{Key: []byte("k")}
		if c.value != "" {
			m.Value = []byte(c.value)
		}
		if c.contentType != "" {
			m.Headers = headers("content-type", c.contentType)
		}
		d := cekafka.Decoder{JSONEvents: true}
		e, err := d.ToCloudEvent(m)
		sealed, sealedErr := d.ToSealed(m)
		if !errors.Is(err, c.want) || !errors.Is(sealedErr, c.want) {
			t.Errorf("%s: errors are %v and %v, want %v", name, err, sealedErr, c.want)
		}
		if c.want == nil && (e.ID != "1" || sealed.Attributes.ID != "1") {
			t.Errorf("%s: %v", name, e)
		}
		if _, err := cekafka.ToCloudEvent(m, nil); !errors.Is(err, cloudevents.ErrNotCloudEvent) {
			t.Errorf("%s: without JSONEvents the error is %v", name, err)
		}
	}
}

// What is cut short or malformed is an event that cannot be read, not somebody else's
// message.
func TestJSONEventsMalformed(t *testing.T) {
	d := cekafka.Decoder{JSONEvents: true}
	for _, value := range []string{
		document[:len(document)-1], document + "}", `{"specversion"`, `{"id":"1",,"specversion":"1.0"}`, `{"id" "specversion"}`,
		`{"id":tru,"specversion":"1.0"}`, `{"id":"` + "\x01" + `","specversion":"1.0"}`, `{1:"specversion"}`, `{"a":1 "specversion":"1.0"}`,
	} {
		var syntax *cloudevents.SyntaxError
		if _, err := d.ToCloudEvent(&cekafka.Message{Value: []byte(value)}); !errors.As(err, &syntax) {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// A message that says what it is counts as that with JSONEvents, too.
func TestJSONEventsChangeNothingElse(t *testing.T) {
	for _, c := range fixtures(t, "kafka/decode/") {
		want, wantErr := cekafka.ToCloudEvent(ofCase(c), nil, c.Extensions...)
		d := cekafka.Decoder{Extensions: c.Extensions, JSONEvents: true}
		got, err := d.ToCloudEvent(ofCase(c))
		if errors.Is(wantErr, cloudevents.ErrNotCloudEvent) {
			continue
		}
		if d := cmp.Diff(want, got); d != "" || (err == nil) != (wantErr == nil) {
			t.Errorf("%s: %v, %v\n%s", c.Name, err, wantErr, d)
		}
	}
}

// protobuf is a format that no package of this module has yet.
type protobuf struct{ format.JSON }

func (protobuf) MediaType() string { return "application/cloudevents+protobuf" }
func (protobuf) Accepts(media string) bool {
	return strings.HasPrefix(media, "application/cloudevents+protobuf")
}

func (p protobuf) DecodeStructuredModeMessage(body []byte, media string, exts ...spec.Attribute) (cloudevents.Event, error) {
	e, err := p.JSON.DecodeStructuredModeMessage(body, "", exts...)
	e.Subject = media // which it keeps
	return e, err
}

func (protobuf) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	if len(body) > 0 {
		e.Data = bytes.ToUpper(body)
	}
	return nil
}

func (protobuf) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	if string(e.Data) == "unwritable" {
		return nil, errors.ErrUnsupported
	}
	return bytes.ToLower(e.Data), nil
}

func TestFormat(t *testing.T) {
	d := cekafka.Decoder{Format: protobuf{}, JSONEvents: true}
	m := &cekafka.Message{Headers: headers("content-type", "application/cloudevents+protobuf; a=b"), Value: []byte(document)}
	e, err := d.ToCloudEvent(m)
	copy(m.Headers[0].Value, "xxxxxxxxxxx")
	if err != nil || e.Subject != "application/cloudevents+protobuf; a=b" {
		t.Errorf("%v, %v", e, err)
	}
	if sealed, err := d.ToSealed(&cekafka.Message{Headers: headers("content-type", "application/cloudevents+protobuf"), Value: []byte(document)}); err != nil || sealed.Attributes.ID != "1" {
		t.Errorf("sealed: %v, %v", sealed, err)
	}
	// JSON is not its business, whether a message says so or not.
	if _, err := d.ToCloudEvent(structured(document)); !errors.Is(err, format.ErrUnknown) {
		t.Errorf("a JSON event: %v", err)
	}
	if _, err := d.ToCloudEvent(&cekafka.Message{Value: []byte(document)}); !errors.Is(err, format.ErrUnknown) {
		t.Errorf("a JSON event that does not say so: %v", err)
	}
	// Its errors come back, and no half of an event.
	if e, err := d.ToCloudEvent(&cekafka.Message{Headers: headers("content-type", "application/cloudevents+protobuf"), Value: []byte(`{"id":1}`)}); err == nil || e.Subject != "" {
		t.Errorf("%v, %v", e, err)
	}
	for value, want := range map[string][]byte{"abc": []byte("ABC"), "": {}} {
		m := binary("x")
		m.Value = []byte(value)
		if e, err := d.ToCloudEvent(m); err != nil || cmp.Diff(want, e.Data) != "" {
			t.Errorf("%q: data is %q, %v", value, e.Data, err)
		}
	}
	if e, err := d.ToCloudEvent(binary("")); err != nil || e.Data != nil {
		t.Errorf("no value: data is %q, %v", e.Data, err)
	}
	// A set of formats reads what one of them does.
	set := cekafka.Decoder{Format: format.Set{protobuf{}, format.JSON{}}}
	if e, err := set.ToCloudEvent(structured(document)); err != nil || e.Subject != "" {
		t.Errorf("a set: %v, %v", e, err)
	}
}

func TestUnknownFormat(t *testing.T) {
	d := cekafka.Decoder{UnknownFormat: true}
	m := binary("\x04\x04id", "content-type", "application/cloudevents+avro")
	e, err := d.ToCloudEvent(m)
	want := minimal()
	want.DataContentType, want.Data = "application/cloudevents+avro", []byte("\x04\x04id")
	if err != nil {
		t.Fatal(err)
	}
	wantEvent(t, e, want)
	if !cekafka.IsCloudEvent(m) {
		t.Error("it declares no event")
	}
	if _, err := cekafka.ToMessage(&e, cloudevents.BinaryMode, nil); !errors.Is(err, cloudevents.ErrContentMode) {
		t.Errorf("encoded in binary mode: %v", err)
	}
	// Without attributes it remains unknown, a batch remains a batch, and JSON is known.
	for name, c := range map[string]struct {
		m    *cekafka.Message
		want error
	}{
		"no attributes": {&cekafka.Message{Headers: headers("content-type", "application/cloudevents+avro"), Value: []byte(document)}, format.ErrUnknown},
		"a batch":       {binary("[]", "content-type", "application/cloudevents-batch+avro"), cloudevents.ErrContentMode},
		"JSON":          {structured(document), nil},
		"broken JSON":   {structured("{}", "ce_id", "1"), validation.ErrMissing},
		"Latin 1":       {&cekafka.Message{Headers: headers("content-type", "application/cloudevents+json; charset=latin1"), Value: []byte(document)}, format.ErrUnknown},
	} {
		if _, err := d.ToCloudEvent(c.m); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	many := func(n int) (*cekafka.Message, *cekafka.Message) { // with n attributes
		b, doc := binary("x", "content-type", "text/plain"), strings.TrimSuffix(document, "}")
		for i := range n - 5 {
			name := "x" + string(rune('a'+i/676%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
			b.Headers = append(b.Headers, headers("ce_"+name, "v")...)
			doc += `,"` + name + `":"v"`
		}
		return b, structured(doc + `,"datacontenttype":"text/plain","data":"x"}`)
	}
	for name, c := range map[string]struct {
		limit, n int
		ok       bool
	}{
		"the default":        {0, 1000, true},
		"beyond the default": {0, 1001, false},
		"a limit":            {6, 6, true},
		"beyond a limit":     {6, 7, false},
		"no limit":           {-1, 3000, true},
	} {
		b, s := many(c.n)
		for mode, m := range map[string]*cekafka.Message{"binary": b, "structured": s} {
			d := cekafka.Decoder{MaxAttributes: c.limit}
			e, err := d.ToCloudEvent(m)
			var limit *cloudevents.LimitError
			if c.ok && (err != nil || len(e.Extensions) != c.n-5) || !c.ok && (!errors.As(err, &limit) || limit.What != "attributes") {
				t.Errorf("%s, %s: %d extensions, %v", name, mode, len(e.Extensions), err)
			}
		}
	}
	// A document is as deep as the format allows.
	deep := strings.Replace(document, "}", `,"data":`+strings.Repeat("[", 1025)+strings.Repeat("]", 1025)+"}", 1)
	var limit *cloudevents.LimitError
	if _, err := cekafka.ToCloudEvent(structured(deep), nil); !errors.As(err, &limit) {
		t.Errorf("a deep document: %v", err)
	}
}

func TestV1Only(t *testing.T) {
	d := cekafka.Decoder{V1Only: true}
	b := binary("")
	b.Headers[0].Value = []byte("0.3")
	for name, m := range map[string]*cekafka.Message{"binary": b, "structured": structured(strings.Replace(document, "1.0", "0.3", 1))} {
		if _, err := d.ToCloudEvent(m); !errors.Is(err, validation.ErrVersion) {
			t.Errorf("%s: %v", name, err)
		}
		if e, err := cekafka.ToCloudEvent(m, nil); err != nil || e.SpecVersion != spec.V03 {
			t.Errorf("%s by default: %v, %v", name, e, err)
		}
	}
}

func TestExtensions(t *testing.T) {
	n := spec.Attribute{Name: "n", Type: spec.Integer}
	doc := strings.Replace(document, "}", `,"n":"5"}`, 1)
	for name, m := range map[string]*cekafka.Message{"binary": binary("", "ce_n", "5"), "structured": structured(doc)} {
		e, err := cekafka.ToCloudEvent(m, nil, n)
		if err != nil || e.Extensions[0].Value != cloudevents.IntegerValue(5) {
			t.Errorf("%s: %v, %v", name, e, err)
		}
	}
	// An extension as its document describes it may be stricter than its type.
	if _, err := cekafka.ToCloudEvent(binary("", "ce_partitionkey", ""), nil, spec.Partitioning()...); !errors.Is(err, validation.ErrMissing) {
		t.Errorf("an empty partitionkey: %v", err)
	}
}

func TestForgive(t *testing.T) {
	with := func(edit func(e *cloudevents.Event)) cloudevents.Event {
		e := minimal()
		edit(&e)
		return e
	}
	text := with(func(e *cloudevents.Event) { e.DataContentType, e.Data = "text/plain", []byte("x") })
	data := with(func(e *cloudevents.Event) { e.Data = []byte("x") })
	for name, c := range map[string]struct {
		m    *cekafka.Message
		want cloudevents.Event
		is   []error // in the receipt; none is no receipt
	}{
		"nothing to forgive":      {binary("x", "content-type", "text/plain"), text, nil},
		"an equal copy":           {binary("x", "content-type", "text/plain", "ce_datacontenttype", "text/plain"), text, nil},
		"a copy that differs":     {binary("x", "content-type", "text/plain", "ce_datacontenttype", "text/html"), text, []error{validation.ErrDuplicate}},
		"a copy alone":            {binary("x", "ce_datacontenttype", "text/html"), data, []error{validation.ErrDuplicate}},
		"a bad name":              {binary("", "ce_my-name", "x"), minimal(), []error{validation.ErrName}},
		"the prefix alone":        {binary("", "ce_", "x"), minimal(), []error{validation.ErrName}},
		"an empty subject":        {binary("", "ce_subject", ""), minimal(), []error{validation.ErrMissing}},
		"bad UTF-8":               {binary("", "ce_x", "\xff"), minimal(), []error{validation.ErrCharacter}},
		"a name and a copy":       {binary("x", "content-type", "text/plain", "ce_datacontenttype", "text/html", "ce_ID", "x"), text, []error{validation.ErrName, validation.ErrDuplicate}},
		"two violations, a copy":  {binary("x", "content-type", "text/plain", "ce_datacontenttype", "text/html", "ce_ID", "x", "ce_x", "\xff"), text, []error{validation.ErrName, validation.ErrCharacter, validation.ErrDuplicate}},
		"an empty content type":   {binary("x", "content-type", ""), data, []error{validation.ErrMissing}},
		"patch level":             {structured(strings.Replace(document, "1.0", "1.0.2", 1)), minimal(), []error{validation.ErrVersion}},
		"a dataschema in a JSON":  {structured(strings.Replace(document, "}", `,"dataschema":"#"}`, 1)), minimal(), []error{validation.ErrSyntax}},
		"headers beside document": {structured(document, "ce_", "x"), minimal(), nil},
	} {
		for _, sealed := range []bool{false, true} {
			var receipts []cloudevents.Receipt
			d := cekafka.Decoder{Forgive: func(r cloudevents.Receipt) {
				clone := r.Event.Clone()
				r.Event = &clone
				receipts = append(receipts, r)
			}}
			var e cloudevents.Event
			var err error
			if sealed {
				var s cloudevents.Sealed
				s, err = d.ToSealed(c.m)
				e = s.Event()
			} else {
				e, err = d.ToCloudEvent(c.m)
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			wantEvent(t, e, c.want)
			if len(receipts) != min(len(c.is), 1) {
				t.Errorf("%s: %d receipts", name, len(receipts))
				continue
			}
			for _, want := range c.is {
				r := receipts[0]
				if !errors.Is(r.Err, want) || r.Index != -1 || r.Event.ID != "1" {
					t.Errorf("%s: receipt is %+v, want %v", name, r, want)
				}
			}
			if len(c.is) > 1 {
				if several, ok := receipts[0].Err.(validation.Errors); !ok || len(several) != len(c.is) {
					t.Errorf("%s: %v", name, receipts[0].Err)
				}
			}
			if _, err := cekafka.ToCloudEvent(c.m, nil); (err == nil) != (len(c.is) == 0) {
				t.Errorf("%s: strict: %v", name, err)
			}
		}
	}
}

// What is never forgiven.
func TestForgiveNot(t *testing.T) {
	for name, m := range map[string]*cekafka.Message{
		"a missing id":            {Headers: binary("").Headers[2:]},
		"an attribute twice":      binary("", "ce_x", "1", "ce_x", "1"),
		"two content types":       binary("x", "content-type", "text/plain", "content-type", "text/plain"),
		"two copies":              binary("x", "content-type", "text/plain", "ce_datacontenttype", "text/plain", "ce_datacontenttype", "text/plain"),
		"two copies, no original": binary("x", "ce_datacontenttype", "text/plain", "ce_datacontenttype", "text/plain"),
		"a batch":                 {Headers: headers("content-type", spec.BatchMediaTypeJSON), Value: []byte("[]")},
		"no event":                {Value: []byte("{}")},
		"a tombstone":             {Headers: headers("content-type", spec.MediaTypeJSON)},
		"a missing id and a copy": {Headers: append(binary("").Headers[2:], headers("ce_datacontenttype", "text/plain")...)},
	} {
		d := cekafka.Decoder{Forgive: func(r cloudevents.Receipt) { t.Errorf("%s: receipt %v", name, r.Err) }}
		if e, err := d.ToCloudEvent(m); err == nil {
			t.Errorf("%s: %v", name, e)
		} else {
			wantEvent(t, e, cloudevents.Event{})
		}
	}
}

func TestNilMessage(t *testing.T) {
	if _, err := cekafka.ToCloudEvent(nil, nil); err == nil {
		t.Error("decoded nothing")
	}
	var d cekafka.Decoder
	if _, err := d.ToSealed(nil); err == nil {
		t.Error("sealed nothing")
	}
	e := minimal()
	if err := cekafka.CopyToMessage(nil, &e, cloudevents.BinaryMode, nil); err == nil {
		t.Error("copied to nothing")
	}
	if cekafka.IsCloudEvent(nil) {
		t.Error("nothing is an event")
	}
}

func TestModeOf(t *testing.T) {
	for name, c := range map[string]struct {
		m    cekafka.Message
		want string // a content mode, or none
	}{
		"binary":                 {*binary(""), "binary"},
		"structured":             {*structured(document), "structured"},
		"structured tombstone":   {cekafka.Message{Headers: headers("content-type", "application/cloudevents+json")}, "structured"}, // a malformed one
		"another format":         {cekafka.Message{Headers: headers("content-type", "Application/CloudEvents+avro")}, "structured"},
		"version only":           {cekafka.Message{Headers: headers("ce_specversion", "7")}, "binary"},
		"null version":           {cekafka.Message{Headers: []cekafka.Header{{Name: "ce_specversion"}}}, "none"},
		"null content type":      {cekafka.Message{Headers: []cekafka.Header{{Name: "content-type"}, {Name: "ce_specversion", Value: []byte("1.0")}}}, "binary"},
		"no version":             {cekafka.Message{Headers: headers("ce_id", "1")}, "none"},
		"upper case":             {cekafka.Message{Headers: headers("CE_SPECVERSION", "1.0")}, "none"},
		"another spelling":       {cekafka.Message{Headers: headers("Content-Type", "application/cloudevents+json")}, "none"},
		"batch":                  {*binary("", "content-type", "application/cloudevents-batch+json"), "batch"},
		"two content types":      {*binary("", "content-type", "a/b", "content-type", "application/cloudevents+json"), "none"},
		"JSON without a type":    {cekafka.Message{Value: []byte(document)}, "none"},
		"nothing":                {cekafka.Message{}, "none"},
		"a near miss":            {cekafka.Message{Headers: headers("content-type", "application/cloudeventsx")}, "none"},
		"a type of data, binary": {*binary("", "content-type", "application/json"), "binary"},
	} {
		mode, ok := cekafka.ModeOf(&c.m)
		got := mode.String()
		if !ok {
			got = "none"
		}
		if got != c.want || !ok && mode != cloudevents.BinaryMode {
			t.Errorf("%s: the mode is %v, %v", name, mode, ok)
		}
		if is := cekafka.IsCloudEvent(&c.m); is != (ok && mode != cloudevents.BatchMode) {
			t.Errorf("%s: IsCloudEvent is %v", name, is)
		}
	}
}

// Data is the memory of the message, attributes are not, and nothing writes behind the data.
func TestDecodeAliases(t *testing.T) {
	m := binary("abc", "content-type", "text/plain", "ce_x", "v")
	m.Value = append(m.Value, "def"...)[:3]
	e, err := cekafka.ToCloudEvent(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	if unsafe.SliceData(e.Data) != unsafe.SliceData(m.Value) || cap(e.Data) != 3 {
		t.Error("data is a copy, or has room")
	}
	empty := binary("")
	empty.Value = make([]byte, 0, 8)
	if e, err := cekafka.ToCloudEvent(empty, nil); err != nil || e.Data == nil || cap(e.Data) != 0 {
		t.Errorf("empty data is %v with room for %d, %v", e.Data, cap(e.Data), err)
	}
	want := e.Clone()
	for _, h := range m.Headers {
		for i := range h.Value {
			h.Value[i] = '?'
		}
	}
	wantEvent(t, e, want)
	// Nor are those of errors and receipts.
	m = binary("x", "content-type", "text/plain", "ce_datacontenttype", "text/html", "ce_y", "\xff")
	_, err = cekafka.ToCloudEvent(m, nil)
	before := err.Error()
	for _, h := range m.Headers {
		for i := range h.Value {
			h.Value[i] = '?'
		}
	}
	if err.Error() != before {
		t.Errorf("%s\nbecomes\n%v", before, err)
	}
}

// A Sealed shares nothing with the message.
func TestToSealedCopies(t *testing.T) {
	for name, m := range map[string]*cekafka.Message{
		"binary":     binary(`{"n":1}`, "content-type", "application/json"),
		"structured": structured(strings.Replace(document, "}", `,"data":{"n":1}}`, 1)),
	} {
		var d cekafka.Decoder
		s, err := d.ToSealed(m)
		if err != nil {
			t.Fatal(err)
		}
		for i := range m.Value {
			m.Value[i] = '?'
		}
		if data, ok := s.Data(); data != `{"n":1}` || !ok || s.Attributes.DataContentType != "application/json" {
			t.Errorf("%s: %q, %v", name, data, s.Attributes)
		}
	}
}

// Decoding changes no message.
func TestDecodeChangesNothing(t *testing.T) {
	for _, c := range fixtures(t, "kafka/decode/") {
		m := ofCase(c)
		for _, d := range []cekafka.Decoder{{}, {JSONEvents: true, UnknownFormat: true}, {Forgive: func(cloudevents.Receipt) {}}} {
			_, _ = d.ToCloudEvent(m)
			_, _ = d.ToSealed(m)
		}
		cekafka.IsCloudEvent(m)
		wantMessage(t, m, ofCase(c))
	}
}

// IsCloudEvent agrees with the decoder about the cases.
func TestIsCloudEventOfCases(t *testing.T) {
	for _, c := range fixtures(t, "kafka/decode/") {
		if c.Refused == nil && !cekafka.IsCloudEvent(ofCase(c)) {
			t.Errorf("%s is an event", c.Name)
		}
		if c.Refused != nil && (c.Refused.Rule == "not-cloudevent" || c.Refused.Rule == "content-mode") && cekafka.IsCloudEvent(ofCase(c)) {
			t.Errorf("%s is no event", c.Name)
		}
	}
}

func TestDecoderIsSafe(t *testing.T) {
	d := cekafka.Decoder{JSONEvents: true, Extensions: []spec.Attribute{{Name: "n", Type: spec.Integer}}}
	messages := []*cekafka.Message{binary("x", "ce_n", "1"), structured(document), {Value: []byte(document)}, binary("", "ce_", "x")}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				for i, m := range messages {
					if e, err := d.ToCloudEvent(m); (err == nil) != (i < 3) || err == nil && e.ID != "1" {
						t.Errorf("%d: %v, %v", i, e, err)
					}
				}
			}
		})
	}
	wg.Wait()
}
