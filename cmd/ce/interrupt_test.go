package main

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// Ctrl-C ends a command that waits for standard input.
func TestInterruptedInput(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"convert":                 "ce: interrupted\n",
		"check":                   "ce: interrupted\n",
		"send http://localhost -": "",
	} {
		t.Run(args, func(t *testing.T) {
			cmd := exec.Command(self, strings.Fields(args)...)
			cmd.Env = append(os.Environ(), "CE_BE_MAIN=1")
			var errs strings.Builder
			cmd.Stderr = &errs
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			kill := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
			defer kill.Stop()
			// More than a pipe holds: once it is written, the command is reading.
			if _, err := io.WriteString(in, strings.Repeat(" ", 1<<20)); err != nil {
				t.Fatal(err)
			}
			cmd.Process.Signal(os.Interrupt)
			cmd.Wait()
			in.Close()
			if status := cmd.ProcessState.ExitCode(); status != cli.ExitError && status != cli.ExitFault || errs.String() != want {
				t.Errorf("status %d, %q", status, &errs)
			}
		})
	}
}

func TestFlagErrors(t *testing.T) {
	for args, want := range map[string]string{
		"send http://localhost --repat 3":  "ce: send: flag provided but not defined: --repat; did you mean --repeat? see ce send -h\n",
		"check --nothing-like-it":          "ce: check: flag provided but not defined: --nothing-like-it; see ce check -h\n",
		"convert --declare n=Interger":     `ce: convert: invalid value "n=Interger" for flag --declare: unknown type "Interger"; it is one of String, Boolean, Integer, Binary, URI, URI-reference, Timestamp; did you mean Integer? see ce convert -h` + "\n",
		"chekc":                            `ce: unknown command "chekc"; did you mean check? see ce help` + "\n",
		"send http://localhost -mode x":    `ce: send: invalid value "x" for flag --mode: it is one of binary, structured, batch; see ce send -h` + "\n",
		"convert --to x":                   `ce: convert: invalid value "x" for flag --to: it is one of json, jsonl, batch, http, protobuf, xml, avro, avro-compact, cbor, protobuf-batch, xml-batch; see ce convert -h` + "\n",
		"check --from":                     "ce: check: flag needs an argument: --from; see ce check -h\n",
		"check --json=x":                   `ce: check: invalid boolean value "x" for --json: it is true or false; see ce check -h` + "\n",
		"listen --delay 5":                 `ce: listen: invalid value "5" for flag --delay: it is a duration with a unit, as 500ms, 5s or 1m30s; see ce listen -h` + "\n",
		"send http://localhost --repeat x": `ce: send: invalid value "x" for flag --repeat: it is a number; see ce send -h` + "\n",
		"send http://localhost --rate x":   `ce: send: invalid value "x" for flag --rate: it is a number; see ce send -h` + "\n",
		"send http://localhost --repeat 99999999999999999999": `ce: send: invalid value "99999999999999999999" for flag --repeat: value out of range; see ce send -h` + "\n",
		"check -q": "ce: check: flag provided but not defined: -q; see ce check -h\n",
	} {
		if _, errs, status := ce(t, "", strings.Fields(args)...); errs != want || status != cli.ExitUsage {
			t.Errorf("%s: status %d, %s", args, status, errs)
		}
	}
}
