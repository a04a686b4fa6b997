package bench

import (
	"fmt"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents/spec"
)

// Exchange is a row about messages on loopback.
type Exchange struct {
	Path, Against string

	// Open starts both sides, compares what arrives, and returns functions that keep
	// the connections busy for some time and return the time per event.
	Open func() (*Running, error)

	Floor, Goal float64 // our time over the other's, at most; 0 is no limit
	Alone       *Pair   // the same without a network, for the allocations; may be nil
	Note        string
}

// Running is an Exchange between Open and Close.
type Running struct {
	Ours, Other func(time.Duration) (time.Duration, error)
	Close       func()
}

// Exchanges returns all rows that need a network.
func Exchanges() []Exchange {
	items := Items()
	var rows []Exchange
	structured := map[string][2]float64{"small": {1.15, 1.05}, "4 KiB": {1.35, 1.15}, "64 KiB": {3, 2}}
	for _, x := range Pick(items, "small", "4 KiB", "64 KiB") {
		limits := structured[x.Name]
		for _, h := range []struct {
			name   string
			handle func(*server, http.ResponseWriter, *http.Request)
			floor  float64 // in binary mode
		}{{"ToCloudEvent", handleOurs, 1.15}, {"Receiver", handleReceiver(), 1.10}} {
			rows = append(rows, receiverRow(&x, h.name+", binary", h.handle, x.Header, x.Event.Data, h.floor, 1.05))
			rows = append(rows, receiverRow(&x, h.name+", structured", h.handle, structuredHeader, x.JSON, limits[0], limits[1]))
		}
	}
	for _, connections := range []int{1, 16} {
		for _, x := range Pick(items, "small", "4 KiB") {
			rows = append(rows, endToEndRows(&x, connections)...)
		}
	}
	return rows
}

var structuredHeader = http.Header{"Content-Type": {spec.MediaTypeJSON}}

// receiverRow compares a handler that decodes the event with one that reads the
// bytes, under the load of 16 connections.
func receiverRow(x *Item, name string, handle func(*server, http.ResponseWriter, *http.Request), h http.Header, body []byte, floor, goal float64) Exchange {
	return Exchange{
		Path:    fmt.Sprintf("receiver, %s, %s, 16 connections", name, x.Name),
		Against: "net/http alone",
		Open: func() (*Running, error) {
			ours, plain := newServer(serveHandler(handle)), newServer(serveHandler(handlePlain))
			loads := [2]*load{newLoad(ours.address, h, body, 16), newLoad(plain.address, h, body, 16)}
			r := &Running{Ours: loads[0].run, Other: loads[1].run, Close: func() {
				loads[0].close()
				loads[1].close()
				ours.stop()
				plain.stop()
			}}
			got, err := ours.receive(func() error { return loads[0].exchange(0) })
			if err == nil {
				err = sameFacts(got, factsOf(&x.Event))
			}
			if err == nil {
				got, err = plain.receive(func() error { return loads[1].exchange(0) })
			}
			if err == nil {
				err = sameFacts(got, facts{data: body})
			}
			if err != nil {
				r.Close()
				return nil, err
			}
			return r, nil
		},
		Floor: floor, Goal: goal,
		Alone: handlerPair(handle, h, body),
	}
}

// handlerPair calls the handlers of a receiverRow directly.
func handlerPair(handle func(*server, http.ResponseWriter, *http.Request), h http.Header, body []byte) *Pair {
	in := newIncoming(h, body)
	var s server
	w := silent{}
	return &Pair{
		Ours:  func() { handle(&s, w, in.next()) },
		Other: func() { handlePlain(&s, w, in.next()) },
		Floor: Limit{Allocs: &Allocs{Max: 3, More: true}},
		Goal:  Limit{Allocs: &Allocs{Max: 3, More: true}},
	}
}

// silent is a response that goes nowhere.
type silent struct{}

func (silent) Header() http.Header         { return http.Header{} }
func (silent) Write(b []byte) (int, error) { return len(b), nil }
func (silent) WriteHeader(status int) {
	if status >= 300 {
		panic(fmt.Sprintf("bench: status %d", status))
	}
}
