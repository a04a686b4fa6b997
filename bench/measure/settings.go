package measure

import (
	"flag"
	"fmt"
	"log"
	"os"
	"regexp"
	"time"
)

// Settings say what is measured, for how long, and where the table goes.
type Settings struct {
	Passes int
	Least  time.Duration // of a side in one pass

	clock clock
	busy  bool // the clock is that of the processors
	rows  *regexp.Regexp
	json  bool
	write string
	quiet bool
}

func parse() *Settings {
	s := new(Settings)
	flag.IntVar(&s.Passes, "passes", 6, "passes over each pair")
	flag.DurationVar(&s.Least, "min", 100*time.Millisecond, "how long a side runs in one pass")
	cpu := flag.Bool("cpu", false, "count the time on a processor, for a machine on which others work; rows of bench with a network are not affected")
	rows := flag.String("rows", "", "measure only rows whose path and opponent, `PATH / AGAINST`, match this expression")
	flag.BoolVar(&s.json, "json", false, "print JSON")
	flag.StringVar(&s.write, "write", "", "put the table between the markers in this `file`")
	flag.BoolVar(&s.quiet, "q", false, "do not show progress")
	flag.Parse()
	if flag.NArg() > 0 || s.Passes < 1 || s.Least <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	s.clock = elapsed()
	if s.busy = *cpu; s.busy {
		if s.clock = processor; s.clock == nil {
			log.Fatal("-cpu: this system does not tell the time on a processor")
		}
	}
	var err error
	if s.rows, err = regexp.Compile(*rows); err != nil {
		log.Print("-rows: ", err)
		os.Exit(2)
	}
	return s
}

// Wants reports whether a row is to be measured.
func (s *Settings) Wants(path, against string) bool {
	return s.rows.MatchString(path + " / " + against)
}

// Progress says on standard error that a row is measured now.
func (s *Settings) Progress(path, against string) {
	if !s.quiet {
		fmt.Fprintf(os.Stderr, "%s / %s\n", path, against)
	}
}

// Main is the function main of a command report: it reads the flags, measures, and prints
// the table. libraries are the paths of the modules whose versions the table names. Main
// exits with status 1 if rows returns an error.
func Main(rows func(*Settings) ([]Row, error), libraries ...string) {
	log.SetFlags(0)
	log.SetPrefix("report: ")
	s := parse()
	all, err := rows(s)
	if err != nil {
		log.Fatal(err)
	}
	r := report{Machine: machine(libraries), Command: command(), Passes: s.Passes, Rows: all}
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
