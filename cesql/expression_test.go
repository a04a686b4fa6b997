package cesql_test

import (
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

func event() cloudevents.Event {
	return cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.order.placed", Subject: "Grüße 😀", DataContentType: "application/json",
		Time: time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC),
		Extensions: []cloudevents.Extension{
			{Name: "big", Value: cloudevents.BinaryValue([]byte("hi"))},
			{Name: "hop", Value: cloudevents.IntegerValue(3)},
			{Name: "sampled", Value: cloudevents.BooleanValue(true)},
			{Name: "sequence", Value: cloudevents.StringValue("10")},
		},
	}
}

func TestWarnings(t *testing.T) {
	for text, want := range map[string]int{
		"NOT hop = 7": 1, "NOT (hop = 7)": 0, "(NOT hop) = 7": 0, "NOT id LIKE 'x'": 1, "NOT id IN ('x')": 1,
		"TRUE AND FALSE OR TRUE": 1, "TRUE AND FALSE AND TRUE": 0, "(TRUE AND FALSE) OR TRUE": 0, "ID = 'x'": 1, "FOO(1)": 1,
		"NOT EXISTS id": 0, "NOT TRUE AND FALSE": 0,
	} {
		if _, warnings, err := cesql.Compile(text); len(warnings) != want || err != nil {
			t.Errorf("%s: %v, %v", text, warnings, err)
		}
	}
}

// Evaluating allocates nothing.
func TestAllocations(t *testing.T) {
	e := event()
	for _, text := range []string{
		"type = 'com.example.order.placed'", "sequence = 10 AND hop < 5", "type LIKE '%order%pl_ced'", "id IN ('a', 'b', 'A-1')",
		"missing = 1", "LENGTH(subject) + hop * 2", "LEFT(subject, 3) = 'Grü'", "'abc' = 1", "EXISTS time",
	} {
		x, _, err := cesql.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		alloctest.AtMost(t, text, 0, func() { _, _ = x.Evaluate(&e) })
	}
}
