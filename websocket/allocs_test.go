package cews_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// large returns an event with a time and two extensions, and with as much JSON data as size
// says.
func large(size int) cloudevents.Event {
	e := cloudevents.New("/orders", "com.example.order.placed")
	e.DataContentType, e.Data = "application/json", []byte(`"`+strings.Repeat("x", size-2)+`"`)
	e.Extensions = []cloudevents.Extension{
		{Name: "comexampleretries", Value: cloudevents.IntegerValue(3)},
		{Name: "partitionkey", Value: cloudevents.StringValue("customer-42")},
	}
	return e
}

// A decoded event takes no memory that grows with the data; an encoded one takes its payload.
func TestAllocations(t *testing.T) {
	for _, size := range []int{100, 64 << 10} {
		e := large(size)
		encoder := cews.Encoder{Subprotocol: cews.SubprotocolJSON}
		m, err := encoder.ToMessage(&e)
		if err != nil {
			t.Fatal(err)
		}
		decoder := cews.Decoder{Subprotocol: cews.SubprotocolJSON}
		decode := func() error {
			_, err := decoder.ToCloudEvent(&m)
			return err
		}
		alloctest.Succeeding(t, 2, decode)
		if n := alloctest.Least(func() { _ = decode() }); n > 4<<10 {
			t.Errorf("decoding %d bytes takes %d", size, n)
		}
		alloctest.Succeeding(t, 2, func() error {
			_, err := encoder.ToMessage(&e)
			return err
		})
	}
}

// The cost of a hostile message or handshake is linear.
func TestLinear(t *testing.T) {
	members := func(n int) *cews.Message {
		var b strings.Builder
		b.WriteString(`{"specversion":"1.0","id":"1","source":"/s","type":"t"`)
		for i := range n {
			fmt.Fprintf(&b, `,"x%d":"v"`, n-i)
		}
		return text(b.String() + "}")
	}
	for name, f := range map[string]func(n int) func(){
		"attributes": func(n int) func() {
			m := members(n)
			d := cews.Decoder{Subprotocol: cews.SubprotocolJSON, MaxAttributes: -1}
			return func() {
				if e, err := d.ToCloudEvent(m); err != nil || len(e.Extensions) != n {
					t.Errorf("%d extensions: %v", len(e.Extensions), err)
				}
			}
		},
		"attributes out": func(n int) func() {
			d := cews.Decoder{Subprotocol: cews.SubprotocolJSON, MaxAttributes: -1}
			e, err := d.ToCloudEvent(members(n))
			if err != nil {
				t.Fatal(err)
			}
			return func() {
				if _, err := cews.ToMessage(&e, cews.SubprotocolJSON, nil); err != nil {
					t.Error(err)
				}
			}
		},
		"offered subprotocols": func(n int) func() {
			offered := []string{strings.Repeat("a,", n), strings.Repeat(",", n)}
			return func() {
				if _, err := cews.Select(offered, all); err == nil {
					t.Error("no error")
				}
			}
		},
		"a long subprotocol": func(n int) func() {
			subprotocol := strings.Repeat("\x00", n)
			return func() {
				if err := cews.Check(subprotocol, nil); len(err.Error()) > 400 {
					t.Errorf("an error of %d bytes", len(err.Error()))
				}
			}
		},
		"white space": func(n int) func() {
			m := text(strings.Repeat(" ", n) + "[")
			return func() {
				if _, err := cews.ToCloudEvent(m, cews.SubprotocolJSON, nil); err == nil {
					t.Error("no error")
				}
			}
		},
	} {
		once, twice := alloctest.Least(f(8_000)), alloctest.Least(f(16_000))
		if twice > 3*once+16<<10 {
			t.Errorf("%s: %d bytes for 8,000, %d for 16,000", name, once, twice)
		}
	}
}
