package spec

// The media types of the JSON format, and the prefix of the media types of all event
// formats: "+" and the name of a format follow it.
const (
	MediaTypePrefix = "application/cloudevents"

	MediaTypeJSON      = "application/cloudevents+json"
	BatchMediaTypeJSON = "application/cloudevents-batch+json"
)
