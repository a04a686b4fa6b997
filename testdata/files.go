// Package testdata has the conformance cases of this directory, for programs that
// run them elsewhere than in a checkout; see package conformance and README.md.
package testdata

import "embed"

// Files are the cases, by directory, as conformance.Load reads them.
//
//go:embed batch canonical http json
var Files embed.FS
