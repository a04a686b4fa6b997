package brokers_test

import (
	"flag"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/interop.md")

const (
	page = "../../docs/interop.md"

	javaScript = "JavaScript SDK 10.0.0"
)

func TestDocument(t *testing.T) {
	for _, b := range []*peertest.Binding{kafka(), nats(), mqtt()} {
		b.Check(t)
		b.Document(t, page, *update)
	}
}

func modes() []cloudevents.Mode {
	return []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode}
}

func only(m ...cloudevents.Mode) []cloudevents.Mode { return m }
