package cloudevents_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	markdownLink = regexp.MustCompile(`\[(?:[^\]\\]|\\.)*\]\(([^)\s]+)\)`)
	codeSpan     = regexp.MustCompile("`[^`]*`")
)

// Links between the documents of this repository lead somewhere, down to the heading. Every
// page of docs/ is in docs/index.md.
func TestLinks(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "*.md").Output()
	if err != nil {
		t.Skip("not a checkout: ", err)
	}
	files := strings.Fields(string(out))
	pages := map[string]*markdown{}
	for _, name := range files {
		pages[name] = readMarkdown(t, name)
	}
	links := 0
	for _, name := range files {
		for _, l := range pages[name].links {
			if strings.Contains(l.target, "://") || strings.HasPrefix(l.target, "mailto:") {
				continue
			}
			links++
			path, anchor, _ := strings.Cut(l.target, "#")
			to := name
			if path != "" {
				to = filepath.Join(filepath.Dir(name), path)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s:%d: there is no %s", name, l.line, to)
			} else if p := pages[to]; anchor != "" && (p == nil || !p.anchors[anchor]) {
				t.Errorf("%s:%d: %s has no heading #%s", name, l.line, to, anchor)
			}
		}
	}
	if links < 50 {
		t.Errorf("only %d links were found", links)
	}
	index := map[string]bool{}
	for _, l := range pages["docs/index.md"].links {
		path, _, _ := strings.Cut(l.target, "#")
		index[path] = true
	}
	for _, name := range files {
		if dir, page := filepath.Split(name); dir == "docs/" && page != "index.md" && !index[page] {
			t.Errorf("docs/index.md does not link %s", page)
		}
	}
}

var goCommand = regexp.MustCompile(`\bgo (?:run|test|doc|install) (?:-[\w=]+ )*(\./[\w./-]+|github\.com/seed763dd41b/cloudevents[\w./-]*)`)

var inlineCd = regexp.MustCompile(`cd (\S+) && go `)

// The Go commands of the documents name packages that exist. A command in a block may follow
// a cd; another one is for the top directory, that of the document, or bench.
func TestCommandsNamePackages(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "*.md").Output()
	if err != nil {
		t.Skip("not a checkout: ", err)
	}
	found := 0
	for _, name := range strings.Fields(string(out)) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		dir := ""
		for i, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "```") {
				dir = ""
			}
			if _, to, ok := strings.Cut(strings.TrimPrefix(line, "$ "), "cd "); ok && !strings.Contains(to, " ") {
				dir = to
			}
			in := dir
			if m := inlineCd.FindStringSubmatch(line); m != nil {
				in = m[1]
			}
			for _, m := range goCommand.FindAllStringSubmatch(line, -1) {
				path := strings.TrimSuffix(strings.TrimPrefix(m[1], "github.com/seed763dd41b/cloudevents"), "/...")
				found++
				if !slices.ContainsFunc([]string{in, filepath.Dir(name), "bench"}, func(in string) bool { return isDirectory(filepath.Join(in, path)) }) {
					t.Errorf("%s:%d: there is no package %s", name, i+1, m[1])
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d commands were found", found)
	}
}

func isDirectory(name string) bool {
	info, err := os.Stat(filepath.Join(".", name))
	return err == nil && info.IsDir()
}

// markdown is what links need of a document.
type markdown struct {
	links   []link
	anchors map[string]bool
}

type link struct {
	target string
	line   int
}

func readMarkdown(t *testing.T, name string) *markdown {
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	m := &markdown{anchors: map[string]bool{}}
	headings, fence := map[string]int{}, ""
	previous := "" // a link may begin in the line before
	for i, line := range strings.Split(string(text), "\n") {
		if mark := strings.TrimSpace(line); strings.HasPrefix(mark, "```") {
			if fence == "" {
				fence = "```"
			} else if mark == fence {
				fence = ""
			}
			previous = ""
			continue
		}
		if fence != "" {
			continue
		}
		if strings.HasPrefix(line, "#") {
			anchor := headingAnchor(strings.TrimLeft(line, "# "))
			if n := headings[anchor]; n > 0 {
				m.anchors[fmt.Sprintf("%s-%d", anchor, n)] = true
			} else {
				m.anchors[anchor] = true
			}
			headings[anchor]++
		}
		both := codeSpan.ReplaceAllString(previous+" "+line, "``")
		for _, at := range markdownLink.FindAllStringSubmatchIndex(both, -1) {
			if at[1] > len(codeSpan.ReplaceAllString(previous, "``")) || previous == "" {
				m.links = append(m.links, link{both[at[2]:at[3]], i + 1})
			}
		}
		previous = line
	}
	return m
}

// headingAnchor makes the anchor of a heading as GitHub does.
func headingAnchor(heading string) string {
	heading = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(heading, "$1")
	var b strings.Builder
	for _, r := range strings.ToLower(heading) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 0x80:
			b.WriteRune(r)
		}
	}
	return b.String()
}
