package cloudevents_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// benchRow is a row of the table of bench/README.md.
type benchRow struct{ ratio, allocs, note string }

// benchRows returns the rows, by what is measured and what it is measured against.
func benchRows(t *testing.T) map[[2]string]benchRow {
	text, err := os.ReadFile("bench/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[[2]string]benchRow{}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(line, "|"); len(cells) == 13 {
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows[[2]string{cells[1], cells[2]}] = benchRow{cells[5], cells[7], cells[11]}
		}
	}
	return rows
}

// The figures of the README beside sdk-go are those of bench/README.md, which are of one run;
// -update rewrites them.
func TestREADMEFigures(t *testing.T) {
	rows := benchRows(t)
	row := func(path, against string) benchRow {
		r, ok := rows[[2]string{path, against}]
		if !ok {
			t.Fatalf("bench/README.md has no row %s, %s", path, against)
		}
		return r
	}
	ratio := func(path, against string) string {
		n, err := strconv.ParseFloat(strings.TrimSuffix(row(path, against).ratio, "×"), 64)
		if err != nil {
			t.Fatal(err)
		}
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	allocs := func(path, against string) []any {
		ours, theirs, ok := strings.Cut(row(path, against).allocs, " / ")
		if !ok {
			t.Fatalf("%s: %q", path, row(path, against).allocs)
		}
		return []any{ours, theirs}
	}
	size := func(path string) string {
		kB, _, _ := strings.Cut(strings.TrimPrefix(row(path, "net/http alone").note, "+ "), " ")
		if len(kB) > 3 {
			kB = kB[:len(kB)-3] + "," + kB[len(kB)-3:]
		}
		return kB
	}
	const (
		decode, decoded = "structured decode, small", "sdk-go json.Unmarshal + Validate"
		binary, request = "HTTP binary decode, small", "sdk-go NewEventFromHTTPRequest"
		encode, encoded = "structured encode, small", "sdk-go json.Marshal"
	)
	want := fmt.Sprintf("| size that a linked receiver adds to one on net/http alone | %s kB | %s kB |\n", size("linked receiver"), size("linked receiver of sdk-go")) +
		fmt.Sprintf("| decode an event of some 400 bytes, structured: allocations | %s | %s |\n", allocs(decode, decoded)...) +
		fmt.Sprintf("| the same: time | 1 | %s |\n", ratio(decode, decoded)) +
		fmt.Sprintf("| decode it in HTTP binary mode: allocations | %s | %s, without validation |\n", allocs(binary, request)...) +
		fmt.Sprintf("| the same: time | 1 | %s |\n", ratio(binary, request)) +
		fmt.Sprintf("| encode it as JSON: allocations | %s, or 0 into a slice | %s |\n", allocs(encode, encoded)...) +
		fmt.Sprintf("| the same: time | 1 | %s |\n", ratio(encode, encoded)) +
		fmt.Sprintf("| send it over loopback: time | 1 | %s |\n", ratio("send, binary, small, 1 connection", "sdk-go Send, the same receiver"))
	means := fmt.Sprintf("the mean is %s for decoding and %s for\nencoding.", ratio("structured decode, mean of 8", decoded), ratio("structured encode, mean of 8", encoded))

	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct {
		there *regexp.Regexp
		want  string
	}{
		{regexp.MustCompile(`\| size that a linked receiver(?s:.*)\| send it over loopback: .*\n`), want},
		{regexp.MustCompile(`the mean is \S+ for decoding and \S+ for\nencoding\.`), means},
	} {
		found := part.there.Find(text)
		switch {
		case found == nil:
			t.Errorf("README.md has nothing like\n%s", part.want)
		case *update:
			text = part.there.ReplaceAllLiteral(text, []byte(part.want))
		case string(found) != part.want:
			t.Errorf("README.md has\n%s\nbench/README.md says\n%s", found, part.want)
		}
	}
	if *update {
		if err := os.WriteFile("README.md", text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
