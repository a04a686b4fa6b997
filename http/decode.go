package cehttp

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ToCloudEvent reads the event in a request, in binary or structured mode. A nil
// f is [format.JSON]; exts are the types of extensions. See
// [Decoder.ToCloudEvent] for the errors.
func ToCloudEvent(r *http.Request, f format.Formatter, exts ...spec.Attribute) (e cloudevents.Event, err error) {
	d := Decoder{Format: f, Extensions: exts}
	err = d.event(&e, r.Header, &payload{reader: r.Body, announced: r.ContentLength})
	return e, err
}

// ToCloudEventBatch reads the batch in a request, which may be empty. A nil f is
// [format.JSON]. See [Decoder.ToCloudEventBatch].
func ToCloudEventBatch(r *http.Request, f format.Batch, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	d := Decoder{Batch: f, Extensions: exts}
	return d.ToCloudEventBatch(r)
}

// ResponseToCloudEvent reads the event in a response. The caller closes the body.
// See [Decoder.ResponseToCloudEvent].
func ResponseToCloudEvent(r *http.Response, f format.Formatter, exts ...spec.Attribute) (cloudevents.Event, error) {
	d := Decoder{Format: f, Extensions: exts}
	return d.ResponseToCloudEvent(r)
}

// ResponseToCloudEventBatch reads the batch in a response. The caller closes the
// body. See [Decoder.ResponseToCloudEventBatch].
func ResponseToCloudEventBatch(r *http.Response, f format.Batch, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	d := Decoder{Batch: f, Extensions: exts}
	return d.ResponseToCloudEventBatch(r)
}

// DecodeMessage reads an event from a header and a body, for frameworks that have
// requests of their own. Keys may be spelled in any way. The event aliases body. See [Decoder.DecodeMessage].
func DecodeMessage(h http.Header, body []byte, f format.Formatter, exts ...spec.Attribute) (cloudevents.Event, error) {
	d := Decoder{Format: f, Extensions: exts}
	return d.DecodeMessage(h, body)
}

// DecodeMessageBatch reads a batch from a header and a body. See
// [Decoder.DecodeMessageBatch].
func DecodeMessageBatch(h http.Header, body []byte, f format.Batch, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	d := Decoder{Batch: f, Extensions: exts}
	return d.DecodeMessageBatch(h, body)
}
