package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

func versionCommand() command {
	return command{
		name:    "version",
		summary: "print the version of ce",
		help:    "examples:\n\n  ce version",
		prepare: func(p *process, _ *flag.FlagSet) func(context.Context, []string) error {
			return func(_ context.Context, args []string) error {
				if len(args) > 0 {
					return usagef("version: there are no arguments")
				}
				info, _ := debug.ReadBuildInfo()
				_, err := fmt.Fprintln(p.out, versionText(info))
				return err
			}
		},
	}
}

// versionText says which ce it is, as far as the build says so.
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
