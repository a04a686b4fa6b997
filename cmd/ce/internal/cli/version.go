package cli

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Version returns the command that prints the version of ce.
func Version() Command {
	return Command{
		Name:    "version",
		Summary: "print the version of ce",
		Help:    "examples:\n\n  ce version",
		Prepare: func(p *Process, _ *flag.FlagSet) func(context.Context, []string) error {
			return func(_ context.Context, args []string) error {
				if len(args) > 0 {
					return Usagef("version: there are no arguments")
				}
				info, _ := debug.ReadBuildInfo()
				_, err := fmt.Fprintln(p.Out, versionText(info))
				return err
			}
		},
	}
}

// versionText returns the version, the revision and the platform of a build. A part that the
// build does not record is left out.
func versionText(info *debug.BuildInfo) string {
	version, revision, changed := "(unknown)", "", ""
	if info != nil {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = " " + s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = " with changes"
			}
		}
	}
	return fmt.Sprintf("ce %s%s%s, CloudEvents 1.0, %s %s/%s", version, revision, changed, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
