package bench

import "testing"

// A decoder keeps nothing: the heap does not grow with the number of events. The report
// uses 100,000 of them.
func TestMemoryDoesNotGrow(t *testing.T) {
	documents := mixedDocuments()
	run := func(events int) Memory {
		return measureMemory(documents, events, func(document []byte) {
			_, err := decode(document)
			must(err)
		})
	}
	few, many := run(memoryEvents/40), run(memoryEvents/5)
	t.Logf("%d events: peak %d bytes, garbage %.0f bytes and %.2f allocations an event", few.Events, few.Peak, few.Bytes, few.Allocs)
	t.Logf("%d events: peak %d bytes, garbage %.0f bytes and %.2f allocations an event", many.Events, many.Peak, many.Bytes, many.Allocs)
	if many.Peak > 2*few.Peak+8*mib {
		t.Errorf("peak heap grew from %d to %d bytes", few.Peak, many.Peak)
	}
	if many.Bytes > 1.1*few.Bytes {
		t.Errorf("garbage for an event grew from %.0f to %.0f bytes", few.Bytes, many.Bytes)
	}
}
