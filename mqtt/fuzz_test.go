package cemqtt_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// lines returns user properties as a text for a fuzz target, and properties is the inverse.
func lines(all []cemqtt.UserProperty) string {
	var b strings.Builder
	for _, p := range all {
		b.WriteString(p.Name + "\x1f" + p.Value + "\x1e")
	}
	return b.String()
}

func properties(lines string) (all []cemqtt.UserProperty) {
	for line := range strings.SplitSeq(lines, "\x1e") {
		if name, value, ok := strings.Cut(line, "\x1f"); ok {
			all = append(all, cemqtt.UserProperty{Name: name, Value: value})
		}
	}
	return all
}

// FuzzDecode decodes arbitrary messages. What is accepted is valid, comes back in every mode,
// and is accepted by a forgiving decoder without a receipt.
func FuzzDecode(f *testing.F) {
	for _, c := range fixtures(f, "mqtt/decode/") {
		m := message(c.Message)
		f.Add(uint8(m.Version), m.ContentType, lines(m.UserProperties), m.Payload)
	}
	f.Add(uint8(0), "", lines(property("ce-specversion", "1.0", "ce-id", "1", "ce-source", "/s", "ce-type", "t")), []byte("x"))
	f.Fuzz(func(t *testing.T, version uint8, contentType, lines string, payload []byte) {
		m := cemqtt.Message{Version: cemqtt.Version(version), ContentType: contentType, UserProperties: properties(lines), Payload: payload}
		before := m
		before.UserProperties, before.Payload = properties(lines), append([]byte(nil), payload...)
		for _, d := range []cemqtt.Decoder{{}, {JSONEvents: true, SDKGoNames: true, UnknownFormat: true}} {
			e, err := d.ToCloudEvent(&m)
			receipts := 0
			d.Forgive = func(cloudevents.Receipt) { receipts++ }
			forgiven, forgivenErr := d.ToCloudEvent(&m)
			switch {
			case err != nil && diff(cloudevents.Event{}, e) != "":
				t.Fatalf("an event beside %v", err)
			case err != nil && forgivenErr == nil && receipts != 1:
				t.Fatalf("%v was forgiven with %d receipts", err, receipts)
			case err == nil && (forgivenErr != nil || receipts > 0 || diff(e, forgiven) != ""):
				t.Fatalf("strict %v, forgiving %v: %v", e, forgiven, forgivenErr)
			}
			if forgivenErr == nil {
				checkAgain(t, forgiven)
			}
		}
		if string(m.Payload) != string(before.Payload) || cmp.Diff(before.UserProperties, m.UserProperties) != "" {
			t.Fatal("the message has changed")
		}
		e := minimal()
		if err := cemqtt.CopyToMessage(&m, &e, cloudevents.BinaryMode, nil); err == nil {
			checkCopied(t, &m, e)
		}
	})
}

// checkAgain sends a decoded event in every mode.
func checkAgain(t *testing.T, e cloudevents.Event) {
	t.Helper()
	if err := e.Validate(); err != nil {
		t.Fatalf("decoded an invalid event: %v", err)
	}
	d := cemqtt.Decoder{Extensions: types(&e)}
	for _, enc := range []cemqtt.Encoder{{}, {Mode: cloudevents.StructuredMode}, {Mode: cloudevents.StructuredMode, Version: cemqtt.V311}} {
		want := e
		if enc.Mode == cloudevents.BinaryMode && len(e.Data) == 0 {
			want.Data = nil
		}
		m, err := enc.ToMessage(&e)
		if enc.Mode == cloudevents.BinaryMode {
			if strings.HasPrefix(strings.ToLower(e.DataContentType), spec.MediaTypePrefix) {
				if !errors.Is(err, cloudevents.ErrContentMode) {
					t.Fatalf("data of type %q: %v", e.DataContentType, err)
				}
				continue
			}
			if errors.Is(err, validation.ErrRange) { // too long for MQTT
				continue
			}
		} else if mediaTypeIsJSON(e.DataContentType) {
			want.Data = trimJSON(e.Data)
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.ToCloudEvent(&m)
		if err != nil {
			t.Fatal(err)
		}
		if enc.Mode == cloudevents.StructuredMode && want.Data != nil && string(got.Data) == string(e.Data) {
			want.Data = e.Data // it is no JSON value, and travels as it is
		}
		if diff := diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

// mediaTypeIsJSON is generous: trimJSON changes nothing but white space.
func mediaTypeIsJSON(contentType string) bool {
	return strings.Contains(strings.ToLower(contentType), "json")
}

func trimJSON(data []byte) []byte {
	if data == nil {
		return nil
	}
	return []byte(strings.Trim(string(data), " \t\r\n"))
}

// checkCopied checks a message that e was copied to.
func checkCopied(t *testing.T, m *cemqtt.Message, e cloudevents.Event) {
	t.Helper()
	got, err := cemqtt.ToCloudEvent(m, nil)
	if err != nil {
		t.Fatalf("%+v: %v", m, err)
	}
	if diff := diff(e, got); diff != "" {
		t.Fatal(diff)
	}
}

// FuzzEncode encodes events that may be invalid into messages with properties of others. An
// encoder refuses what Validate refuses. What it writes is the event.
func FuzzEncode(f *testing.F) {
	f.Add("1", "/s", "t", "", "", "", "", "", "X\x1fy\x1e", []byte(nil))
	f.Add("1", "/s", "t", "s", "application/json", "https://example.com/", "note", "n", "note\x1fold\x1e", []byte("{}"))
	f.Add("1", "/s", "t", "\x00", "text/plain", "", "data", "\xff", "data\x1f\x1e", []byte{0})
	f.Fuzz(func(t *testing.T, id, source, typ, subject, contentType, schema, name, value, lines string, data []byte) {
		e := cloudevents.Event{ID: id, Source: source, Type: typ, Subject: subject, DataContentType: contentType, DataSchema: schema, Data: data}
		if name != "" {
			e.Extensions = []cloudevents.Extension{{Name: name, Value: cloudevents.StringValue(value)}}
		}
		for _, enc := range []cemqtt.Encoder{{CopyDataContentType: true}, {Mode: cloudevents.StructuredMode, CopyProperties: true}, {Mode: cloudevents.StructuredMode, Version: cemqtt.V311}} {
			m := cemqtt.Message{UserProperties: properties(lines)}
			err := enc.CopyToMessage(&m, &e)
			if invalid := e.Validate(); invalid != nil {
				if err == nil {
					t.Fatalf("%v was encoded", invalid)
				}
				continue
			}
			if err != nil {
				if m.Payload != nil || cmp.Diff(properties(lines), m.UserProperties) != "" {
					t.Fatal("the message has changed")
				}
				continue
			}
			for _, p := range m.UserProperties {
				if len(p.Name) > 65535 || len(p.Value) > 65535 || strings.ContainsRune(p.Name+p.Value, 0) || strings.ToValidUTF8(p.Name+p.Value, "") != p.Name+p.Value {
					t.Fatalf("MQTT cannot carry %q", p)
				}
			}
			got, err := cemqtt.ToCloudEvent(&m, nil)
			if err != nil {
				t.Fatalf("%+v: %v", m, err)
			}
			want, data := e, got.Data
			want.Data, got.Data = nil, nil
			if diff := diff(want, got); diff != "" {
				t.Fatal(diff)
			}
			if trimmed := string(trimJSON(e.Data)); string(data) != string(e.Data) && (string(data) != trimmed || enc.Mode == cloudevents.BinaryMode) {
				t.Fatalf("data is %q, want %q", data, e.Data)
			}
		}
	})
}
