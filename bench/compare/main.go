// Command compare measures the rows of this module at two commits of the repository, in
// one run on one machine. Run it in the directory bench:
//
//	go run ./compare OLD NEW
//
// OLD and NEW are directories with a checkout each, or commits. Each is built once. Then,
// row by row, the two programs run in turn. The ratio of a row is the median of the ratios of
// these pairs; fastest is the ratio of the fastest measurements. A row is slower if both are
// above -limit. Rows are matched by their names. The exit status is 1 if a row is slower, or
// if the linked receiver has grown.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

type settings struct {
	old, new string
	pairs    int
	time     time.Duration // of a measurement
	limit    float64       // how much slower a row may be, in percent
	rows     *regexp.Regexp
	network  bool
}

func parse() (s settings) {
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./compare [flags] OLD NEW")
		flag.PrintDefaults()
	}
	flag.IntVar(&s.pairs, "pairs", 9, "pairs of measurements of each row")
	flag.DurationVar(&s.time, "time", 400*time.Millisecond, "how long a measurement takes at least; a short one measures how the system gives memory to a new program")
	flag.Float64Var(&s.limit, "limit", 3, "`percent` that the median may be slower")
	rows := flag.String("rows", "", "measure only rows whose name, as in structured-decode/small, matches this `expression`")
	flag.BoolVar(&s.network, "network", true, "measure rows with a network too")
	flag.Parse()
	var err error
	if s.rows, err = regexp.Compile(*rows); err != nil {
		fmt.Fprintln(os.Stderr, "compare: -rows:", err)
		os.Exit(2)
	}
	if flag.NArg() != 2 || s.pairs < 1 || s.time <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	s.old, s.new = flag.Arg(0), flag.Arg(1)
	return s
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("compare: ")
	s := parse()
	worse, err := compare(s)
	if err != nil {
		log.Fatal(err)
	}
	if worse > 0 {
		log.Fatalf("%d rows are worse", worse)
	}
}

// compare prints a table and returns how many rows are worse.
func compare(s settings) (worse int, err error) {
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	before, err := build(s.old, dir, "old")
	if err != nil {
		return 0, err
	}
	after, err := build(s.new, dir, "new")
	if err != nil {
		return 0, err
	}

	fmt.Printf("Ratios are new over old; %d pairs of %s.\n\n", s.pairs, s.time)
	fmt.Println("| row | old | new | ratio | quartiles | fastest | allocs | |")
	fmt.Println("|---|--:|--:|--:|--:|--:|--:|---|")
	for _, suite := range suites {
		if suite.network && !s.network {
			continue
		}
		names, err := before.list(suite)
		if err != nil {
			return worse, err
		}
		others, err := after.list(suite)
		if err != nil {
			return worse, err
		}
		for _, name := range names {
			if !s.rows.MatchString(name) || !slices.Contains(others, name) {
				continue
			}
			r, err := measure(suite, name, before, after, s)
			if err != nil {
				return worse, err
			}
			verdict := r.verdict(s.limit)
			if verdict == slower {
				worse++
			}
			fmt.Println(r.line(verdict))
		}
		defer printMissing("old", s.rows, names, others)
		defer printMissing("new", s.rows, others, names)
	}
	if s.rows.MatchString("linked receiver") {
		verdict := ""
		if after.linked > before.linked {
			verdict = "larger"
			worse++
		}
		fmt.Printf("| linked receiver | %d B | %d B | %.3f | | | | %s |\n", before.linked, after.linked,
			float64(after.linked)/float64(before.linked), verdict)
	}
	return worse, nil
}

// printMissing prints the names of rows that only one commit has.
func printMissing(where string, wanted *regexp.Regexp, names, others []string) {
	var only []string
	for _, name := range names {
		if wanted.MatchString(name) && !slices.Contains(others, name) {
			only = append(only, name)
		}
	}
	if len(only) > 0 {
		fmt.Printf("\nOnly in %s: %s.\n", where, strings.Join(only, ", "))
	}
}
