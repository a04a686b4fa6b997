package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
)

const completionHelp = `The script completes commands, flags, and files. For zsh it wants compinit before.

examples:

  source <(ce completion bash)
  ce completion zsh > _ce`

func completionCommand() command {
	return command{
		name: "completion", args: "bash|zsh",
		summary: "print a script that completes commands and flags in a shell",
		help:    completionHelp,
		prepare: func(p *process, _ *flag.FlagSet) func(context.Context, []string) error {
			return func(_ context.Context, args []string) error {
				switch {
				case len(args) == 1 && args[0] == "bash":
					return writeCompletion(p.out, bashCompletion)
				case len(args) == 1 && args[0] == "zsh":
					return writeCompletion(p.out, zshCompletion)
				}
				return usagef("completion: bash or zsh?")
			}
		},
	}
}

const bashCompletion = `# bash completion of ce
_ce() {
  local word=${COMP_WORDS[COMP_CWORD]} words=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words='%s'
  else
    case ${COMP_WORDS[1]} in
%s    esac
    [[ ${COMP_WORDS[1]} == help || ${COMP_WORDS[1]} == completion || $word == -* ]] || return 0
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _ce ce
`

const zshCompletion = `#compdef ce
# zsh completion of ce
_ce() {
  local -a words_of
  if ((CURRENT == 2)); then
    words_of=(%s)
    compadd -- $words_of
    return
  fi
  case $words[2] in
%s  esac
  if [[ $words[2] == help || $words[2] == completion || $words[CURRENT] == -* ]]; then
    compadd -- ${=words_of}
  else
    _files
  fi
}
if [[ $funcstack[1] == _ce ]]; then _ce "$@"; else compdef _ce ce; fi
`

// writeCompletion fills a script in: the commands, and a case for each.
func writeCompletion(w io.Writer, script string) error {
	variable := "words"
	if script == zshCompletion {
		variable = "words_of"
	}
	var names []string
	var cases strings.Builder
	for _, c := range commands() {
		names = append(names, c.name)
		words := flagNames(&c)
		if c.name == "completion" {
			words = []string{"bash", "zsh"}
		}
		fmt.Fprintf(&cases, "    %s) %s='%s' ;;\n", c.name, variable, strings.Join(words, " "))
	}
	fmt.Fprintf(&cases, "    help) %s='%s' ;;\n", variable, strings.Join(names, " "))
	_, err := fmt.Fprintf(w, script, strings.Join(append(names, "help"), " "), cases.String())
	return err
}

func flagNames(c *command) (names []string) {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.prepare(&process{}, flags)
	flags.VisitAll(func(f *flag.Flag) {
		dashes := "--"
		if len(f.Name) == 1 {
			dashes = "-"
		}
		names = append(names, dashes+f.Name)
	})
	return append(names, "-h")
}
