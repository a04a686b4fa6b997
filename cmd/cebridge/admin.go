package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	adminReadTimeout  = 10 * time.Second
	adminWriteTimeout = 30 * time.Second // after the header was read
	adminIdleTimeout  = 2 * time.Minute
	lagTimeout        = 5 * time.Second
)

// serveAdmin serves health and metrics, until the function that it returns is called.
func (b *bridge) serveAdmin() (stop func(), err error) {
	if b.settings.admin == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", b.settings.admin)
	if err != nil {
		return nil, err
	}
	server := b.adminServer()
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			b.logger.Error("-admin", "error", err.Error())
		}
	}()
	return func() { server.Close() }, nil
}

// adminServer has a limit for all that a client could hold up.
func (b *bridge) adminServer() *http.Server {
	return &http.Server{
		Handler: b.adminHandler(), ReadTimeout: adminReadTimeout, WriteTimeout: adminWriteTimeout, IdleTimeout: adminIdleTimeout,
	}
}

func (b *bridge) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", serveHealth)
	mux.HandleFunc("GET /ready", b.serveReady)
	mux.HandleFunc("GET /metrics", b.serveMetrics)
	return mux
}

// serveHealth says that the process works.
func serveHealth(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// serveReady says whether events pass.
func (b *bridge) serveReady(w http.ResponseWriter, _ *http.Request) {
	trouble := ""
	switch b.phase.Load() {
	case phaseOpening:
		trouble = "the bridge is not open yet"
	case phaseClosing:
		trouble = "the bridge is closing"
	default:
		if last := b.trouble.Load(); last != nil {
			trouble = "the last attempt failed: " + *last
		}
	}
	if trouble != "" {
		http.Error(w, trouble, http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// serveMetrics writes the counts in the text format of Prometheus. The lag is left out while
// the source does not tell it.
func (b *bridge) serveMetrics(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	c := &b.counts
	metric := func(name, kind, help string, n int64) {
		fmt.Fprintf(w, "# HELP cebridge_%[1]s %[2]s\n# TYPE cebridge_%[1]s %[3]s\ncebridge_%[1]s %[4]d\n", name, help, kind, n)
	}
	metric("received_total", "counter", "Attempts to pass an event.", c.received.Load())
	metric("sent_total", "counter", "Events that the target has.", c.sent.Load())
	metric("filtered_total", "counter", "Events that a filter kept back.", c.filtered.Load())
	metric("failed_total", "counter", "Attempts that failed.", c.failed.Load())
	metric("refused_total", "counter", "Events that the target refused.", c.refused.Load())
	metric("invalid_total", "counter", "Messages without a valid event.", c.invalid.Load())
	metric("in_flight", "gauge", "Events that are being sent.", c.underWay.Load())
	fmt.Fprint(w, "# HELP cebridge_send_seconds Time that attempts to send took.\n# TYPE cebridge_send_seconds summary\n")
	fmt.Fprintf(w, "cebridge_send_seconds_sum %g\ncebridge_send_seconds_count %d\n",
		time.Duration(c.sending.Load()).Seconds(), c.sent.Load()+c.failed.Load())
	if b.lag == nil || b.phase.Load() == phaseOpening {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), lagTimeout)
	defer cancel()
	if lag, err := b.lag(ctx); err == nil {
		metric("lag", "gauge", "Messages of the source that were not passed yet.", lag)
	} else {
		b.logger.Warn("the lag is not known", "error", err.Error())
	}
}
