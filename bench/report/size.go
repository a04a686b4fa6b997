package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/seed763dd41b/cloudevents/bench/measure"
)

const (
	sizeFloor = 200e3
	sizeGoal  = 100e3
)

// sizeRows build the receivers in linked/ and compare their sizes.
func sizeRows(s *measure.Settings) ([]measure.Row, error) {
	const path, sdkPath, against = "linked receiver", "linked receiver of sdk-go", "net/http alone"
	if !s.Wants(path, against) && !s.Wants(sdkPath, against) {
		return nil, nil
	}
	s.Progress(path, against)
	dir, err := os.MkdirTemp("", "linked")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var sizes [3]float64
	for i, name := range []string{"nethttp", "cloudevents", "sdkgo"} {
		if sizes[i], err = linkedSize(filepath.Join(dir, name), "./linked/"+name); err != nil {
			return nil, err
		}
	}
	plain, ours, sdk := sizes[0], sizes[1], sizes[2]
	r := measure.Row{
		Path: path, Against: against, Unit: "B", Ours: ours, Other: plain, Ratio: ours / plain, Cost: true, AllocsOurs: -1,
		Floor: "+ 200 kB", Goal: "+ 100 kB", Verdict: measure.Behind, Note: fmt.Sprintf("+ %.0f kB", (ours-plain)/1e3),
	}
	if ours-plain <= sizeFloor {
		r.Verdict = measure.Floor
	}
	if ours-plain <= sizeGoal {
		r.Verdict = measure.Goal
	}
	return []measure.Row{r, {
		Path: sdkPath, Against: against, Unit: "B", Ours: sdk, Other: plain, Ratio: sdk / plain, Cost: true, AllocsOurs: -1,
		Note: fmt.Sprintf("+ %.0f kB", (sdk-plain)/1e3),
	}}, nil
}

func linkedSize(file, pkg string) (float64, error) {
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, pkg)
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%s: %w\n%s(run report in the directory bench)", build, err, out)
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return float64(info.Size()), nil
}
