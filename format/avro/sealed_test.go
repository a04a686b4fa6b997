package ceavro_test

import (
	"testing"

	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
)

func TestSealed(t *testing.T) { formattest.Sealed(t, ceavro.Format{}, ceavro.AppendUTF8) }
