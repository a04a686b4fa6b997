package spec

// Media types of the event formats, and what the media type of every format
// begins with: a "+" and the format's name follow.
const (
	MediaTypePrefix      = "application/cloudevents"
	BatchMediaTypePrefix = "application/cloudevents-batch"

	MediaTypeJSON      = "application/cloudevents+json"
	BatchMediaTypeJSON = "application/cloudevents-batch+json"
)
