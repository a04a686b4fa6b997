// Package migration has one service three times: before on sdk-go, halfway with a handler
// on this module behind the receiver of sdk-go, and after on this module alone. Its test
// runs each of them against the others. docs/from-sdk-go.md explains the steps.
package migration
