package cekafka_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// The error about a message that is no event names the header of another binding, or of
// another spelling, that would make it one. A header without a value makes none.
func TestForeignHeaderIsNamed(t *testing.T) {
	for _, c := range []struct {
		name, value string
		isNull      bool
		named       bool
	}{
		{"ce-id", "1", false, true}, {"CE_id", "1", false, true}, {"cloudEvents:id", "1", false, true}, {"cloudEvents_type", "", false, true},
		{"ce-id", "", true, false}, {"ce-", "1", false, false}, {"x-ce-id", "1", false, false},
		{"Content-Type", "application/cloudevents+json", false, true}, {"Content-Type", "text/plain", false, false}, {"Content-Type", "", true, false},
	} {
		h := cekafka.Header{Name: c.name, Value: []byte(c.value)}
		if c.isNull {
			h.Value = nil
		}
		m := cekafka.Message{Headers: []cekafka.Header{{Name: "other", Value: []byte("x")}, h}, Value: []byte("text")}
		var d cekafka.Decoder
		_, err := d.ToCloudEvent(&m)
		if !errors.Is(err, cloudevents.ErrNotCloudEvent) || strings.HasPrefix(err.Error(), `"`+c.name+`" is of another binding`) != c.named {
			t.Errorf("%s: %q: %v", c.name, c.value, err)
		}
	}
}
