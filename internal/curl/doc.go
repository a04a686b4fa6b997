// Package curl reads and writes curl command lines. [Parse] says which request a command would
// send; [Command] is the command for a POSIX shell that sends a request.
//
// Parse runs nothing, opens no file and expands no variable: a command comes from a stranger as
// often as from the user.
package curl
