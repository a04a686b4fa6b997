package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/adapter/guiabolso"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// readers are all readers of what strangers send.
func readers() []reader {
	return slices.Concat(decoders(), receivers(), senders(), webhooks(), pages())
}

// logger formats records at level Info and above, and drops them.
func logger() *slog.Logger { return slog.New(slog.NewJSONHandler(io.Discard, nil)) }

// decoders are the functions that decode events.
func decoders() []reader {
	forgive := func(cloudevents.Receipt) {}
	document := func(read func(document []byte)) func(m *message) func() {
		return func(m *message) func() {
			b := bytes.Clone(m.body)
			return func() { read(b) }
		}
	}
	decode := func(d *cloudevents.JSONDecoder) func(m *message) func() {
		return document(func(b []byte) {
			e, err := d.Decode(b)
			say(&e, err)
		})
	}
	decodeBatch := func(d *cloudevents.JSONDecoder) func(m *message) func() {
		return document(func(b []byte) {
			es, err := d.DecodeBatch(b)
			say(&es, err)
		})
	}
	of := func(d *cehttp.Decoder) func(m *message) func() {
		return func(m *message) func() {
			r := m.request()
			return func() {
				e, err := d.ToCloudEvent(r)
				say(&e, err)
			}
		}
	}
	return []reader{
		{"JSONDecoder.Decode", jsonEvents(), decode(&cloudevents.JSONDecoder{}), nil},
		{"JSONDecoder.Decode with Forgive", jsonEvents(), decode(&cloudevents.JSONDecoder{Forgive: forgive}), nil},
		{"JSONDecoder.DecodeBatch", jsonBatches(), decodeBatch(&cloudevents.JSONDecoder{}), nil},
		{"JSONDecoder.DecodeBatch with Forgive", jsonBatches(), decodeBatch(&cloudevents.JSONDecoder{Forgive: forgive}), nil},
		{"cehttp.Decoder, binary", slices.Concat(headers(), promises("text/plain")), of(&cehttp.Decoder{}), nil},
		{"cehttp.Decoder with Forgive, binary", headers(), of(&cehttp.Decoder{Forgive: forgive}), nil},
		{"cehttp.Decoder, structured", slices.Concat(requests(jsonEvents(), structuredType), promises(structuredType)), of(&cehttp.Decoder{}), nil},
		{"cehttp.Decoder, batch", slices.Concat(requests(jsonBatches(), batchType), promises(batchType)), func(m *message) func() {
			var d cehttp.Decoder
			r := m.request()
			return func() {
				es, err := d.ToCloudEventBatch(r)
				say(&es, err)
			}
		}, nil},
		{"guiabolso.Decode", guiabolsoMessages(), document(func(b []byte) {
			m, err := guiabolso.Decode(b)
			if err == nil {
				e, err := guiabolso.ToCloudEvent(&m)
				say(&e, err)
			}
			say(&m, err)
		}), nil},
	}
}

// last is what a reader has returned last, so that the compiler lets it escape as it does in
// programs.
var last struct {
	result any
	text   string
}

// say keeps a result, and makes the text of an error, as a program does that logs it.
func say(result any, err error) {
	last.result = result
	if err != nil {
		last.text = err.Error()
	}
}

// request returns the request that m is.
func (m *message) request() *http.Request {
	r := &http.Request{
		Method: m.method, URL: &url.URL{Path: "/", RawQuery: m.query}, Host: m.host, Header: m.header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(m.body)), Body: http.NoBody,
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if len(m.body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(bytes.Clone(m.body)))
	}
	if m.claimed != 0 {
		r.ContentLength = m.claimed
	}
	return r
}

// dropped is a response that nobody reads.
type dropped struct{ header http.Header }

func (d *dropped) Header() http.Header         { return d.header }
func (d *dropped) Write(b []byte) (int, error) { return len(b), nil }
func (d *dropped) WriteHeader(int)             {}

// serve returns what prepares a request for a handler that a program has made before.
func serve(make func() http.Handler) func(m *message) func() {
	return func(m *message) func() {
		h, r, w := make(), m.request(), &dropped{http.Header{}}
		return func() { h.ServeHTTP(w, r) }
	}
}

var errHandler = errors.New("the handler failed")

