package cemqtt_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestModeOf(t *testing.T) {
	for _, c := range []struct {
		name string
		m    *cemqtt.Message
		want string // a content mode, or none
	}{
		{"nil", nil, "none"},
		{"nothing", &cemqtt.Message{}, "none"},
		{"properties of somebody else", &cemqtt.Message{UserProperties: property("id", "1", "type", "t")}, "none"},
		{"specversion", &cemqtt.Message{UserProperties: property("X", "1", "specversion", "")}, "binary"},
		{"specversion in capitals", &cemqtt.Message{UserProperties: property("Specversion", "1.0")}, "none"},
		{"the prefix of the SDK for Go", &cemqtt.Message{UserProperties: property("ce-specversion", "1.0")}, "none"},
		{"structured", &cemqtt.Message{ContentType: structuredType}, "structured"},
		{"structured in another format", &cemqtt.Message{ContentType: "Application/CloudEvents+avro"}, "structured"},
		{"a batch", &cemqtt.Message{ContentType: "application/cloudevents-batch+json", UserProperties: required()}, "batch"},
		{"a document without a content type", &cemqtt.Message{Payload: []byte(document)}, "none"},
		{"a document in MQTT 3.1.1", &cemqtt.Message{Version: cemqtt.V311, Payload: []byte(document)}, "structured"},
		{"an array of documents in MQTT 3.1.1", &cemqtt.Message{Version: cemqtt.V311, Payload: []byte("[" + document + "]")}, "batch"},
		{"another payload in MQTT 3.1.1", &cemqtt.Message{Version: cemqtt.V311, Payload: []byte("21.5")}, "none"},
		{"properties in MQTT 3.1.1", &cemqtt.Message{Version: cemqtt.V311, UserProperties: required()}, "none"},
		{"an unknown version", &cemqtt.Message{Version: 7, Payload: []byte(document)}, "none"},
	} {
		mode, ok := cemqtt.ModeOf(c.m)
		got := mode.String()
		if !ok {
			got = "none"
		}
		if got != c.want || !ok && mode != cloudevents.BinaryMode {
			t.Errorf("%s: the mode is %v, %v", c.name, mode, ok)
		}
		if is := cemqtt.IsCloudEvent(c.m); is != (ok && mode != cloudevents.BatchMode) {
			t.Errorf("%s: IsCloudEvent is %v", c.name, is)
		}
	}
}

