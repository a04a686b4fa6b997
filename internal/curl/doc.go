// Package curl reads curl command lines, and says which request curl would send. It runs
// nothing, opens no file and expands no variable: a command comes from a stranger as often
// as from the user.
package curl
