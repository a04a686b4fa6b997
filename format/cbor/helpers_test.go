package cecbor_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/spec"
)

// required are the pairs of a minimal event.
const required = "bida1" + "dtypeat" + "fsourceb/s" + "kspecversionc1.0"

// minimal is a minimal event.
const minimal = "\xa4" + required

// document returns a document with the pairs of minimal and others.
func document(pairs ...string) []byte {
	return append(head(cborscan.Map, 4+len(pairs)), required+strings.Join(pairs, "")...)
}

// head returns the head of an item.
func head(major byte, n int) []byte { return cborscan.AppendHead(nil, major, uint64(n)) }

// text returns a text string.
func text(s string) string { return string(head(cborscan.Text, len(s))) + s }

// pair returns a pair of a map.
func pair(name, value string) string { return text(name) + value }

// claim returns the head of an item that claims n.
func claim(major byte, n uint64) string {
	return string(binary.BigEndian.AppendUint64([]byte{major<<5 | 27}, n))
}

// full returns an event with every attribute, an extension of each type, and data.
func full() cloudevents.Event {
	return cloudevents.Event{
		ID:              "A234-1234",
		Source:          "https://example.com/storage/tenant/container",
		Type:            "com.example.object.created",
		Subject:         "picture.jpg",
		Time:            time.Date(2024, 2, 29, 17, 31, 0, 5_000_000, time.FixedZone("", 3600)),
		DataContentType: "application/json",
		DataSchema:      "https://example.com/schema#object",
		Extensions: []cloudevents.Extension{
			{Name: "binary", Value: cloudevents.BinaryValue([]byte{0, 255})},
			{Name: "boolean", Value: cloudevents.BooleanValue(true)},
			{Name: "integer", Value: cloudevents.IntegerValue(-500)},
			{Name: "string", Value: cloudevents.StringValue("")},
			{Name: "timestamp", Value: cloudevents.TimestampValue(time.Unix(0, 1).UTC())},
			{Name: "uri", Value: cloudevents.URIValue("urn:x")},
		},
		Data: []byte(`{"size":1024}`),
	}
}

func encoded(t testing.TB, e cloudevents.Event) []byte {
	t.Helper()
	b, err := cecbor.Append(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// isItem reports whether b is one CBOR item, as encoders need it.
func isItem(b []byte) bool {
	end, f := cborscan.Value(b, 0, cloudevents.DefaultMaxDepth)
	return f == cborscan.None && end == len(b)
}

// arrives returns e as it comes back: extensions sorted, Timestamps in upper case, and
// URI-references as Strings, unless they are declared. ok is false if the data cannot be
// encoded.
func arrives(e cloudevents.Event, declared bool) (_ cloudevents.Event, ok bool) {
	e.Extensions = formattest.Sorted(e.Extensions)
	for i := range e.Extensions {
		switch v := &e.Extensions[i].Value; v.Type() {
		case spec.URIReference:
			if !declared {
				*v = cloudevents.StringValue(v.String())
			}
		case spec.Timestamp:
			*v, _ = cloudevents.ParseValue(spec.Timestamp, strings.ToUpper(v.String()))
		}
	}
	mediaType, _, _ := strings.Cut(strings.ToLower(e.DataContentType), ";")
	mediaType = strings.TrimSpace(mediaType)
	isCBOR := strings.HasSuffix(mediaType, "/cbor") || strings.HasSuffix(mediaType, "+cbor")
	return e, e.Data == nil || !isCBOR || isItem(e.Data)
}
