package bench

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// Item is one event, and the messages that carry it. The messages are written by this
// package, not by a library that is measured.
type Item struct {
	Name      string
	Event     cloudevents.Event
	JSON      []byte // in the JSON event format, data last
	DataFirst []byte // the same with data before the attributes
	Header    http.Header
	Base64    []byte // what data_base64 holds; nil for other items
}

// Group is a batch of events.
type Group struct {
	Name   string
	Events []cloudevents.Event
	JSON   []byte // in the JSON batch format
}

const (
	kib = 1 << 10
	mib = 1 << 20
)

// Items returns the work, the same in every run.
func Items() []Item {
	events := []struct {
		name  string
		event cloudevents.Event
	}{
		{"small", withExtensions(withData("application/json", jsonData(1, 120)), 2)},
		{"4 KiB", withExtensions(withData("application/json", jsonData(2, 4*kib)), 2)},
		{"64 KiB", withExtensions(withData("application/json", jsonData(3, 64*kib)), 2)},
		{"1 MiB", withExtensions(withData("application/json", jsonData(4, mib)), 2)},
		{"base64 4 KiB", withExtensions(withData("application/octet-stream", binaryData(5, 4*kib)), 2)},
		{"base64 64 KiB", withExtensions(withData("application/octet-stream", binaryData(6, 64*kib)), 2)},
		{"text", withExtensions(withData("text/plain", textData(7, 4*kib)), 2)},
		{"16 extensions", withExtensions(withData("application/json", jsonData(8, 120)), 16)},
	}
	items := make([]Item, len(events))
	for i, x := range events {
		items[i] = newItem(x.name, x.event)
	}
	return items
}

// Pick returns the items of that name, in the order of names.
func Pick(items []Item, names ...string) []Item {
	var picked []Item
	for _, name := range names {
		for i := range items {
			if items[i].Name == name {
				picked = append(picked, items[i])
			}
		}
	}
	if len(picked) != len(names) {
		panic(fmt.Sprintf("bench: no such items among %q", names))
	}
	return picked
}

// Groups returns batches of small events that differ in id, subject and data.
func Groups() []Group {
	groups := make([]Group, 0, 3)
	for _, n := range []int{10, 100, 1000} {
		g := Group{Name: fmt.Sprintf("batch of %d", n)}
		for i := range n {
			e := withExtensions(withData("application/json", jsonData(uint64(100+i), 120)), 2)
			e.ID = fmt.Sprintf("c7c8a1a2-5a6b-4f19-9a06-%012d", i)
			e.Subject = fmt.Sprintf("orders/%d", i)
			g.Events = append(g.Events, e)
		}
		g.JSON = batchDocument(g.Events)
		groups = append(groups, g)
	}
	return groups
}

func newItem(name string, e cloudevents.Event) Item {
	item := Item{
		Name: name, Event: e,
		JSON: document(&e, false), DataFirst: document(&e, true), Header: header(&e),
	}
	if strings.HasPrefix(name, "base64") {
		item.Base64 = base64.StdEncoding.AppendEncode(nil, e.Data)
	}
	return item
}

// withData returns an event with seven attributes.
func withData(contentType string, data []byte) cloudevents.Event {
	return cloudevents.Event{
		ID:              "c7c8a1a2-5a6b-4f19-9a06-3d2b8a1f7e55",
		Source:          "https://shop.example.com/orders/eu-west",
		Type:            "com.example.order.placed",
		Subject:         "orders/4711",
		Time:            time.Date(2024, 5, 17, 9, 30, 12, 345678000, time.UTC),
		DataContentType: contentType,
		Data:            data,
	}
}

// withExtensions gives e the first n of the extensions, sorted by name.
func withExtensions(e cloudevents.Event, n int) cloudevents.Event {
	if n == 2 {
		e.Extensions = []cloudevents.Extension{
			{Name: "partitionkey", Value: cloudevents.StringValue("customer-1234")},
			{Name: "sampledrate", Value: cloudevents.IntegerValue(25)},
		}
		return e
	}
	for i := range n {
		x := cloudevents.Extension{Name: fmt.Sprintf("ext%02d", i+1)}
		switch i % 4 {
		case 0:
			x.Value = cloudevents.IntegerValue(int32(1000 + i))
		case 1:
			x.Value = cloudevents.BooleanValue(i%8 == 1)
		default:
			x.Value = cloudevents.StringValue(fmt.Sprintf("value-of-extension-%d", i+1))
		}
		e.Extensions = append(e.Extensions, x)
	}
	return e
}