// receivers are Receivers, with handlers for what gets that far.
func receivers() (all []reader) {
	handled := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }
	single := slices.Concat(
		prefixed("binary: ", headers()), prefixed("structured: ", requests(jsonEvents(), structuredType)),
		prefixed("structured: ", promises(structuredType)),
	)
	batches := prefixed("batch: ", slices.Concat(requests(jsonBatches(), batchType), promises(batchType)))
	types := requests(eventTypes(), batchType)
	add := func(name string, documents []document, rc cehttp.Receiver) {
		rc.Logger = logger()
		all = append(all, reader{name, documents, serve(func() http.Handler { return &rc }), nil})
	}
	add("Receiver", slices.Concat(single, batches), cehttp.Receiver{Handler: handled})
	add("Receiver whose handler fails", batches, cehttp.Receiver{Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, errHandler
	}})
	add("Receiver whose handler defers", batches, cehttp.Receiver{Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, &dispatch.Deferred{ID: "a"}
	}})
	add("Receiver whose handler replies with the event", slices.Concat(single, batches), cehttp.Receiver{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		return e, nil
	}})
	add("Receiver whose handler panics", batches, cehttp.Receiver{Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		panic("as a test")
	}})
	add("Receiver with a Mux of 100 routes", types, cehttp.Receiver{Handler: mux().HandleEvent})
	add("Receiver with On and data that do not fit", requests(dataBatches(), batchType), cehttp.Receiver{Handler: dispatch.Typed(
		func(context.Context, *cloudevents.Event, struct{ Number int }) (*cloudevents.Event, error) {
			return nil, nil
		},
	)})
	add("Receiver whose handler returns the error of DataAs", requests(dataBatches(), batchType), cehttp.Receiver{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		_, err := cloudevents.DataAs[struct{ Number int }](e)
		return nil, err
	}})
	add("Receiver with Deduplicate", batches, cehttp.Receiver{Handler: new(dispatch.Deduplicate).Wrap(handled)})
	return all
}

// mux has 100 routes with types that resemble each other.
func mux() *dispatch.Mux {
	m := new(dispatch.Mux)
	for i := range 100 {
		err := m.Handle(dispatch.Route{
			Type:    "com.example.order." + strings.Repeat("a", i) + ".v1",
			Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil },
			Summary: "An order.",
		})
		if err != nil {
			panic(err)
		}
	}
	return m
}

// eventTypes are batches of events whose types no route takes.
func eventTypes() []document {
	of := func(name, eventType string) document {
		return document{name, func(n int) *message {
			event := `{"specversion":"1.0","id":"1","source":"/s","type":"` + eventType + `"}`
			if n < len(event) {
				return nil
			}
			return &message{body: []byte(repeated(n, 10_000, "[", same(event), "]"))}
		}}
	}
	return []document{
		of("unknown short types", "x"),
		of("unknown types that resemble those of routes", "com.example.order.aaaaaaaa"),
		of("unknown types of 128 bytes", strings.Repeat("a", 128)),
		of("unknown types of 4 KiB", strings.Repeat("a", 4<<10)),
	}
}

// dataBatches are batches of events whose data do not fit a Go type.
func dataBatches() []document {
	of := func(name, data string) document {
		return document{name, func(n int) *message {
			return &message{body: []byte(repeated(n, 10_000, "[", same("{"+required+`,"data":`+data+"}"), "]"))}
		}}
	}
	return []document{
		of("a string for a number", `{"Number":"a"}`),
		of("a number for an object", `1`),
		of("data of another media type", `"a","datacontenttype":"text/plain"`),
		{"one event with much data", func(n int) *message {
			return &message{body: []byte("[" + repeated(n, 0, "{"+required+`,"data":{"Number":[`, same("0"), "]}}") + "]")}
		}},
	}
}

// guiabolsoMessages are messages of that protocol.
func guiabolsoMessages() (all []document) {
	const head = `{"name":"a","version":1,"id":"1","flowId":"1","payload":{},"identity":{},"auth":{},`
	for _, d := range []struct {
		name string
		text func(n int) string
	}{
		{"members that are not known", func(n int) string {
			return repeated(n, 0, head+`"metadata":{},`, func(i int) string { return `"` + name(i) + `":1` }, "}")
		}},
		{"metadata that are not known", func(n int) string {
			return repeated(n, 0, head+`"metadata":{`, func(i int) string { return `"` + name(i) + `":1` }, "}}")
		}},
		{"one member, all the time", func(n int) string { return repeated(n, 0, head+`"metadata":{},`, same(`"a":1`), "}") }},
		{"long origin", func(n int) string { return filled(n, head+`"metadata":{"origin":"`, " ", `"}}`) }},
		{"origin of escapes", func(n int) string { return filled(n, head+`"metadata":{"origin":"`, `\u0020`, `"}}`) }},
		{"attributes in metadata", func(n int) string {
			return repeated(n, 0, head+`"metadata":{"cloudevents":{`, func(i int) string { return `"` + name(i) + `":1` }, "}}}")
		}},
		{"nesting", func(n int) string { return filled(n, head+`"metadata":`, "[", "") }},
		{"no JSON", func(n int) string { return filled(n, "", "x", "") }},
	} {
		all = append(all, document{d.name, func(n int) *message { return &message{body: []byte(d.text(n))} }})
	}
	return all
}
