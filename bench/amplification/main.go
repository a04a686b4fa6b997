// Command amplification measures how much memory a stranger makes this module allocate: the
// bytes that are allocated for each byte that is received, for documents that are made to
// cost as much as they can. It prints a Markdown table, worst documents of 64 KB and 1 MB
// first. Run it in the directory bench:
//
//	go run ./amplification                                  # the worst three documents of each reader
//	go run ./amplification -worst 0                         # all documents
//	go run ./amplification -rows 'Receiver'                 # some readers
//	go run ./amplification -write ../docs/security.md       # into that file
//
// A row is a reader, such as a decoder, and a document that it reads. The number is the
// growth of TotalAlloc of [runtime.MemStats] while the document is read, over its size. It
// counts what is allocated, most of which is garbage soon: what is kept is less. The header
// of a message counts as it would be on the wire. What net/http allocates to parse it is
// not counted. For a Sender, a webhook.Transport and a page, what an ordinary answer or
// request costs is taken off. A document that net/http unpacks has the size that it has on
// the wire. All of it runs on one goroutine, and each number is the least of some runs,
// so that it can be repeated.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"regexp"
	"runtime"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("amplification: ")
	worst := flag.Int("worst", 3, "print so many `documents` of each reader; 0 is all")
	rows := flag.String("rows", "", "measure only readers whose name matches this expression")
	write := flag.String("write", "", "put the table between the markers in this `file`")
	flag.Parse()
	matches, err := regexp.Compile(*rows)
	if err != nil || flag.NArg() > 0 || *worst < 0 {
		flag.Usage()
		os.Exit(2)
	}
	var table bytes.Buffer
	print(&table, measureAll(readers(), sizes, matches), *worst)
	if *write != "" {
		err = writeInto(*write, table.Bytes())
	} else {
		_, err = os.Stdout.Write(table.Bytes())
	}
	if err != nil {
		log.Fatal(err)
	}
}

// sizes are about the sizes of the documents. From large on, what a reader costs whatever it
// reads does not count any more.
var sizes = []int{600, 6_000, large, 1_000_000}

const large = 64_000

// print prints the table.
func print(w io.Writer, all []row, worst int) {
	fmt.Fprintf(w, "%s, %s/%s. Bytes allocated for a byte received:\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprint(w, "| reader | document | 600 B | 6 KB | 64 KB | 1 MB |\n|---|---|--:|--:|--:|--:|\n")
	printed := map[string]int{}
	for _, r := range all {
		if worst > 0 && printed[r.reader] == worst {
			continue
		}
		printed[r.reader]++
		fmt.Fprintf(w, "| %s | %s |", r.reader, r.document)
		for _, ratio := range r.ratios {
			fmt.Fprintf(w, " %s |", rounded(ratio))
		}
		fmt.Fprintln(w)
	}
}

// rounded returns a ratio with the digits that are the same in each run.
func rounded(ratio float64) string {
	switch {
	case ratio < 0:
		return ""
	case ratio < 0.05:
		return "0"
	case ratio < 9.95:
		return fmt.Sprintf("%.1f", ratio)
	}
	return fmt.Sprintf("%.0f", ratio)
}

const (
	beginMarker = "<!-- amplification -->"
	endMarker   = "<!-- /amplification -->"
)

// writeInto puts the table between the markers in a file.
func writeInto(name string, table []byte) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(text, []byte(beginMarker))
	_, after, end := bytes.Cut(rest, []byte(endMarker))
	if !ok || !end {
		return fmt.Errorf("%s: no place between %s and %s", name, beginMarker, endMarker)
	}
	text = bytes.Join([][]byte{before, []byte(beginMarker + "\n\n"), table, []byte("\n" + endMarker), after}, nil)
	return os.WriteFile(name, text, 0o666)
}
