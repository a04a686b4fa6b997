package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// deliverer sends requests.
type deliverer struct {
	*send
	client *http.Client
}

func (s *send) deliverer() (*deliverer, error) {
	return &deliverer{s, &http.Client{Timeout: s.timeout, Transport: &http.Transport{MaxIdleConnsPerHost: s.concurrency}}}, nil
}

// deliver sends the events of one request, and returns what became of each.
func (d *deliverer) deliver(ctx context.Context, es []cloudevents.Event) []result {
	begin := time.Now()
	h := d.header.Clone()
	body, err := d.encode(h, es)
	status := 0
	if err == nil {
		var request *http.Request
		request, err = http.NewRequestWithContext(ctx, "POST", d.target, bytes.NewReader(body))
		if err == nil {
			request.Header = h
			var response *http.Response
			if response, err = d.client.Do(request); err == nil {
				status = response.StatusCode
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		}
	}
	rs := make([]result, len(es))
	for i := range es {
		rs[i] = result{ID: es[i].ID, Source: es[i].Source, Accepted: status/100 == 2, Status: status, Attempts: 1, Millis: float64(time.Since(begin)) / 1e6}
		if err != nil {
			rs[i].Error = err.Error()
		}
	}
	return rs
}
