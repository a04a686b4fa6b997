package cemqtt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// numbered returns n user properties behind those that are required. A verb in name is for
// the number of each, in descending order.
func numbered(n int, name string) []cemqtt.UserProperty {
	all := required()
	for i := range n {
		each := name
		if strings.Contains(name, "%") {
			each = fmt.Sprintf(name, n-i)
		}
		all = append(all, cemqtt.UserProperty{Name: each, Value: "v"})
	}
	return all
}

// Twice the properties cost twice as much, without limits.
func TestLinearCost(t *testing.T) {
	const n = 8000
	unlimited := cemqtt.Decoder{MaxAttributes: -1}
	filtered := cemqtt.Decoder{MaxAttributes: -1, IsExtension: func(string) bool { return false }}
	sdkGo := cemqtt.Decoder{MaxAttributes: -1, SDKGoNames: true}
	forgiving := cemqtt.Decoder{MaxAttributes: -1, Forgive: func(cloudevents.Receipt) {}}
	decode := func(d *cemqtt.Decoder, name string) func(n int) func() {
		return func(n int) func() {
			m := cemqtt.Message{UserProperties: numbered(n, name)}
			return func() { _, _ = d.ToCloudEvent(&m) }
		}
	}
	tests := map[string]func(n int) func(){
		"extensions":               decode(&unlimited, "e%06d"),
		"one extension repeated":   decode(&unlimited, "ext"),
		"foreign names":            decode(&unlimited, "X-%06d"),
		"filtered names":           decode(&filtered, "e%06d"),
		"names of the SDK for Go":  decode(&sdkGo, "ce-e%06d"),
		"extensions, forgiving":    decode(&forgiving, "e%06d"),
		"foreign names, forgiving": decode(&forgiving, "X-%06d"),
		"copies of the content type": func(n int) func() {
			m := cemqtt.Message{UserProperties: required()}
			for range n {
				m.UserProperties = append(m.UserProperties, cemqtt.UserProperty{Name: "datacontenttype", Value: "a/b"})
			}
			return func() { _, _ = unlimited.ToCloudEvent(&m) }
		},
		"encode": func(n int) func() {
			e := minimal()
			for i := range n {
				e.Extensions = append(e.Extensions, cloudevents.Extension{Name: fmt.Sprintf("e%06d", i), Value: cloudevents.StringValue("v")})
			}
			return func() { _, _ = cemqtt.ToMessage(&e, cloudevents.BinaryMode, nil) }
		},
		"encode into a message with as many properties": func(n int) func() {
			e := minimal()
			for i := range n {
				e.Extensions = append(e.Extensions, cloudevents.Extension{Name: fmt.Sprintf("e%06d", i), Value: cloudevents.StringValue("v")})
			}
			old := numbered(n, "f%06d")
			asked := 0
			enc := cemqtt.Encoder{IsExtension: func(string) bool { asked++; return asked%2 == 0 }}
			return func() {
				m := cemqtt.Message{UserProperties: old}
				_ = enc.CopyToMessage(&m, &e)
			}
		},
	}
	for name, make := range tests {
		t.Run(name, func(t *testing.T) {
			allocs1, bytes1 := alloctest.Cost(make(n))
			allocs2, bytes2 := alloctest.Cost(make(2 * n))
			if allocs2 > 2*allocs1+100 || bytes2 > 4*bytes1+8192 { // a slice that doubles may do so once more
				t.Errorf("%d allocations and %d bytes for n, %d and %d for 2n", allocs1, bytes1, allocs2, bytes2)
			}
			t.Logf("%d to %d allocations, %d to %d bytes", allocs1, allocs2, bytes1, bytes2)
		})
	}
}

// Properties that are not of the event do not count, and allocate nothing.
func TestForeignPropertiesAreFree(t *testing.T) {
	m := cemqtt.Message{UserProperties: numbered(100_000, "X-%06d")}
	var d cemqtt.Decoder
	allocations, _ := alloctest.Cost(func() {
		if _, err := d.ToCloudEvent(&m); err != nil {
			t.Error(err)
		}
	})
	if allocations > 3 {
		t.Errorf("%d allocations", allocations)
	}
}
