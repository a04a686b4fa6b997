package cehttp_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// plainClient returns a function that sends with an http.Client what a Sender sends for
// an event in binary mode. The header is made once.
func plainClient(t *testing.T, c *http.Client, url string, e *cloudevents.Event) func() error {
	t.Helper()
	h := http.Header{}
	body, err := cehttp.EncodeMessage(h, e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	return func() error {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header = h
		response, err := c.Do(r)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		_, err = io.Copy(io.Discard, response.Body)
		return err
	}
}

// The limit of what a Sender may cost beside a plain http.Client is 8 allocations more.
// A timeout, a copy of the data and the attributes are in them.
func TestSenderAllocs(t *testing.T) {
	client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		_, err := io.Copy(io.Discard, r.Body)
		return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}, err
	})}
	small, typical, large := minimal(), typicalEvent(), sample()
	for name, e := range map[string]*cloudevents.Event{
		"required attributes": &small, "two extensions": &typical, "every attribute": &large,
	} {
		t.Run(name, func(t *testing.T) {
			plain := plainClient(t, client, "http://example.com/in", e)
			allowance := testing.AllocsPerRun(100, func() { _ = plain() }) + 8
			sender := hushed(cehttp.Sender{Target: "http://example.com/in", Client: client})
			alloctest.Succeeding(t, allowance, func() error { return sender.Send(context.Background(), e) })
		})
	}
}
