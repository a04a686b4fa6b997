package measure

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// Watch times a part of what a side of a race does: on the wall, and on the processors.
type Watch struct {
	wall, processor   time.Duration
	clock             clock
	began, beganBusy  time.Duration
	started, finished bool
}

// Start begins to count. It first collects the garbage of what was prepared.
func (w *Watch) Start() {
	runtime.GC()
	w.started = true
	w.clock = elapsed()
	if processor != nil {
		w.beganBusy = processor()
	}
	w.began = w.clock()
}

// Stop ends it.
func (w *Watch) Stop() {
	w.wall = w.clock() - w.began
	if processor != nil {
		w.processor = processor() - w.beganBusy
	}
	w.finished = true
}

// Race runs both sides once a pass, the first one in turn, and sets what Row.Run sets. Each side
// does the same n operations and prepares them before it starts its Watch. The time is that of
// the clock that s has chosen. The ratio on the other one is in the note.
func (r *Row) Race(s *Settings, n int, ours, other func(*Watch) error) error {
	var walls, busies [2][]float64 // of ours and other
	sides := [2]func(*Watch) error{ours, other}
	for pass := range s.Passes + 1 {
		for i := range sides {
			side := (i + pass) % len(sides)
			var w Watch
			if err := sides[side](&w); err != nil {
				return err
			}
			if !w.started || !w.finished {
				return fmt.Errorf("%s / %s: a side has not stopped its watch", r.Path, r.Against)
			}
			if pass > 0 { // the first one warms up
				walls[side] = append(walls[side], float64(max(w.wall, 1))/float64(n))
				busies[side] = append(busies[side], float64(max(w.processor, 1))/float64(n))
			}
		}
	}
	chosen, rest, name := walls, busies, "on processors"
	if s.busy {
		chosen, rest, name = busies, walls, "on the wall"
	}
	ratios := r.ratios(chosen)
	r.Ours, r.Other, r.Ratio = median(chosen[0]), median(chosen[1]), median(ratios)
	r.Spread = [2]float64{slices.Min(ratios), slices.Max(ratios)}
	if s.busy || processor != nil {
		r.Note = fmt.Sprintf("%s %.2f×", name, median(r.ratios(rest)))
	}
	return nil
}

// ratios returns those of the passes.
func (r *Row) ratios(sides [2][]float64) []float64 {
	ratios := make([]float64, len(sides[0]))
	for i := range ratios {
		ratios[i] = sides[1][i] / sides[0][i]
		if r.Cost {
			ratios[i] = 1 / ratios[i]
		}
	}
	return ratios
}
