// Command report measures this module beside sdk-go and beside what no program can
// beat, and prints a Markdown table. Run it in the directory bench:
//
//	go run ./report
//
// Both sides of a row are run in turn, A B A B, in several passes; the ratio is the
// median of the ratios of the passes. Before anything is timed, what both sides
// produce is compared; the exit status is 1 if they differ.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"regexp"
	"time"
)

type settings struct {
	passes int
	least  time.Duration // how long a side runs in one pass
	rows   *regexp.Regexp
	json   bool
	write  string
	quiet  bool
}

func parse() (s settings) {
	flag.IntVar(&s.passes, "passes", 6, "passes over each pair")
	flag.DurationVar(&s.least, "min", 100*time.Millisecond, "how long a side runs in one pass")
	rows := flag.String("rows", "", "measure only rows whose path and opponent, `PATH / AGAINST`, match this expression")
	flag.BoolVar(&s.json, "json", false, "print JSON")
	flag.StringVar(&s.write, "write", "", "put the table between the markers in this `file`")
	flag.BoolVar(&s.quiet, "q", false, "do not show progress")
	flag.Parse()
	if flag.NArg() > 0 || s.passes < 1 || s.least <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	var err error
	if s.rows, err = regexp.Compile(*rows); err != nil {
		fmt.Fprintln(os.Stderr, "report: -rows:", err)
		os.Exit(2)
	}
	return s
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("report: ")
	s := parse()
	rows, err := measure(s)
	if err != nil {
		log.Fatal(err)
	}
	r := report{Machine: machine(), Command: command(), Passes: s.passes, Rows: rows}
	switch {
	case s.json:
		err = r.printJSON(os.Stdout)
	case s.write != "":
		err = r.writeInto(s.write)
	default:
		err = r.print(os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func (s *settings) wants(path, against string) bool {
	return s.rows.MatchString(path + " / " + against)
}

func (s *settings) progress(path, against string) {
	if !s.quiet {
		fmt.Fprintf(os.Stderr, "%s / %s\n", path, against)
	}
}
