package main

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents/bench"
	"github.com/seed763dd41b/cloudevents/bench/measure"
)

// memoryRows measure the heap and the garbage of decoding many events of mixed size.
func memoryRows(s *measure.Settings) ([]measure.Row, error) {
	const peak, garbage = "memory, peak heap", "memory, garbage an event"
	const against = "sdk-go json.Unmarshal + Validate"
	if !s.Wants(peak, against) && !s.Wants(garbage, against) {
		return nil, nil
	}
	s.Progress("memory", against)
	ours, sdk, err := bench.MeasureMemory()
	if err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	note := fmt.Sprintf("%d events of mixed size", ours.Events)
	return []measure.Row{
		{
			Path: peak, Against: against, Unit: "B", Ours: float64(ours.Peak), Other: float64(sdk.Peak),
			Ratio: float64(sdk.Peak) / float64(ours.Peak), AllocsOurs: -1, Note: note,
		},
		{
			Path: garbage, Against: against, Unit: "B", Ours: ours.Bytes, Other: sdk.Bytes,
			Ratio: sdk.Bytes / ours.Bytes, AllocsOurs: ours.Allocs, AllocsOther: sdk.Allocs, Note: note,
		},
	}, nil
}
