package all_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func event(id string) cloudevents.Event {
	return cloudevents.Event{ID: id, Source: "/orders", Type: "com.example.placed", DataContentType: "application/json", Data: []byte(`{"n":1}`)}
}

// receiver returns a Receiver of all formats that replies with the event, and a function
// that returns the events that it has had since the last call.
func receiver() (r *cehttp.Receiver, seen func() []cloudevents.Event) {
	var events []cloudevents.Event
	r = &cehttp.Receiver{
		Decoder: cehttp.Decoder{Format: all.Formats()},
		Logger:  slog.New(slog.DiscardHandler),
		Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			events = append(events, e.Clone())
			reply := e.Clone()
			return &reply, nil
		},
	}
	return r, func() []cloudevents.Event {
		got := events
		events = nil
		return got
	}
}

func post(r *cehttp.Receiver, contentType, accept string, body []byte) *http.Response {
	request := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	request.Header.Set("Content-Type", contentType)
	if accept != "" {
		request.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, request)
	return w.Result()
}

// A receiver takes each format, and replies in each format: in that of Accept, and without
// it in that of the request.
func TestReceiverOfAllFormats(t *testing.T) {
	r, seen := receiver()
	want := event("1")
	for _, from := range all.Formats() {
		body, err := from.EncodeStructuredModeMessage(nil, &want)
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range append(all.Formats(), nil) {
			accept, replied := "", from
			if to != nil {
				accept, replied = to.MediaType(), to
			}
			name := fmt.Sprintf("%s, Accept: %s", from.MediaType(), accept)
			response := post(r, from.MediaType(), accept, body)
			if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != replied.MediaType() {
				t.Errorf("%s: status %d, Content-Type %q", name, response.StatusCode, response.Header.Get("Content-Type"))
				continue
			}
			if got := seen(); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
				t.Errorf("%s: got %+v", name, got)
			}
			d := cehttp.Decoder{Format: replied}
			if got, err := d.ResponseToCloudEvent(response); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: reply %+v, %v", name, got, err)
			}
		}
	}
}

// A receiver takes batches of the formats that have one, and refuses those of the others.
func TestReceiverOfAllBatches(t *testing.T) {
	r, seen := receiver()
	want := []cloudevents.Event{event("1"), event("2")}
	var names []string
	for _, f := range all.Formats() {
		b, ok := f.(format.Batch)
		if !ok {
			continue
		}
		names = append(names, b.BatchMediaType())
		body, err := b.EncodeBatchModeMessage(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		if response := post(r, b.BatchMediaType(), "", body); response.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", b.BatchMediaType(), response.StatusCode)
		}
		if got := seen(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v", b.BatchMediaType(), got)
		}
	}
	if want := []string{"application/cloudevents-batch+json", "application/cloudevents-batch+protobuf", "application/cloudevents-batch+xml"}; !reflect.DeepEqual(names, want) {
		t.Errorf("batches are %q", names)
	}
	for _, contentType := range []string{"application/cloudevents-batch+avro", "application/cloudevents-batch+avro-compact", "application/cloudevents-batch+cbor", "application/cloudevents+yaml"} {
		if response := post(r, contentType, "", []byte("[]")); response.StatusCode != http.StatusUnsupportedMediaType || len(seen()) > 0 {
			t.Errorf("%s: status %d", contentType, response.StatusCode)
		}
	}
}

// A Set belongs to its caller.
func TestFormatsAreNotShared(t *testing.T) {
	all.Formats()[0] = nil
	if all.Formats()[0] == nil {
		t.Error("a change of one Set is in the next")
	}
}
