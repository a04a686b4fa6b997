// Command report measures the expressions of this module beside those of sdk-go, and prints a
// Markdown table. Run it in the directory bench/cesql:
//
//	go run ./report
package main

import (
	"github.com/seed763dd41b/cloudevents/bench/cesql"
	"github.com/seed763dd41b/cloudevents/bench/measure"
)

func main() {
	measure.Main(func(s *measure.Settings) ([]measure.Row, error) { return measure.Pairs(cesql.Pairs, s) },
		"github.com/cloudevents/sdk-go/sql/v2", "github.com/cloudevents/sdk-go/v2",
		"github.com/antlr/antlr4/runtime/Go/antlr")
}
