package ceamqp_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// Nothing grows with the data in binary mode. The event has every attribute and an extension
// of each type.
func TestAllocations(t *testing.T) {
	for _, size := range []int{100, 64 << 10} {
		e := order()
		e.Data = make([]byte, size)
		for _, encoder := range []ceamqp.Encoder{{}, {Text: true}, {Colon: true}} {
			m, err := encoder.ToMessage(&e)
			if err != nil {
				t.Fatal(err)
			}
			decoder := ceamqp.Decoder{Extensions: types(&e)}
			alloctest.Succeeding(t, 3, func() error {
				_, err := decoder.ToCloudEvent(&m)
				return err
			})
			alloctest.Succeeding(t, 2, func() error {
				_, err := encoder.ToMessage(&e)
				return err
			})
		}
	}
}

// An event without extensions, whose time is a native timestamp, is one allocation.
func TestAllocationsOfFewAttributes(t *testing.T) {
	e := order()
	e.Extensions = nil
	m, err := ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	alloctest.Succeeding(t, 1, func() error {
		_, err := ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil)
		return err
	})
	alloctest.Succeeding(t, 1, func() error {
		_, err := ceamqp.ToCloudEvent(&m, nil)
		return err
	})
}

// Many attributes cost what they cost, and not their square.
func TestLinear(t *testing.T) {
	for name, property := range map[string]func(i int) ceamqp.Property{
		"integers": func(i int) ceamqp.Property {
			return ceamqp.Property{Name: fmt.Sprint("cloudEvents_x", i), Value: ceamqp.LongValue(int64(i))}
		},
		"backwards": func(i int) ceamqp.Property { return text(fmt.Sprintf("cloudEvents_x%06d", 1_000_000-i), "v") },
		"binaries": func(i int) ceamqp.Property {
			return ceamqp.Property{Name: fmt.Sprint("cloudEvents_x", i), Value: ceamqp.BinaryValue([]byte("0123456789"))}
		},
		"unfit": func(i int) ceamqp.Property {
			return ceamqp.Property{Name: fmt.Sprint("cloudEvents_x", i), Value: ceamqp.DoubleValue(1)}
		},
		"illegal": func(i int) ceamqp.Property { return text(fmt.Sprint("cloudEvents_X", i), "v") },
		"same":    func(i int) ceamqp.Property { return text("cloudEvents_x", "v") },
		"mixed": func(i int) ceamqp.Property {
			return text(fmt.Sprint("cloudEvents", []string{"_", ":"}[i%2], "x", i), "v")
		},
		"content types": func(i int) ceamqp.Property { return text("cloudEvents_datacontenttype", "v") },
		"others":        func(i int) ceamqp.Property { return text(fmt.Sprint("x", i), "v") },
	} {
		cost := func(n int, forgive bool) uint64 {
			m := ceamqp.Message{ApplicationProperties: properties()}
			for i := range n {
				m.ApplicationProperties = append(m.ApplicationProperties, property(i))
			}
			d := ceamqp.Decoder{MaxAttributes: -1}
			if forgive {
				d.Forgive = func(cloudevents.Receipt) {}
			}
			return alloctest.Least(func() {
				e, err := d.ToCloudEvent(&m)
				if err != nil {
					return
				}
				if _, err := ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil); err != nil {
					t.Error(err)
				}
			})
		}
		for _, forgive := range []bool{false, true} {
			few, many := cost(8_000, forgive), cost(16_000, forgive)
			if many > 3*few+64<<10 {
				t.Errorf("%s: %d bytes for 8,000, %d for 16,000", name, few, many)
			}
		}
	}
}

// The limit stops a message with many attributes before they cost anything.
func TestLimitIsCheap(t *testing.T) {
	m := ceamqp.Message{}
	for i := range 100_000 {
		m.ApplicationProperties = append(m.ApplicationProperties, text(fmt.Sprint("cloudEvents_x", i), "v"))
	}
	var err error
	bytes := alloctest.Least(func() { _, err = ceamqp.ToCloudEvent(&m, nil) })
	var limit *cloudevents.LimitError
	if !errors.As(err, &limit) || bytes > 512<<10 {
		t.Errorf("%d bytes: %v", bytes, err)
	}
}

// Data sections that a client cut are joined with one allocation.
func TestJoinAllocations(t *testing.T) {
	m := ceamqp.Message{ApplicationProperties: properties()}
	for range 1000 {
		m.Data = append(m.Data, make([]byte, 64))
	}
	alloctest.Succeeding(t, 1, func() error {
		e, err := ceamqp.ToCloudEvent(&m, nil)
		if err == nil && len(e.Data) != 64_000 {
			return fmt.Errorf("%d bytes", len(e.Data))
		}
		return err
	})
}
