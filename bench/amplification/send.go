package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// answer is an answer to a Sender: a response with a header and a body.
type answer struct {
	name   string
	status int
	header http.Header
	text   func(n int) string
}

func (a *answer) document() document {
	return document{a.name, func(n int) *message {
		return &message{header: a.header, body: []byte(a.text(n))}
	}}
}

// bomb returns an answer that gzip makes small. The size in the table is that on the wire;
// net/http unpacks it.
func (a *answer) bomb() document {
	return document{a.name + ", gzip", func(n int) *message {
		text := []byte(a.text(min(1000*n, 15<<20)))
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write(text)
		_ = w.Close()
		if packed.Len() < n/2 {
			return nil // the answer is as long as it may be
		}
		return &message{header: a.header, body: text, packed: packed.Len()}
	}}
}

// respond is a transport that answers with a message, whose method is the status.
type respond struct {
	m    *message
	body io.Reader
}

func (t *respond) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	w := &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: t.m.header, Body: io.NopCloser(t.body), ContentLength: int64(len(t.m.body)),
	}
	switch t.m.method {
	case "400":
		w.StatusCode = http.StatusBadRequest
	case "503":
		w.StatusCode = http.StatusServiceUnavailable
	}
	if t.m.packed > 0 {
		w.ContentLength, w.Uncompressed = -1, true
	}
	if t.m.claimed != 0 {
		w.ContentLength = t.m.claimed
	}
	return w, nil
}

// with sets the status of messages.
func with(status string, documents []document) (all []document) {
	for _, d := range documents {
		all = append(all, document{d.name + ", " + status, func(n int) *message {
			m := d.make(n)
			if m != nil {
				m.method = status
			}
			return m
		}})
	}
	return all
}

// senders are Senders that read answers.
func senders() []reader {
	event := cloudevents.New("/s", "t")
	event.ID = "1"
	events := []cloudevents.Event{event, event}
	events[1].ID = "2"
	send := func(call func(s *cehttp.Sender)) func(m *message) func() {
		return func(m *message) func() {
			s := &cehttp.Sender{
				Target: "https://target.example/", Retry: cehttp.Retry{Attempts: 1}, Logger: logger(),
				Client: &http.Client{Transport: &respond{m, bytes.NewReader(m.body)}},
			}
			return func() { call(s) }
		}
	}
	plain := message{header: http.Header{}} // an answer 200 without a body
	problems := problemAnswers()
	batch := slices.Concat(with("200", batchAnswers()), with("503", batchAnswers()), with("400", problems))
	return []reader{
		{"Sender.Send, the answer", slices.Concat(with("400", problems), with("200", problems)), send(func(s *cehttp.Sender) {
			say(nil, s.Send(context.Background(), &event))
		}), &plain},
		{"Sender.Request, the answer", slices.Concat(
			with("200", prefixed("structured: ", requests(jsonEvents(), structuredType))), with("200", prefixed("binary: ", headers())),
			with("200", promises(structuredType)), with("400", problems),
		), send(func(s *cehttp.Sender) {
			reply, err := s.Request(context.Background(), &event)
			say(reply, err)
		}), &plain},
		{"Sender.SendBatch of two events, the answer", batch, send(func(s *cehttp.Sender) {
			report, err := s.SendBatch(context.Background(), events)
			say(&report, err)
		}), &plain},
	}
}

// problemAnswers are bodies of errors.
func problemAnswers() (all []document) {
	header := http.Header{"Content-Type": {"application/json"}}
	for _, a := range []answer{
		{"violations", 0, header, func(n int) string {
			return repeated(n, 0, `{"error":"a","error_type":"b","retryable":false,"violations":[`, same(`{}`), "]}")
		}},
		{"violations with texts", 0, header, func(n int) string {
			return repeated(n, 0, `{"error":"a","error_type":"b","retryable":false,"violations":[`, same(`{"error":"a","offset":1}`), "]}")
		}},
		{"long error", 0, header, func(n int) string {
			return filled(n, `{"retryable":false,"error":"`, "a", `"}`)
		}},
		{"error of escapes", 0, header, func(n int) string {
			return filled(n, `{"retryable":false,"error":"`, `\u0041`, `"}`)
		}},
		{"member after member", 0, header, func(n int) string {
			return repeated(n, 0, `{"error_type":"b",`, same(`"a":1`), "}")
		}},
		{"nesting", 0, header, func(n int) string { return filled(n, `{"error_type":"b","a":`, "[", "") }},
		{"no JSON", 0, header, func(n int) string { return filled(n, "", "x", "") }},
	} {
		all = append(all, a.document(), a.bomb())
	}
	return append(all, document{"long Retry-After", func(n int) *message {
		if n > maxHeader {
			return nil
		}
		return &message{header: http.Header{"Retry-After": {strings.Repeat("9", n)}}}
	}}, document{"Content-Type with many values", func(n int) *message {
		if n > maxHeader {
			return nil
		}
		return &message{header: http.Header{"Content-Type": slices.Repeat([]string{"application/json"}, n/32)}, body: []byte("{}")}
	}})
}

// batchAnswers are bodies of answers to batches.
func batchAnswers() (all []document) {
	header := http.Header{"Content-Type": {"application/json"}}
	const reply = `{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"`
	for _, a := range []answer{
		{"results", 0, header, func(n int) string { return repeated(n, 0, `{"results":[`, same(`{}`), "]}") }},
		{"results that are numbers", 0, header, func(n int) string { return repeated(n, 0, `{"results":[`, same(`0`), "]}") }},
		{"results of one event", 0, header, func(n int) string {
			return repeated(n, 0, `{"results":[`, same(`{"index":0,"status":400,"error":"a"}`), "]}")
		}},
		{"result with a long error", 0, header, func(n int) string {
			return filled(n, `{"results":[{"index":0,"status":400,"error":"`, "a", `"}]}`)
		}},
		{"result with a long reply", 0, header, func(n int) string {
			return filled(n, `{"results":[{"index":0,"status":200,"reply":`+reply, "a", `"}}]}`)
		}},
		{"result with a reply of escapes", 0, header, func(n int) string {
			return filled(n, `{"results":[{"index":0,"status":200,"reply":`+reply, `\u0041`, `"}}]}`)
		}},
		{"result with a reply of 996 bad names", 0, header, func(n int) string {
			return repeated(n, 996, `{"results":[{"index":0,"status":200,"reply":{`+required+",", same(`"A":1`), `}}]}`)
		}},
		{"members of a result", 0, header, func(n int) string {
			return repeated(n, 0, `{"results":[{"index":0,`, same(`"a":1`), `}]}`)
		}},
		{"results again and again", 0, header, func(n int) string {
			return repeated(n, 0, `{`, same(`"results":[{"index":0}]`), `}`)
		}},
		{"nesting in the results", 0, header, func(n int) string { return filled(n, `{"results":`, "[", "") }},
	} {
		all = append(all, a.document(), a.bomb())
	}
	return append(all, document{"Content-Length of 16 MiB, and less comes", func(n int) *message {
		return &message{header: header, body: []byte(filled(n, `{"results":[`, " ", "")), claimed: 16 << 20}
	}})
}
