package cli

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

// Completion returns the command that prints a completion script for the commands of t.
func (t *Tool) Completion() Command {
	return Command{
		Name: "completion", Args: "bash|zsh",
		Summary: "print a script that completes commands and flags in a shell",
		Help:    completionHelp,
		Words:   []string{"bash", "zsh"},
		Prepare: func(p *Process, _ *flag.FlagSet) func(context.Context, []string) error {
			return func(_ context.Context, args []string) error {
				switch {
				case len(args) == 1 && args[0] == "bash":
					return t.writeCompletion(p.Out, bashCompletion, "words")
				case len(args) == 1 && args[0] == "zsh":
					return t.writeCompletion(p.Out, zshCompletion, "words_of")
				}
				return Usagef("completion: bash or zsh?")
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

// writeCompletion writes a script with the names of the commands, and with a case for each
// that sets the variable to its words.
func (t *Tool) writeCompletion(w io.Writer, script, variable string) error {
	var names []string
	var cases strings.Builder
	for i := range t.Commands {
		c := &t.Commands[i]
		names = append(names, c.Name)
		words := c.Words
		if words == nil {
			words = flagNames(c)
		}
		fmt.Fprintf(&cases, "    %s) %s='%s' ;;\n", c.Name, variable, strings.Join(words, " "))
	}
	fmt.Fprintf(&cases, "    help) %s='%s' ;;\n", variable, strings.Join(names, " "))
	_, err := fmt.Fprintf(w, script, strings.Join(append(names, "help"), " "), cases.String())
	return err
}

func flagNames(c *Command) (names []string) {
	flags := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	c.Prepare(&Process{}, flags)
	flags.VisitAll(func(f *flag.Flag) { names = append(names, spelled(f)) })
	return append(names, "-h")
}
