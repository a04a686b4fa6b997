package listen

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/page"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// uiFlag sets the address of the page: --ui is any free port, --ui=8081 that one.
func (l *listener) uiFlag(value string) error {
	switch value {
	case "true":
		l.uiAddress = "localhost:0"
	case "false":
		l.uiAddress = ""
	default:
		if !strings.Contains(value, ":") {
			value = "localhost:" + value
		}
		l.uiAddress = value
	}
	return nil
}

// listenUI begins to listen for browsers, on an address of this machine only: what the page shows
// is for one person, and its button sends messages.
func (l *listener) listenUI() (net.Listener, error) {
	tcp, err := net.Listen("tcp", l.uiAddress)
	if err != nil {
		return nil, fmt.Errorf("--ui: %w", err)
	}
	if !tcp.Addr().(*net.TCPAddr).IP.IsLoopback() {
		tcp.Close()
		return nil, cli.Usagef("listen: --ui is for this machine only: %.64q is not a loopback address", l.uiAddress)
	}
	return tcp, nil
}

// serveUI serves the page until ctx ends. The function that it returns waits for the end.
func (l *listener) serveUI(ctx context.Context, tcp net.Listener, listening string) (wait func() error) {
	l.prepareClient()
	names := hosts{own: hostName(l.uiAddress)} // --allow-host is for events
	p := page.New()
	p.Listening, p.Ending = listening, ctx.Done()
	p.Has, p.Explain, p.Send, p.Sent = names.has, l.explain, l.resend, l.reportResent
	l.page = p
	done := make(chan error, 1)
	go func() {
		err := l.serve(ctx, tcp, p)
		l.stop() // without the page, --ui makes no sense
		done <- err
	}()
	return func() error { return <-done }
}

// maxPageText limits each text of a message on the page, in bytes, and the attributes and the
// answer that are kept of it.
const (
	maxPageText  = 256
	maxPageBlock = 4 << 10
)

// pageText returns the beginning of a text, with an escape for what is invisible.
func pageText(s string) string { return cli.Visible(excerpt.Cut(s, maxPageText)) }

// forPage returns the message as the page keeps it.
func (m *received) forPage(maxBytes int64) *page.Message {
	p := &page.Message{
		At: m.at, From: m.r.RemoteAddr, Method: m.r.Method, URI: excerpt.Cut(withoutSecrets(m.r.RequestURI), maxPageBlock),
		Proto: m.r.Proto, Host: excerpt.Cut(m.r.Host, maxPageText), Mode: m.modeName(),
		Header: withoutCredentials(m.r.Header), Body: m.body, Cut: m.incomplete() || int64(len(m.body)) > maxBytes,
		Events: len(m.events), Status: m.answer.status, Note: pageText(m.note),
	}
	for key, values := range p.Header {
		if slices.Equal(values, leftOut) {
			delete(p.Header, key)
			p.LeftOut = append(p.LeftOut, key)
		}
	}
	if m.err != nil {
		p.Problem = cli.Visible(excerpt.Cut(cli.OneLine(m.err.Error()), 2*maxPageText))
	}
	if len(m.events) > 0 {
		e := &m.events[0]
		p.Type, p.Source, p.ID, p.Subject = pageText(e.Type), pageText(e.Source), pageText(e.ID), pageText(e.Subject)
	}
	var text strings.Builder
	for i := range m.events {
		for _, v := range m.events[i].All() {
			if text.Len() < maxPageBlock {
				text.WriteString(excerpt.Shorten(v.String(), maxPageText) + "\n")
			}
		}
	}
	p.Text = text.String()
	if m.answer.status >= 300 {
		p.Answer, _ = stream.DataText(m.answer.body.Bytes(), m.answer.header.Get("Content-Type"), maxPageBlock)
	}
	return p
}

// explain decodes a message of the page again.
func (l *listener) explain(p *page.Message) (d page.Details) {
	header := maps.Clone(p.Header)
	r := &http.Request{Method: p.Method, Header: header, Body: io.NopCloser(bytes.NewReader(p.Body)), ContentLength: int64(len(p.Body)), URL: &url.URL{Path: "/"}}
	m := &received{at: p.At, r: r, body: p.Body, answer: answer{header: http.Header{}}}
	copied := r.WithContext(context.WithValue(context.Background(), receivedKey{}, m))
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		l.receiver.ServeHTTP(&m.answer, copied)
	}
	if m.err == nil {
		m.events = l.filter.Passing(m.events)
	}
	for i := range m.events {
		if i == maxEvents {
			d.More = len(m.events) - i
			break
		}
		d.Events = append(d.Events, l.pageEvent(m, i))
	}
	if m.err != nil {
		u := stream.Unit{Message: &stream.Message{Header: r.Header, Body: m.body}, Body: m.body, Line: 1, InBody: true}
		var found []finding.Finding
		found, d.Others = finding.First(&u, m.err, maxFindings)
		for _, f := range found {
			v := page.Violation{Text: violationText(&f), URL: f.URL}
			if f.Rule != "" {
				v.Advice = f.Advice
			}
			d.Violations = append(d.Violations, v)
		}
	}
	return d
}

func (l *listener) pageEvent(m *received, i int) (shown page.Event) {
	e := &m.events[i]
	for name, v := range e.All() {
		shown.Attributes = append(shown.Attributes, page.Attribute{Name: cli.Visible(name), Value: cli.Visible(excerpt.Shorten(v.String(), maxPageBlock))})
	}
	if e.Data == nil {
		return shown
	}
	limit := l.dataBytes
	if limit < 0 || limit > maxPageData {
		limit = maxPageData
	}
	text, note := stream.DataText(e.Data, e.DataContentType, limit)
	shown.HasData, shown.Data, shown.DataNote = true, text, cli.Plural(len(e.Data), "byte")+note
	return shown
}

// maxPageData limits the data of an event on the page, in bytes, if --data allows more.
const maxPageData = 64 << 10

// resend sends a message of the page to a target: as it came, but for the headers of the connection
// and those with credentials.
func (l *listener) resend(ctx context.Context, p *page.Message, target *url.URL) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, p.Method, target.String(), bytes.NewReader(p.Body))
	if err != nil {
		return nil, err
	}
	request.Header = p.Header.Clone()
	prepareToPass(request.Header)
	return l.client.Do(request)
}

// reportResent tells the terminal that a message was sent again.
func (l *listener) reportResent(number int64, target *url.URL, outcome string) {
	l.process.Report(fmt.Errorf("message %d was sent again to %s: %s", number, withoutSecrets(target.Redacted()), outcome))
}
