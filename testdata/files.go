// Package testdata embeds the conformance cases of this directory, for programs that run
// them outside a checkout. Package conformance reads them; README.md describes them. The
// pattern ./... leaves this package out, because its directory is named testdata: build
// it as ./testdata.
package testdata

import "embed"

// Files has the cases, which conformance.Load reads, and the maps, which
// conformance.LoadRequirements reads.
//
//go:embed */decode/*.txtar */encode/*.txtar canonical/*.txt requirements/*.txt
var Files embed.FS
