package ceamqp_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestModeOf(t *testing.T) {
	specversion := []ceamqp.Property{text("tenant", "a"), text("cloudEvents:specversion", "1.0")}
	for name, c := range map[string]struct {
		m    *ceamqp.Message
		want string // a content mode, or none
	}{
		"nil":                  {nil, "none"},
		"empty":                {&ceamqp.Message{}, "none"},
		"specversion":          {&ceamqp.Message{ApplicationProperties: specversion}, "binary"},
		"underscore":           {&ceamqp.Message{ApplicationProperties: properties()}, "binary"},
		"null":                 {&ceamqp.Message{ApplicationProperties: []ceamqp.Property{{Name: "cloudEvents_specversion"}}}, "none"},
		"another attribute":    {&ceamqp.Message{ApplicationProperties: []ceamqp.Property{text("cloudEvents_id", "1")}}, "none"},
		"structured":           {&ceamqp.Message{ContentType: "Application/CloudEvents+JSON"}, "structured"},
		"unknown format":       {&ceamqp.Message{ContentType: "application/cloudevents+avro"}, "structured"},
		"batch with an event":  {&ceamqp.Message{ContentType: "application/cloudevents-batch+json", ApplicationProperties: specversion}, "batch"},
		"near miss":            {&ceamqp.Message{ContentType: "application/cloudeventsarerubbish"}, "none"},
		"other separator":      {&ceamqp.Message{ApplicationProperties: []ceamqp.Property{text("cloudEvents-specversion", "1.0")}}, "none"},
		"prefix in lower case": {&ceamqp.Message{ApplicationProperties: []ceamqp.Property{text("cloudevents_specversion", "1.0")}}, "none"},
	} {
		mode, ok := ceamqp.ModeOf(c.m)
		got := mode.String()
		if !ok {
			got = "none"
		}
		if got != c.want || !ok && mode != cloudevents.BinaryMode {
			t.Errorf("%s: the mode is %v, %v", name, mode, ok)
		}
		if is := ceamqp.IsCloudEvent(c.m); is != (ok && mode != cloudevents.BatchMode) {
			t.Errorf("%s: IsCloudEvent is %v", name, is)
		}
	}
}

// Errors say what is wrong, where, and by which rule.
func TestDecodeErrors(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for name, c := range map[string]struct {
		m    *ceamqp.Message
		want error
		text string
	}{
		"nil":   {nil, nil, "the message is nil"},
		"empty": {&ceamqp.Message{}, cloudevents.ErrNotCloudEvent, `message is not a CloudEvent: it has no application property with the prefix cloudEvents_ or cloudEvents:, and its content type is "" (amqp-protocol-binding.md#3-amqp-message-mapping)`},
		"null": {&ceamqp.Message{ApplicationProperties: []ceamqp.Property{{Name: "cloudEvents_id"}}}, cloudevents.ErrNotCloudEvent,
			`message is not a CloudEvent: it has no application property with the prefix cloudEvents_ or cloudEvents:, and its content type is "" (amqp-protocol-binding.md#3-amqp-message-mapping)`},
		"batch":  {&ceamqp.Message{ContentType: "application/cloudevents-batch+json"}, cloudevents.ErrContentMode, "wrong content mode: the message is a batch, and this protocol has none"},
		"format": {&ceamqp.Message{ContentType: "application/cloudevents+avro"}, format.ErrUnknown, `unknown event format: "application/cloudevents+avro"; known here: application/cloudevents+json`},
		"mixed": {&ceamqp.Message{ApplicationProperties: properties(text("cloudEvents:"+long, "1"))}, validation.ErrName,
			`attribute "` + long[:61] + `…": the message has attributes with both prefixes, cloudEvents_ and cloudEvents: (amqp-protocol-binding.md#3131-amqp-application-property-names)`},
		"double": {&ceamqp.Message{ApplicationProperties: properties(ceamqp.Property{Name: "cloudEvents_ratio", Value: ceamqp.DoubleValue(0.5)})}, validation.ErrType,
			`attribute "ratio": the type is double, which no attribute has (spec.md#type-system)`},
		"map": {&ceamqp.Message{ApplicationProperties: properties(ceamqp.Property{Name: "cloudEvents_x", Value: ceamqp.OtherValue("map")})}, validation.ErrType,
			`attribute "x": the type is map, which no attribute has (spec.md#type-system)`},
		"time": {&ceamqp.Message{ApplicationProperties: properties(ceamqp.Property{Name: "cloudEvents_time", Value: ceamqp.LongValue(0)})}, validation.ErrType,
			`attribute "time": the type is Integer, and must be Timestamp (spec.md#type-system)`},
		"range": {&ceamqp.Message{ApplicationProperties: properties(ceamqp.Property{Name: "cloudEvents_x", Value: ceamqp.UlongValue(1 << 63)})}, validation.ErrRange,
			`attribute "x": an Integer has 32 bits: "9223372036854775808" (spec.md#type-system)`},
		"content type": {&ceamqp.Message{ContentType: "text/plain", ApplicationProperties: properties(text("cloudEvents_datacontenttype", long))}, validation.ErrDuplicate,
			`attribute "datacontenttype": the attribute datacontenttype is not the same as the content type of the message: "` + long[:61] + `…" (amqp-protocol-binding.md#311-amqp-content-type)`},
		"value": {&ceamqp.Message{ApplicationProperties: properties(), Value: ceamqp.StringValue("secret")}, validation.ErrData,
			`attribute "data": the body of the message is a value of type string, and must be data (amqp-protocol-binding.md#312-event-data-encoding)`},
		"list": {&ceamqp.Message{ContentType: structuredType, Value: ceamqp.OtherValue("list")}, validation.ErrData,
			`attribute "data": the body of the message is a value of type list, and must be data (amqp-protocol-binding.md#322-event-data-encoding)`},
		"sequence": {&ceamqp.Message{ApplicationProperties: properties(), Sequence: true}, validation.ErrData,
			`attribute "data": the body of the message is a sequence, and must be data (amqp-protocol-binding.md#312-event-data-encoding)`},
		"two bodies": {&ceamqp.Message{ApplicationProperties: properties(), Data: [][]byte{nil}, Value: ceamqp.StringValue("secret")}, validation.ErrData,
			`attribute "data": the message has data sections and a value, and must have one body (amqp-protocol-binding.md#312-event-data-encoding)`},
	} {
		e, err := ceamqp.ToCloudEvent(c.m, nil)
		if err == nil || err.Error() != c.text || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: error is\n%v\nwant\n%s", name, err, c.text)
		}
		wantEvent(t, e, cloudevents.Event{})
	}
}

