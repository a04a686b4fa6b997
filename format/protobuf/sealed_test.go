package ceprotobuf_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
)

func TestSealed(t *testing.T) { formattest.Sealed(t, ceprotobuf.Format{}, ceprotobuf.AppendUTF8) }