func TestVersionString(t *testing.T) {
	for v, want := range map[cemqtt.Version]string{0: "MQTT 5", cemqtt.V311: "MQTT 3.1.1", 9: "Version(9)"} {
		if got := v.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A message that has properties did not lose them.
func TestNotCloudEventWithProperties(t *testing.T) {
	m := cemqtt.Message{UserProperties: property("app", "1"), Payload: []byte("21.5")}
	_, err := cemqtt.ToCloudEvent(&m, nil)
	wantError(t, err, cloudevents.ErrNotCloudEvent)
	if strings.Contains(err.Error(), "3.1.1") {
		t.Errorf("error is %v", err)
	}
}

// The text of an error about a message that is no event says what to do.
func TestNotCloudEventSaysWhatToDo(t *testing.T) {
	for _, c := range []struct {
		name  string
		m     cemqtt.Message
		parts []string
	}{
		{"the prefix of the SDK for Go", cemqtt.Message{UserProperties: property("ce-specversion", "1.0", "ce-id", "1")}, []string{`"ce-specversion"`, "Decoder.SDKGoNames"}},
		{"another prefix", cemqtt.Message{UserProperties: property("ce_id", "1")}, []string{`"ce_id" is of another binding`}},
		{"capitals", cemqtt.Message{UserProperties: property("SpecVersion", "1.0")}, []string{`"SpecVersion"`, "in another spelling"}},
		{"a document", cemqtt.Message{Payload: []byte(document)}, []string{"MQTT 3.1.1", "Decoder.JSONEvents"}},
		{"lost properties", cemqtt.Message{Payload: []byte("21.5")}, []string{"loses its attributes", "publish in structured mode, or subscribe with MQTT 5"}},
		{"lost properties in MQTT 3.1.1", cemqtt.Message{Version: cemqtt.V311, Payload: []byte("21.5")}, []string{"loses its attributes", "publish in structured mode, or subscribe with MQTT 5"}},
		{"something else", cemqtt.Message{ContentType: "text/plain", Payload: []byte("x")}, []string{`content type is "text/plain"`, "mqtt-protocol-binding.md#3-mqtt-publish-message-mapping"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := cemqtt.ToCloudEvent(&c.m, nil)
			wantError(t, err, cloudevents.ErrNotCloudEvent, c.parts...)
			if d := diff(cloudevents.Event{}, e); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestNilMessage(t *testing.T) {
	var d cemqtt.Decoder
	_, err := d.ToCloudEvent(nil)
	_, sealedErr := d.ToSealed(nil)
	e := minimal()
	copyErr := cemqtt.CopyToMessage(nil, &e, cloudevents.BinaryMode, nil)
	if err == nil || sealedErr == nil || copyErr == nil {
		t.Errorf("errors are %v, %v, %v", err, sealedErr, copyErr)
	}
}

func TestUnknownVersion(t *testing.T) {
	m := cemqtt.Message{Version: 2, Payload: []byte(document)}
	if _, err := cemqtt.ToCloudEvent(&m, nil); err == nil || !strings.Contains(err.Error(), "Version(2)") {
		t.Errorf("error is %v", err)
	}
	e := minimal()
	if err := cemqtt.CopyToMessage(&m, &e, cloudevents.StructuredMode, nil); err == nil || !strings.Contains(err.Error(), "Version(2)") {
		t.Errorf("error is %v", err)
	}
	s, err := cloudevents.Seal(e)
	if err != nil {
		t.Fatal(err)
	}
	enc := cemqtt.Encoder{Version: 2, Mode: cloudevents.StructuredMode}
	if _, err := enc.SealedToMessage(&s); err == nil {
		t.Error("no error")
	}
}

func TestJSONEvents(t *testing.T) {
	d := cemqtt.Decoder{JSONEvents: true}
	for name, c := range map[string]struct {
		m    cemqtt.Message
		want error // nil is success
	}{
		"no content type":      {cemqtt.Message{Payload: []byte(document)}, nil},
		"application/json":     {cemqtt.Message{ContentType: "application/json; charset=utf-8", Payload: []byte(document)}, nil},
		"foreign properties":   {cemqtt.Message{UserProperties: property("id", "7", "X", "y"), Payload: []byte(document)}, nil},
		"another content type": {cemqtt.Message{ContentType: "text/plain", Payload: []byte(document)}, cloudevents.ErrNotCloudEvent},
		"other JSON":           {cemqtt.Message{Payload: []byte(`{"a":1}`)}, cloudevents.ErrNotCloudEvent},
		"a broken event":       {cemqtt.Message{Payload: []byte(`{"specversion":"1.0","id":"1","source":"/s"}`)}, validation.ErrMissing},
		"an event in binary mode with a broken version": {cemqtt.Message{UserProperties: property("specversion", "7"), Payload: []byte(document)}, validation.ErrVersion},
	} {
		e, err := d.ToCloudEvent(&c.m)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error is %v, want %v", name, err, c.want)
		}
		if c.want == nil && e.ID != "1" {
			t.Errorf("%s: event is %v", name, e)
		}
	}
	// The data of an event in binary mode may be an event.
	m := binary(document)
	m.ContentType = "application/json"
	if e, err := d.ToCloudEvent(&m); err != nil || string(e.Data) != document {
		t.Errorf("%v: %v", e, err)
	}
	d.Format = fakeFormat{}
	_, err := d.ToCloudEvent(&cemqtt.Message{Payload: []byte(document)})
	wantError(t, err, format.ErrUnknown)
}

func TestSDKGoNames(t *testing.T) {
	d := cemqtt.Decoder{
		SDKGoNames: true, Extensions: []spec.Attribute{{Name: "count", Type: spec.Integer}},
		IsExtension: func(string) bool { return false },
	}
	m := cemqtt.Message{
		ContentType: "text/plain",
		UserProperties: property("ce-specversion", "1.0", "ce-id", "1", "ce-source", "/s", "ce-type", "t", "ce-count", "5", "ce-note", "n",
			"id", "other", "data", "x", "ce", "x", "count", "x"),
		Payload: []byte("x"),
	}
	want := minimal()
	want.DataContentType, want.Data = "text/plain", []byte("x")
	want.Extensions = []cloudevents.Extension{{Name: "count", Value: cloudevents.IntegerValue(5)}, {Name: "note", Value: cloudevents.StringValue("n")}}
	e, err := d.ToCloudEvent(&m)
	if err != nil {
		t.Fatal(err)
	}
	if diff := diff(want, e); diff != "" {
		t.Error(diff)
	}

	// Bare names win.
	both := cemqtt.Message{UserProperties: append(required(), property("ce-specversion", "1.0", "ce-id", "2", "ce-source", "/s", "ce-type", "t")...)}
	if e, err := d.ToCloudEvent(&both); err != nil || e.ID != "1" || len(e.Extensions) > 0 {
		t.Errorf("%v: %v", e, err)
	}
	for name, c := range map[string]struct {
		more []string
		want error
	}{
		"twice":                     {[]string{"ce-id", "1"}, validation.ErrDuplicate},
		"no name":                   {[]string{"ce-", "1"}, validation.ErrName},
		"capitals":                  {[]string{"ce-Note", "1"}, validation.ErrName},
		"data":                      {[]string{"ce-data", "1"}, validation.ErrName},
		"another datacontenttype":   {[]string{"ce-datacontenttype", "text/html"}, validation.ErrDuplicate},
		"the same datacontenttype":  {[]string{"ce-datacontenttype", "text/plain"}, nil},
		"a core attribute is empty": {[]string{"ce-subject", ""}, validation.ErrMissing},
	} {
		broken := m
		broken.UserProperties = append(property("ce-specversion", "1.0", "ce-id", "1", "ce-source", "/s", "ce-type", "t"), property(c.more...)...)
		if _, err := d.ToCloudEvent(&broken); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	v03 := cemqtt.Message{UserProperties: property("ce-specversion", "0.3", "ce-id", "1", "ce-source", "/s", "ce-type", "t", "ce-5g", "x")}
	_, err = d.ToCloudEvent(&v03)
	wantError(t, err, validation.ErrName, "5g")
}

func TestIsExtension(t *testing.T) {
	asked := map[string]bool{}
	d := cemqtt.Decoder{IsExtension: func(name string) bool {
		asked[name] = true
		return name == "note"
	}}
	m := binary("", "note", "n", "data", "x", "app", "1", "app", "2", "X-Y", "z", "subject", "s")
	e, err := d.ToCloudEvent(&m)
	if err != nil {
		t.Fatal(err)
	}
	want := minimal()
	want.Subject = "s"
	want.Extensions = []cloudevents.Extension{{Name: "note", Value: cloudevents.StringValue("n")}}
	if diff := diff(want, e); diff != "" {
		t.Error(diff)
	}
	encoded := cemqtt.Message{
		UserProperties: property("specversion", "0.3", "id", "1", "source", "/s", "type", "t", "datacontentencoding", "base64", "schemaurl", "/x"),
		Payload:        []byte("eA=="),
	}
	if e, err := d.ToCloudEvent(&encoded); err != nil || string(e.Data) != "x" || e.DataSchema != "/x" {
		t.Errorf("%v: %v", e, err)
	}
	if len(asked) != 3 || !asked["note"] || !asked["data"] || !asked["app"] {
		t.Errorf("it was asked for %v", asked)
	}
}

func TestUnknownFormat(t *testing.T) {
	m := binary("x", "note", "n")
	m.ContentType = "application/cloudevents+avro"
	_, err := cemqtt.ToCloudEvent(&m, nil)
	wantError(t, err, format.ErrUnknown, "avro")

	d := cemqtt.Decoder{UnknownFormat: true}
	e, err := d.ToCloudEvent(&m)
	if err != nil || e.DataContentType != m.ContentType || string(e.Data) != "x" || e.ID != "1" {
		t.Errorf("%v: %v", e, err)
	}
	m.UserProperties = property("app", "1")
	_, err = d.ToCloudEvent(&m)
	wantError(t, err, format.ErrUnknown, "avro")
	m.UserProperties = nil
	_, err = d.ToCloudEvent(&m)
	wantError(t, err, format.ErrUnknown, "avro")
}

func TestDecoderFormat(t *testing.T) {
	m := binary("x")
	if e, err := cemqtt.ToCloudEvent(&m, fakeFormat{}); err != nil || string(e.Data) != "fake x" {
		t.Errorf("%v: %v", e, err)
	}
	m = cemqtt.Message{ContentType: "application/cloudevents+fake", Payload: []byte("7")}
	if e, err := cemqtt.ToCloudEvent(&m, fakeFormat{}); err != nil || e.ID != "7" {
		t.Errorf("%v: %v", e, err)
	}
	// MQTT 3.1.1 is always JSON.
	m = cemqtt.Message{Version: cemqtt.V311, Payload: []byte(document)}
	for _, m := range []cemqtt.Message{m, {Version: cemqtt.V311, Payload: []byte("21.5")}} {
		_, err := cemqtt.ToCloudEvent(&m, fakeFormat{})
		wantError(t, err, format.ErrUnknown)
		if errors.Is(err, cloudevents.ErrNotCloudEvent) {
			t.Errorf("error is %v", err)
		}
	}
	if e, err := cemqtt.ToCloudEvent(&m, format.Set{fakeFormat{}, format.JSON{}}); err != nil || e.ID != "1" {
		t.Errorf("%v: %v", e, err)
	}
}

func TestV1Only(t *testing.T) {
	d := cemqtt.Decoder{V1Only: true}
	old := strings.Replace(document, "1.0", "0.3", 1)
	for _, m := range []cemqtt.Message{
		{UserProperties: property("specversion", "0.3", "id", "1", "source", "/s", "type", "t")},
		{ContentType: structuredType, Payload: []byte(old)},
		{Version: cemqtt.V311, Payload: []byte(old)},
	} {
		if _, err := cemqtt.ToCloudEvent(&m, nil); err != nil {
			t.Error(err)
		}
		_, err := d.ToCloudEvent(&m)
		wantError(t, err, validation.ErrVersion)
	}
}

func TestMaxAttributes(t *testing.T) {
	m := binary("", "a", "1", "b", "2")
	structured := cemqtt.Message{ContentType: structuredType, Payload: []byte(document[:len(document)-1] + `,"a":1,"b":2}`)}
	for max, ok := range map[int]bool{5: false, 6: true, -1: true, 0: true} {
		d := cemqtt.Decoder{MaxAttributes: max}
		for _, m := range []*cemqtt.Message{&m, &structured} {
			_, err := d.ToCloudEvent(m)
			var limit *cloudevents.LimitError
			if ok && err != nil || !ok && !errors.As(err, &limit) {
				t.Errorf("limit %d: %v", max, err)
			}
		}
	}
}

func TestForgive(t *testing.T) {
	var receipts []cloudevents.Receipt
	d := cemqtt.Decoder{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r) }}
	for _, c := range []struct {
		name     string
		m        cemqtt.Message
		forgiven error // nil if there is no receipt
		refused  error
	}{
		{"nothing to forgive", binary("x", "X", "y"), nil, nil},
		{"an empty subject", binary("x", "subject", ""), validation.ErrMissing, nil},
		{"an extension with a control character", binary("x", "note", "a\nb"), validation.ErrCharacter, nil},
		{"the name data", binary("x", "data", "y"), validation.ErrName, nil},
		{"a patch level", cemqtt.Message{UserProperties: property("specversion", "1.0.2", "id", "1", "source", "/s", "type", "t")}, validation.ErrVersion, nil},
		{"a different datacontenttype", cemqtt.Message{ContentType: "text/plain", UserProperties: required("datacontenttype", "text/html")}, validation.ErrDuplicate, nil},
		{"datacontenttype alone", binary("x", "datacontenttype", "text/html"), validation.ErrDuplicate, nil},
		{"a broken Content Type", cemqtt.Message{ContentType: "json", UserProperties: required()}, validation.ErrSyntax, nil},
		{"in a document", cemqtt.Message{ContentType: structuredType, Payload: []byte(document[:len(document)-1] + `,"subject":""}`)}, validation.ErrMissing, nil},
		{"in a document of MQTT 3.1.1", cemqtt.Message{Version: cemqtt.V311, Payload: []byte(document[:len(document)-1] + `,"subject":""}`)}, validation.ErrMissing, nil},
		{"a required attribute", cemqtt.Message{UserProperties: required()[:3]}, nil, validation.ErrMissing},
		{"a repeated attribute", binary("x", "note", "1", "note", "1"), nil, validation.ErrDuplicate},
		{"two different datacontenttype", binary("x", "datacontenttype", "text/html", "datacontenttype", "text/plain"), nil, validation.ErrDuplicate},
		{"a batch", cemqtt.Message{ContentType: "application/cloudevents-batch+json"}, nil, cloudevents.ErrContentMode},
	} {
		t.Run(c.name, func(t *testing.T) {
			receipts = nil
			e, err := d.ToCloudEvent(&c.m)
			wantError(t, err, c.refused)
			if c.refused != nil {
				if len(receipts) > 0 {
					t.Error("a receipt for an event that was refused")
				}
				return
			}
			if err := e.Validate(); err != nil || e.Subject != "" || len(e.Extensions) > 0 {
				t.Errorf("%v: %v", e, err)
			}
			strict, err := cemqtt.ToCloudEvent(&c.m, nil)
			wantError(t, err, c.forgiven)
			if c.forgiven == nil {
				if len(receipts) > 0 || diff(strict, e) != "" {
					t.Errorf("%v, %s", receipts, diff(strict, e))
				}
				return
			}
			if len(receipts) != 1 || !errors.Is(receipts[0].Err, c.forgiven) || receipts[0].Event.ID != "1" {
				t.Errorf("receipts are %v", receipts)
			}
		})
	}
}

func TestAliasing(t *testing.T) {
	m := binary("data")
	e, err := cemqtt.ToCloudEvent(&m, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.Payload[0] = 'D'
	if string(e.Data) != "Data" {
		t.Errorf("data is %q, a copy", e.Data)
	}
	encoded, err := cemqtt.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	e.Data[0] = 'X'
	if string(encoded.Payload) != "Xata" {
		t.Errorf("payload is %q, a copy", encoded.Payload)
	}

	var d cemqtt.Decoder
	for _, m := range []cemqtt.Message{
		binary("data"),
		{ContentType: structuredType, Payload: []byte(document[:len(document)-1] + `,"datacontenttype":"text/plain","data":"data"}`)},
	} {
		s, err := d.ToSealed(&m)
		if err != nil {
			t.Fatal(err)
		}
		clear(m.Payload)
		if data, _ := s.Data(); data != "data" {
			t.Errorf("data is %q", data)
		}
	}
}

// A slice that is appended to does not write into the payload.
func TestEmptyPayloadIsNoData(t *testing.T) {
	for _, payload := range [][]byte{nil, {}, make([]byte, 0, 8)} {
		m := binary("")
		m.Payload = payload
		if e, err := cemqtt.ToCloudEvent(&m, nil); err != nil || e.Data != nil {
			t.Errorf("%q: %v", e.Data, err)
		}
	}
}

func TestSealedAgreesWithEvent(t *testing.T) {
	var d cemqtt.Decoder
	for _, c := range fixtures(t, "mqtt/decode/") {
		m := message(c.Message)
		d.Extensions = c.Extensions
		e, err := d.ToCloudEvent(&m)
		s, sealedErr := d.ToSealed(&m)
		if (err == nil) != (sealedErr == nil) || err != nil && err.Error() != sealedErr.Error() {
			t.Errorf("%s: %v and %v", c.Name, err, sealedErr)
			continue
		}
		if err != nil {
			continue
		}
		if diff := diff(e, s.Event()); diff != "" {
			t.Errorf("%s: %s", c.Name, diff)
		}
	}
}

func TestConcurrentDecoder(t *testing.T) {
	d := cemqtt.Decoder{
		Extensions: []spec.Attribute{{Name: "count", Type: spec.Integer}}, SDKGoNames: true, JSONEvents: true,
		Forgive: func(cloudevents.Receipt) {}, IsExtension: func(name string) bool { return name != "app" },
	}
	enc := cemqtt.Encoder{CopyDataContentType: true, IsExtension: d.IsExtension}
	m := binary("x", "count", "5", "subject", "", "X", "y", "app", "z")
	var wait sync.WaitGroup
	for range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for range 100 {
				e, err := d.ToCloudEvent(&m)
				if err != nil || len(e.Extensions) != 1 {
					t.Errorf("%v: %v", e, err)
					return
				}
				if _, err := enc.ToMessage(&e); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	wait.Wait()
}

// An array of events is a batch, which MQTT does not have, wherever a payload is read as JSON.
func TestArrayOfEvents(t *testing.T) {
	array := []byte("[" + document + "," + document + "]")
	for name, m := range map[string]cemqtt.Message{
		"MQTT 3.1.1":               {Version: cemqtt.V311, Payload: array},
		"MQTT 5":                   {Payload: array},
		"MQTT 5 with a media type": {ContentType: "application/json", Payload: array},
	} {
		t.Run(name, func(t *testing.T) {
			d := cemqtt.Decoder{JSONEvents: true}
			_, err := d.ToCloudEvent(&m)
			wantError(t, err, cloudevents.ErrContentMode, "batch")
			m.Payload = []byte("[1,2]")
			_, err = d.ToCloudEvent(&m)
			wantError(t, err, cloudevents.ErrNotCloudEvent)
		})
	}
}

// A message with all required attributes but the version is an event whose version is missing. With
// fewer of them, it is no event: other programs have such properties, too.
func TestMissingVersion(t *testing.T) {
	for _, c := range []struct {
		properties []string
		want       error
	}{
		{[]string{"id", "1", "source", "/s", "type", "t"}, validation.ErrMissing},
		{[]string{"source", "/s", "type", "t"}, cloudevents.ErrNotCloudEvent},
		{[]string{"id", "1", "type", "t"}, cloudevents.ErrNotCloudEvent},
		{[]string{"id", "1", "source", "/s"}, cloudevents.ErrNotCloudEvent},
	} {
		m := cemqtt.Message{UserProperties: property(c.properties...)}
		if _, err := cemqtt.ToCloudEvent(&m, nil); !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.properties, err, c.want)
		}
	}
}