// A message with attributes in another spelling gets an error that names one.
func TestForeignAttributes(t *testing.T) {
	for _, name := range []string{"ce_id", "ce-id", "cloudevents_id", "CloudEvents:id"} {
		m := ceamqp.Message{ApplicationProperties: []ceamqp.Property{text("tenant", "a"), text(name, "1")}}
		_, err := ceamqp.ToCloudEvent(&m, nil)
		if !errors.Is(err, cloudevents.ErrNotCloudEvent) || !strings.HasPrefix(err.Error(), strconv.Quote(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// All violations of a message are reported at once.
func TestDecodeAllErrors(t *testing.T) {
	m := ceamqp.Message{
		ApplicationProperties: []ceamqp.Property{
			text("cloudEvents_specversion", "1.0"), text("cloudEvents_source", "/orders"), text("cloudEvents:type", "t"),
			{Name: "cloudEvents_x", Value: ceamqp.FloatValue(1)}, text("cloudEvents_datacontenttype", "text/plain"),
		},
		Sequence: true,
	}
	_, err := ceamqp.ToCloudEvent(&m, nil)
	wantViolation(t, err, "id", validation.ErrMissing)
	wantViolation(t, err, "x", validation.ErrType)
	wantViolation(t, err, "type", validation.ErrName)
	wantViolation(t, err, "datacontenttype", validation.ErrDuplicate)
	wantViolation(t, err, "data", validation.ErrData)
}

// ValueBody takes a text or bytes, in both modes, and nothing else.
func TestValueBody(t *testing.T) {
	d := ceamqp.Decoder{ValueBody: true}
	for name, c := range map[string]struct {
		m    ceamqp.Message
		want string // the data, or "refused"
	}{
		"string":              {ceamqp.Message{Value: ceamqp.StringValue("two shirts")}, "two shirts"},
		"binary":              {ceamqp.Message{Value: ceamqp.BinaryValue([]byte("two shirts"))}, "two shirts"},
		"empty string":        {ceamqp.Message{Value: ceamqp.StringValue("")}, ""},
		"empty binary":        {ceamqp.Message{Value: ceamqp.BinaryValue(nil)}, ""},
		"data":                {ceamqp.Message{Data: [][]byte{[]byte("two shirts")}}, "two shirts"},
		"structured string":   {ceamqp.Message{ContentType: structuredType, Value: ceamqp.StringValue(document)}, `{"total":12.50}`},
		"structured binary":   {ceamqp.Message{ContentType: structuredType, Value: ceamqp.BinaryValue([]byte(document))}, `{"total":12.50}`},
		"symbol":              {ceamqp.Message{Value: ceamqp.SymbolValue("x")}, "refused"},
		"number":              {ceamqp.Message{Value: ceamqp.LongValue(1)}, "refused"},
		"map":                 {ceamqp.Message{Value: ceamqp.OtherValue("map")}, "refused"},
		"string and data":     {ceamqp.Message{Value: ceamqp.StringValue("x"), Data: [][]byte{{'x'}}}, "refused"},
		"string and sequence": {ceamqp.Message{Value: ceamqp.StringValue("x"), Sequence: true}, "refused"},
	} {
		c.m.ApplicationProperties = properties()
		e, err := d.ToCloudEvent(&c.m)
		if c.want == "refused" {
			wantViolation(t, err, "data", validation.ErrData)
			continue
		}
		if err != nil || string(e.Data) != c.want || (e.Data == nil) != (c.want == "") {
			t.Errorf("%s: data is %q: %v", name, e.Data, err)
		}
	}
}

func TestMaxAttributes(t *testing.T) {
	var many []ceamqp.Property
	for i := range cloudevents.DefaultMaxAttributes - 3 {
		many = append(many, ceamqp.Property{Name: fmt.Sprint("cloudEvents_x", i), Value: ceamqp.LongValue(int64(i))})
	}
	m := ceamqp.Message{ApplicationProperties: properties(many...)}
	var limit *cloudevents.LimitError
	if _, err := ceamqp.ToCloudEvent(&m, nil); !errors.As(err, &limit) || limit.Limit != cloudevents.DefaultMaxAttributes {
		t.Errorf("one attribute more than the default: %v", err)
	}
	for _, most := range []int{-1, len(m.ApplicationProperties)} {
		d := ceamqp.Decoder{MaxAttributes: most}
		if e, err := d.ToCloudEvent(&m); err != nil || len(e.Extensions) != len(many) {
			t.Errorf("limit %d: %v", most, err)
		}
	}
	d := ceamqp.Decoder{MaxAttributes: 4}
	m.ApplicationProperties = properties(text("tenant", "a"), ceamqp.Property{Name: "cloudEvents_x"})
	if _, err := d.ToCloudEvent(&m); err != nil {
		t.Errorf("properties of others and null count: %v", err)
	}
	structured := ceamqp.Message{ContentType: structuredType, Data: [][]byte{[]byte(document)}}
	d.MaxAttributes = 3
	if _, err := d.ToCloudEvent(&structured); !errors.As(err, &limit) {
		t.Errorf("a document: %v", err)
	}
}

func TestV1Only(t *testing.T) {
	d := ceamqp.Decoder{V1Only: true}
	m := ceamqp.Message{ApplicationProperties: properties()}
	m.ApplicationProperties[0].Value = ceamqp.StringValue("0.3")
	_, err := d.ToCloudEvent(&m)
	wantViolation(t, err, "specversion", validation.ErrVersion)
	m = ceamqp.Message{ContentType: structuredType, Data: [][]byte{[]byte(strings.Replace(document, "1.0", "0.3", 1))}}
	_, err = d.ToCloudEvent(&m)
	wantViolation(t, err, "specversion", validation.ErrVersion)
}

// An unknown format is passed on in binary mode if that is wanted, and its content type with
// it.
// JSONEvents takes what its document says, and leaves all else alone.
func TestJSONEvents(t *testing.T) {
	body := [][]byte{[]byte(document)}
	for name, c := range map[string]struct {
		m    ceamqp.Message
		want error // nil is an event
	}{
		"no content type":     {ceamqp.Message{Data: body}, nil},
		"that of JSON":        {ceamqp.Message{ContentType: "Application/JSON; charset=utf-8", Data: body}, nil},
		"in two sections":     {ceamqp.Message{Data: [][]byte{[]byte(document[:20]), []byte(document[20:])}}, nil},
		"other properties":    {ceamqp.Message{ApplicationProperties: []ceamqp.Property{text("tenant", "a")}, Data: body}, nil},
		"a string as a value": {ceamqp.Message{Value: ceamqp.StringValue(document)}, nil},
		"an array":            {ceamqp.Message{Data: [][]byte{[]byte("[" + document + "]")}}, cloudevents.ErrContentMode},
		"without an id":       {ceamqp.Message{Data: [][]byte{[]byte(`{"specversion":"1.0","source":"/s","type":"t"}`)}}, validation.ErrMissing},
		"another object":      {ceamqp.Message{Data: [][]byte{[]byte(`{"payload":` + document + `}`)}}, cloudevents.ErrNotCloudEvent},
		"text":                {ceamqp.Message{ContentType: "text/plain", Data: body}, cloudevents.ErrNotCloudEvent},
		"a number as a value": {ceamqp.Message{Value: ceamqp.LongValue(1)}, cloudevents.ErrNotCloudEvent},
		"a sequence":          {ceamqp.Message{Sequence: true}, cloudevents.ErrNotCloudEvent},
		"no body":             {ceamqp.Message{}, cloudevents.ErrNotCloudEvent},
		"an attribute beside": {ceamqp.Message{ApplicationProperties: []ceamqp.Property{text("cloudEvents_id", "1")}, Data: body}, validation.ErrMissing},
	} {
		d := ceamqp.Decoder{JSONEvents: true, ValueBody: true}
		e, err := d.ToCloudEvent(&c.m)
		sealed, sealedErr := d.ToSealed(&c.m)
		if !errors.Is(err, c.want) || !errors.Is(sealedErr, c.want) {
			t.Errorf("%s: %v and %v, want %v", name, err, sealedErr, c.want)
		}
		if c.want == nil && (e.ID != "A-1" || string(e.Data) != `{"total":12.50}` || sealed.Attributes.ID != "A-1") {
			t.Errorf("%s: %v", name, e)
		}
		if c.want != nil && e.ID != "" {
			t.Errorf("%s: an event beside the error: %v", name, e)
		}
		if _, err := ceamqp.ToCloudEvent(&c.m, nil); err == nil {
			t.Errorf("%s: it is taken without JSONEvents", name)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	d := ceamqp.Decoder{UnknownFormat: true}
	m := ceamqp.Message{ContentType: "application/cloudevents+avro", ApplicationProperties: properties(), Data: [][]byte{{1, 2}}}
	e, err := d.ToCloudEvent(&m)
	if err != nil || e.ID != "A-1" || e.DataContentType != m.ContentType || len(e.Data) != 2 {
		t.Errorf("event is %v: %v", e, err)
	}
	m.ApplicationProperties = nil
	if _, err := d.ToCloudEvent(&m); !errors.Is(err, format.ErrUnknown) {
		t.Errorf("without properties: %v", err)
	}
	m.ContentType = "application/cloudevents-batch+avro"
	if _, err := d.ToCloudEvent(&m); !errors.Is(err, cloudevents.ErrContentMode) {
		t.Errorf("a batch: %v", err)
	}
}

// What is forgiven is left out, and said.
func TestForgive(t *testing.T) {
	for name, c := range map[string]struct {
		m         ceamqp.Message
		attribute string
		sentinel  error
		want      func(e *cloudevents.Event)
	}{
		"double":           {ceamqp.Message{ApplicationProperties: properties(ceamqp.Property{Name: "cloudEvents_x", Value: ceamqp.DoubleValue(1)})}, "x", validation.ErrType, func(*cloudevents.Event) {}},
		"range":            {ceamqp.Message{ApplicationProperties: properties(ceamqp.Property{Name: "cloudEvents_x", Value: ceamqp.LongValue(1 << 40)})}, "x", validation.ErrRange, func(*cloudevents.Event) {}},
		"time":             {ceamqp.Message{ApplicationProperties: properties(ceamqp.Property{Name: "cloudEvents_time", Value: ceamqp.DoubleValue(1)})}, "time", validation.ErrType, func(*cloudevents.Event) {}},
		"year 10000":       {ceamqp.Message{ApplicationProperties: properties(ceamqp.Property{Name: "cloudEvents_time", Value: ceamqp.TimestampValue(1 << 60)})}, "time", validation.ErrSyntax, func(*cloudevents.Event) {}},
		"name":             {ceamqp.Message{ApplicationProperties: properties(text("cloudEvents_X", "1"))}, "X", validation.ErrName, func(*cloudevents.Event) {}},
		"both prefixes":    {ceamqp.Message{ApplicationProperties: properties(text("cloudEvents:subject", "42"))}, "subject", validation.ErrName, func(e *cloudevents.Event) { e.Subject = "42" }},
		"content type":     {ceamqp.Message{ContentType: "text/plain", ApplicationProperties: properties(text("cloudEvents_datacontenttype", "text/html"))}, "datacontenttype", validation.ErrDuplicate, func(e *cloudevents.Event) { e.DataContentType = "text/plain" }},
		"patch of version": {ceamqp.Message{ApplicationProperties: append(properties()[1:], text("cloudEvents_specversion", "1.0.2"))}, "specversion", validation.ErrVersion, func(*cloudevents.Event) {}},
		"structured":       {ceamqp.Message{ContentType: structuredType, Data: [][]byte{[]byte(`{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.placed","subject":""}`)}}, "subject", validation.ErrMissing, func(*cloudevents.Event) {}},
	} {
		strict := ceamqp.Decoder{}
		_, strictErr := strict.ToCloudEvent(&c.m)
		wantViolation(t, strictErr, c.attribute, c.sentinel)
		var receipts []cloudevents.Receipt
		d := ceamqp.Decoder{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r) }}
		e, err := d.ToCloudEvent(&c.m)
		want := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed"}
		c.want(&want)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantEvent(t, e, want)
		if len(receipts) != 1 || receipts[0].Err.Error() != strictErr.Error() || receipts[0].Index != -1 {
			t.Errorf("%s: receipts are %v, want %v", name, receipts, strictErr)
		}
	}
}

// Several things are forgiven in one receipt.
func TestForgiveSeveral(t *testing.T) {
	m := ceamqp.Message{ContentType: "text/plain", ApplicationProperties: properties(
		text("cloudEvents:subject", "42"), text("cloudEvents_datacontenttype", "text/html"),
		ceamqp.Property{Name: "cloudEvents_x", Value: ceamqp.FloatValue(1)})}
	var receipts []cloudevents.Receipt
	d := ceamqp.Decoder{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r) }}
	if _, err := d.ToCloudEvent(&m); err != nil || len(receipts) != 1 {
		t.Fatalf("%v, receipts are %v", err, receipts)
	}
	wantViolation(t, receipts[0].Err, "x", validation.ErrType)
	wantViolation(t, receipts[0].Err, "subject", validation.ErrName)
	wantViolation(t, receipts[0].Err, "datacontenttype", validation.ErrDuplicate)
	_, err := ceamqp.ToCloudEvent(&m, nil)
	if err == nil || err.Error() != receipts[0].Err.Error() {
		t.Errorf("the strict decoder says\n%v\nthe receipt\n%v", err, receipts[0].Err)
	}
}

// No more than 32 violations are forgiven, those included that are not about an attribute.
func TestForgiveAtMost(t *testing.T) {
	m := ceamqp.Message{ApplicationProperties: properties(text("cloudEvents:subject", "42"))}
	for i := range 31 {
		m.ApplicationProperties = append(m.ApplicationProperties, text(fmt.Sprintf("cloudEvents_X%02d", i), "1"))
	}
	receipts := 0
	d := ceamqp.Decoder{Forgive: func(cloudevents.Receipt) { receipts++ }}
	if _, err := d.ToCloudEvent(&m); err != nil || receipts != 1 {
		t.Errorf("32 violations: %v, %d receipts", err, receipts)
	}
	m.ApplicationProperties = append(m.ApplicationProperties, text("cloudEvents_X99", "1"))
	e, err := d.ToCloudEvent(&m)
	if err == nil || receipts != 1 {
		t.Errorf("33 violations: %v, %d receipts", err, receipts)
	}
	wantViolation(t, err, "subject", validation.ErrName)
	wantEvent(t, e, cloudevents.Event{})
}

// Required attributes, duplicates and bodies are not forgiven.
func TestNotForgiven(t *testing.T) {
	d := ceamqp.Decoder{Forgive: func(r cloudevents.Receipt) { t.Errorf("forgiven: %v", r.Err) }}
	for name, c := range map[string]struct {
		m         ceamqp.Message
		attribute string
		sentinel  error
	}{
		"missing":              {ceamqp.Message{ApplicationProperties: properties()[:3]}, "type", validation.ErrMissing},
		"id is a number":       {ceamqp.Message{ApplicationProperties: append(properties()[2:], text("cloudEvents_specversion", "1.0"), ceamqp.Property{Name: "cloudEvents_id", Value: ceamqp.DoubleValue(1)})}, "id", validation.ErrType},
		"duplicate":            {ceamqp.Message{ApplicationProperties: properties(text("cloudEvents_x", "1"), ceamqp.Property{Name: "cloudEvents_x", Value: ceamqp.DoubleValue(1)})}, "x", validation.ErrDuplicate},
		"in both spellings":    {ceamqp.Message{ApplicationProperties: properties(text("cloudEvents:id", "A-1"))}, "id", validation.ErrDuplicate},
		"value body":           {ceamqp.Message{ApplicationProperties: properties(), Value: ceamqp.LongValue(1)}, "data", validation.ErrData},
		"sequence":             {ceamqp.Message{ApplicationProperties: properties(), Sequence: true}, "data", validation.ErrData},
		"structured, sequence": {ceamqp.Message{ContentType: structuredType, Sequence: true}, "data", validation.ErrData},
	} {
		e, err := d.ToCloudEvent(&c.m)
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
		wantViolation(t, err, c.attribute, c.sentinel)
		wantEvent(t, e, cloudevents.Event{})
	}
}

// ToSealed gives the event of ToCloudEvent in both modes, and shares no data with the message.
func TestToSealed(t *testing.T) {
	for _, m := range []ceamqp.Message{
		{ContentType: "text/plain", ApplicationProperties: properties(), Data: [][]byte{[]byte("two "), []byte("shirts")}},
		{ContentType: "application/json", ApplicationProperties: properties(), Data: [][]byte{[]byte(`{"total":12.50}`)}},
		{ContentType: structuredType, Data: [][]byte{[]byte(document)}},
		{ApplicationProperties: properties()},
	} {
		for _, f := range []format.Formatter{nil, format.JSON{}} {
			d := ceamqp.Decoder{Format: f}
			want, err := d.ToCloudEvent(&m)
			if err != nil {
				t.Fatal(err)
			}
			want = want.Clone()
			s, err := d.ToSealed(&m)
			if err != nil {
				t.Fatal(err)
			}
			copied := clone(m)
			for _, section := range m.Data {
				clear(section)
			}
			wantEvent(t, s.Event(), want)
			m = copied
		}
	}
	var d ceamqp.Decoder
	if _, err := d.ToSealed(&ceamqp.Message{ApplicationProperties: properties(), Sequence: true}); !errors.Is(err, validation.ErrData) {
		t.Errorf("a sequence: %v", err)
	}
	if _, err := d.ToSealed(nil); err == nil {
		t.Error("nil is accepted")
	}
}

// The data are those of one section, and a copy of several.
func TestDecodeAliasing(t *testing.T) {
	section := []byte("two shirts")
	m := ceamqp.Message{ApplicationProperties: properties(), Data: [][]byte{nil, section, {}}}
	e, err := ceamqp.ToCloudEvent(&m, nil)
	if err != nil || &e.Data[0] != &section[0] {
		t.Errorf("data of one section are copied: %v", err)
	}
	m.Data = [][]byte{section[:4], section[4:]}
	if e, err = ceamqp.ToCloudEvent(&m, nil); err != nil {
		t.Fatal(err)
	}
	section[0] = 'x'
	if string(e.Data) != "two shirts" {
		t.Errorf("data of two sections are not copied: %q", e.Data)
	}
	if len(e.Data) != cap(e.Data) {
		t.Errorf("joined data have room for %d", cap(e.Data))
	}
}

// Decoding does not change a message.
func TestDecodeIsPure(t *testing.T) {
	for _, m := range messages(t) {
		before := clone(m)
		_, _ = ceamqp.ToCloudEvent(&m, nil)
		wantMessage(t, clone(m), before)
	}
}

// A Decoder serves many goroutines.
func TestDecoderConcurrency(t *testing.T) {
	d := ceamqp.Decoder{Extensions: []spec.Attribute{{Name: "x", Type: spec.Integer}}, Forgive: func(cloudevents.Receipt) {}}
	enc := ceamqp.Encoder{Colon: true}
	m := ceamqp.Message{ApplicationProperties: properties(text("cloudEvents_x", "5"), ceamqp.Property{Name: "cloudEvents_y", Value: ceamqp.LongValue(1000)}), Data: [][]byte{[]byte("a"), []byte("b")}}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				e, err := d.ToCloudEvent(&m)
				if err != nil || string(e.Data) != "ab" {
					t.Errorf("data is %q: %v", e.Data, err)
				}
				if _, err := enc.ToMessage(&e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
