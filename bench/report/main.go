// Command report measures this module beside sdk-go and beside what no program can
// beat, and prints a Markdown table. Run it in the directory bench:
//
//	go run ./report
//
// Both sides of a row are run in turn, A B A B, in several passes; the ratio is the
// median of the ratios of the passes. Before anything is timed, what both sides
// produce is compared; the exit status is 1 if they differ.
package main

import "github.com/seed763dd41b/cloudevents/bench/measure"

func main() {
	measure.Main(rows, "github.com/bytedance/sonic", "github.com/cloudevents/sdk-go/v2", "github.com/goccy/go-json")
}
