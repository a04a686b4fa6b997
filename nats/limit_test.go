package cenats_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	"github.com/seed763dd41b/cloudevents/validation"
)

// numbered returns a message with n headers beside those that are required.
func numbered(n int, name func(i int) string) *cenats.Message {
	m := cenats.Message{Header: headers()}
	for i := range n {
		m.Header[name(i)] = []string{"%41"}
	}
	return &m
}

func legalName(i int) string { return fmt.Sprintf("ce-x%d", i) }

func TestMaxAttributes(t *testing.T) {
	for _, c := range []struct {
		max, attributes int
		limit           int // of the error; 0 is none
	}{
		{0, cloudevents.DefaultMaxAttributes, 0},
		{0, cloudevents.DefaultMaxAttributes + 1, cloudevents.DefaultMaxAttributes},
		{6, 6, 0}, {6, 7, 6}, {-1, 3000, 0},
	} {
		d := cenats.Decoder{MaxAttributes: c.max}
		m := numbered(c.attributes-5, legalName)
		m.Header["ce-datacontenttype"] = []string{"text/plain"} // is an attribute, too
		_, err := d.ToCloudEvent(m)
		var limit *cloudevents.LimitError
		if c.limit == 0 && err != nil || c.limit != 0 && (!errors.As(err, &limit) || limit.Limit != c.limit) {
			t.Errorf("%d attributes, at most %d: %v", c.attributes, c.max, err)
		}
	}
	d := cenats.Decoder{MaxAttributes: 4}
	if _, err := d.ToCloudEvent(typed(mediaType, document[:len(document)-1]+`,"x":1}`)); !errors.As(err, new(*cloudevents.LimitError)) {
		t.Errorf("a document: %v", err)
	}
}

// Twice the headers are at most twice the memory and allocations, and a quarter for luck:
// growing slices round up.
func TestLinear(t *testing.T) {
	d := cenats.Decoder{MaxAttributes: -1}
	for _, c := range []struct {
		reason string
		name   func(i int) string
		want   error
	}{
		{"legal extensions", legalName, nil},
		{"names out of order", func(i int) string { return fmt.Sprintf("Ce-%dx", uint32(i)*2654435761) }, nil},
		{"illegal names", func(i int) string { return fmt.Sprintf("ce-x-%d", i) }, validation.ErrName},
		{"two spellings", func(i int) string { return fmt.Sprintf("%s-x%d", []string{"Ce", "ce"}[i%2], i/2) }, validation.ErrDuplicate},
		{"headers of others", func(i int) string { return fmt.Sprintf("x-%d", i) }, nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			measure := func(n int) (size, count uint64) {
				m := numbered(n, c.name)
				var e cloudevents.Event
				var err error
				count, size = alloctest.Cost(func() { e, err = d.ToCloudEvent(m) })
				if !errors.Is(err, c.want) {
					t.Fatalf("%d headers: %.200v", n, err)
				}
				if err == nil {
					if _, err := cenats.ToMessage(&e, cloudevents.BinaryMode, nil); err != nil {
						t.Fatal(err)
					}
				}
				return size, count
			}
			size, count := measure(8000)
			size2, count2 := measure(16000)
			if size2 > 5*size/2+1<<14 || count2 > 5*count/2+100 {
				t.Errorf("%d bytes in %d allocations, and for twice as many %d in %d", size, count, size2, count2)
			}
		})
	}
}

// The encoder makes no more than the runtime does for the map.
func TestEncodeIsLinear(t *testing.T) {
	measure := func(n int) uint64 {
		e := placed()
		for i := range n {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: fmt.Sprintf("x%d", i), Value: cloudevents.StringValue("%")})
		}
		var err error
		size := alloctest.Least(func() { _, err = cenats.ToMessage(&e, cloudevents.BinaryMode, nil) })
		if err != nil {
			t.Fatal(err)
		}
		return size
	}
	if size, size2 := measure(8000), measure(16000); size2 > 5*size/2 {
		t.Errorf("%d bytes, and %d for twice as many", size, size2)
	}
}

// By default many headers cost as much as a thousand, and many values as much as two.
func TestLimited(t *testing.T) {
	many := numbered(100_000, legalName)
	for name, c := range map[string]struct {
		m    *cenats.Message
		want func(error) bool
	}{
		"headers":       {many, func(err error) bool { return errors.As(err, new(*cloudevents.LimitError)) }},
		"values":        {&cenats.Message{Header: map[string][]string{"ce-id": make([]string, 100_000)}}, func(err error) bool { return errors.Is(err, validation.ErrDuplicate) }},
		"types":         {&cenats.Message{Header: map[string][]string{"ce-datacontenttype": make([]string, 100_000)}}, func(err error) bool { return errors.Is(err, validation.ErrDuplicate) }},
		"Content-Types": {&cenats.Message{Header: map[string][]string{"Content-Type": make([]string, 100_000)}}, func(err error) bool { return errors.Is(err, validation.ErrDuplicate) }},
	} {
		var err error
		size := alloctest.Bytes(func() { _, err = cenats.ToCloudEvent(c.m, nil) })
		if !c.want(err) || size > 1<<20 || len(err.Error()) > 1000 {
			t.Errorf("%s: %d bytes, %.200v", name, size, err)
		}
	}
}

// A long value is cut in an error, and not gone through again and again.
func TestLongValues(t *testing.T) {
	for reason, value := range map[string]string{
		"unclosed quote": `"` + strings.Repeat("a", 1<<20),
		"escapes":        strings.Repeat("%00", 1<<18),
		"backslashes":    `"` + strings.Repeat(`\`, 1<<20),
		"raw":            strings.Repeat("\xff", 1<<20),
		"white space":    strings.Repeat(" ", 1<<20),
	} {
		m := cenats.Message{Header: headers("ce-subject", value)}
		var err error
		size := alloctest.Bytes(func() { _, err = cenats.ToCloudEvent(&m, nil) })
		if err == nil || len(err.Error()) > 600 || size > 4<<20 {
			t.Errorf("%s: %d bytes, %.200v", reason, size, err)
		}
	}
}
