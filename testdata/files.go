// Package testdata has the conformance cases of this directory, for programs that
// run them elsewhere than in a checkout; see package conformance and README.md.
package testdata

import "embed"

// Files are the cases, by directory, as conformance.Load reads them, and the maps
// that conformance.LoadRequirements reads.
//
//go:embed batch canonical http json requirements
var Files embed.FS
