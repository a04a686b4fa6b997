package cecbor_test

import (
	"testing"

	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
)

func TestSealed(t *testing.T) { formattest.Sealed(t, cecbor.Format{}, cecbor.AppendUTF8) }
