package main

import (
	"fmt"
	"time"

	"github.com/seed763dd41b/cloudevents/bench"
	"github.com/seed763dd41b/cloudevents/bench/measure"
)

// leastExchange is the least time of a side in each turn of a pass. A network is noisier
// than a function.
const leastExchange = 50 * time.Millisecond

type exchanges []bench.Exchange

// openExchanges returns the exchanges that s wants. It opens each once, which compares
// what arrives.
func openExchanges(s *measure.Settings) (exchanges, error) {
	var wanted exchanges
	for _, x := range bench.Exchanges() {
		if !s.Wants(x.Path, x.Against) {
			continue
		}
		running, err := x.Open()
		if err != nil {
			return nil, fmt.Errorf("%s / %s differ: %w", x.Path, x.Against, err)
		}
		running.Close()
		wanted = append(wanted, x)
	}
	return wanted, nil
}

func (xs exchanges) measure(s *measure.Settings) ([]measure.Row, error) {
	var rows []measure.Row
	for i := range xs {
		s.Progress(xs[i].Path, xs[i].Against)
		r, err := measureExchange(&xs[i], s)
		if err != nil {
			return nil, fmt.Errorf("%s / %s: %w", xs[i].Path, xs[i].Against, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// measureExchange uses all processors.
func measureExchange(x *bench.Exchange, s *measure.Settings) (measure.Row, error) {
	r := measure.Row{Path: x.Path, Against: x.Against, Unit: "ns", AllocsOurs: -1, Cost: x.Floor != 0, Note: x.Note}
	running, err := x.Open()
	if err != nil {
		return r, err
	}
	defer running.Close()

	var failed error
	side := func(run func(time.Duration) (time.Duration, error), d time.Duration) float64 {
		elapsed, err := run(d)
		if err != nil {
			failed = err
		}
		return float64(max(elapsed, 1).Nanoseconds())
	}
	least := max(s.Least, leastExchange)
	side(running.Ours, least/4)
	side(running.Other, least/4)
	r.Run(s.Passes,
		func() float64 { return side(running.Ours, least) },
		func() float64 { return side(running.Other, least) })
	if failed != nil {
		return r, failed
	}

	f, g := bench.Limit{Ratio: x.Floor}, bench.Limit{Ratio: x.Goal}
	if x.Alone != nil {
		r.AllocsOurs, r.AllocsOther = measure.Allocs(x.Alone.Ours), measure.Allocs(x.Alone.Other)
		f.Allocs, g.Allocs = x.Alone.Floor.Allocs, x.Alone.Goal.Allocs
		r.Note = "time of ours over the other; allocations without the network"
	}
	r.Judge(f, g)
	return r, nil
}
