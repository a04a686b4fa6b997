//go:build !race

package alloctest

// RaceDetector reports whether the test was built with -race, which allocates and takes
// time itself: what a function costs is not measured then.
const RaceDetector = false
