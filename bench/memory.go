package bench

import (
	"cmp"
	"runtime"
	"runtime/metrics"
	"slices"
)

// Memory is what a decoder needed for many events, none of which was kept.
type Memory struct {
	Events int
	Peak   uint64  // largest heap in bytes, less the heap before the first event
	Bytes  float64 // allocated for an event
	Allocs float64 // for an event
}

const (
	memoryEvents = 100_000
	memoryRuns   = 3
)

// MeasureMemory feeds events of mixed size to both decoders, in turn.
func MeasureMemory() (ours, sdk Memory, err error) {
	documents := mixedDocuments()
	for _, document := range documents {
		if err := checkMixed(document); err != nil {
			return ours, sdk, err
		}
	}
	var all [2][]Memory
	for range memoryRuns {
		all[0] = append(all[0], measureMemory(documents, memoryEvents, func(document []byte) {
			_, err := decode(document)
			must(err)
		}))
		all[1] = append(all[1], measureMemory(documents, memoryEvents, func(document []byte) {
			_, err := sdkDecode(document)
			must(err)
		}))
	}
	return middle(all[0]), middle(all[1]), nil
}

// middle returns the run whose peak is the median. Peaks depend on when the garbage
// collector runs.
func middle(runs []Memory) Memory {
	slices.SortFunc(runs, func(x, y Memory) int { return cmp.Compare(x.Peak, y.Peak) })
	return runs[len(runs)/2]
}

// mixedDocuments returns 100 documents: of 100 events, 94 are small, text or have
// many extensions, 4 have 4 KiB, JSON or binary, 2 have 64 KiB.
func mixedDocuments() [][]byte {
	items := Items()
	pick := func(name string) []byte { return Pick(items, name)[0].JSON }
	documents := make([][]byte, 100)
	for i := range documents {
		documents[i] = pick("small")
		if i%10 == 3 {
			documents[i] = pick("16 extensions")
		}
	}
	for i, name := range map[int]string{
		10: "4 KiB", 35: "4 KiB", 60: "base64 4 KiB", 85: "base64 4 KiB",
		22: "64 KiB", 72: "base64 64 KiB", 47: "text", 97: "text",
	} {
		documents[i] = pick(name)
	}
	return documents
}

func checkMixed(document []byte) error {
	e, err := decode(document)
	if err != nil {
		return err
	}
	s, err := sdkDecode(document)
	if err != nil {
		return err
	}
	return sameFacts(sdkFacts(&s), factsOf(&e))
}

func measureMemory(documents [][]byte, events int, decode func([]byte)) Memory {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for _, document := range documents { // fill pools and caches
		decode(document)
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	metrics.Read(heap)
	begin, peak := heap[0].Value.Uint64(), uint64(0)
	for i := range events {
		decode(documents[i%len(documents)])
		if i%16 == 0 {
			metrics.Read(heap)
			peak = max(peak, heap[0].Value.Uint64())
		}
	}
	runtime.ReadMemStats(&after)
	m := Memory{
		Events: events,
		Bytes:  float64(after.TotalAlloc-before.TotalAlloc) / float64(events),
		Allocs: float64(after.Mallocs-before.Mallocs) / float64(events),
	}
	if peak > begin {
		m.Peak = peak - begin
	}
	return m
}
