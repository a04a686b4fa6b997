package conformance

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Level is how binding a requirement is.
type Level string

const (
	// Must is MUST, REQUIRED and SHALL.
	Must Level = "MUST"
	// Should is SHOULD and RECOMMENDED.
	Should Level = "SHOULD"
	// Choice is for what the specification leaves open and this module has decided.
	Choice Level = "choice"
)

// Requirement is a line of the maps in testdata/requirements: a key word of the
// specification, or a choice that it leaves, and the cases about it.
type Requirement struct {
	// Document is the name of a document, such as "spec.md", or "v0.3/spec.md" for that
	// of version 0.3. It is empty for a choice.
	Document string
	// Section is an anchor, such as "type-system". For a choice it is the subject, "json"
	// or "http".
	Section string
	Level   Level
	// Text is the requirement in other words.
	Text string
	// Cases are the names of cases. A table of canonical strings is named as a whole.
	Cases []string
	// Why says why no case can prove the requirement. It is empty if there are cases.
	Why string
}

// LoadRequirements reads the maps below requirements/ of fsys, in lexical order.
func LoadRequirements(fsys fs.FS) ([]Requirement, error) {
	names, err := fs.Glob(fsys, "requirements/*.txt")
	if err != nil {
		return nil, err
	}
	var all []Requirement
	for _, name := range names {
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		at := Requirement{Document: strings.TrimSuffix(path.Base(name), ".txt")}
		if topic, ok := strings.CutPrefix(at.Document, "choices-"); ok {
			at = Requirement{Section: topic, Level: Choice}
		}
		if document, ok := strings.CutPrefix(at.Document, "v0.3-"); ok {
			at.Document = "v0.3/" + document
		}
		for i, line := range strings.Split(string(content), "\n") {
			if heading, ok := strings.CutPrefix(line, "## "); ok {
				at.Section, _, _ = strings.Cut(heading, " ")
				continue
			}
			if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
				continue
			}
			r, err := parseRequirement(at, line)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
			}
			all = append(all, r)
		}
	}
	return all, nil
}

func parseRequirement(r Requirement, line string) (Requirement, error) {
	fields := strings.Split(line, " | ")
	if r.Level != Choice {
		r.Level, fields = Level(fields[0]), fields[1:]
		if r.Level != Must && r.Level != Should {
			return r, fmt.Errorf("level %q", r.Level)
		}
	}
	if len(fields) != 2 || r.Section == "" {
		return r, fmt.Errorf("not a line of a map: %q", line)
	}
	r.Text = fields[0]
	if why, ok := strings.CutPrefix(fields[1], "- "); ok {
		r.Why = why
		return r, nil
	}
	r.Cases = strings.Fields(fields[1])
	return r, nil
}

// Place is the section in which a case counts.
type Place struct {
	Document string
	Section  string
	Level    Level
}

// String returns the section as errors cite it, such as "spec.md#id", or the subject of
// a choice.
func (p Place) String() string {
	if p.Document == "" {
		return "choice in " + p.Section
	}
	return p.Document + "#" + p.Section
}

// Places returns the place of each case, by its name. A case often proves several
// requirements, and counts once. Of the most binding requirements it counts in the
// section that its refusal cites, and otherwise in the section with the fewest cases,
// which says most about it. A table of canonical strings counts where it is named first.
func Places(cases []Case, requirements []Requirement) map[string]Place {
	sizes := map[Place]int{} // number of cases
	named := map[string][]Place{}
	for _, r := range requirements {
		place := Place{r.Document, r.Section, r.Level}
		sizes[place] += len(r.Cases)
		for _, name := range r.Cases {
			named[name] = append(named[name], place)
		}
	}
	rank := map[Level]int{Must: 0, Should: 1, Choice: 2}
	places := make(map[string]Place, len(cases))
	for _, c := range cases {
		best := Place{Section: "other", Level: Choice}
		found := false
		for _, p := range named[c.mapName()] {
			switch {
			case !found, rank[p.Level] < rank[best.Level]:
			case p.Level != best.Level || c.Text != nil || c.cites(best):
				continue
			case !c.cites(p) && sizes[p] >= sizes[best]:
				continue
			}
			best, found = p, true
		}
		places[c.Name] = best
	}
	return places
}

// cites reports whether the refusal of c cites the section of p.
func (c *Case) cites(p Place) bool {
	return c.refused() != nil && c.refused().Section == p.String()
}

// refused returns the reason for which c must be refused. It is nil if c must be
// accepted.
func (c *Case) refused() *Reason {
	if c.Text != nil {
		return c.Text.Refused
	}
	return c.Refused
}

// MustRefuse reports whether an implementation must refuse the case.
func (c *Case) MustRefuse() bool { return c.refused() != nil }

// mapName returns the name of a case in the maps, which name tables as a whole.
func (c *Case) mapName() string {
	if c.Text != nil {
		return path.Dir(c.Name)
	}
	return c.Name
}
