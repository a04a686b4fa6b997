// Package observability has the tests of traces over all carriers. Its programs are in trace and
// prometheus.
package observability
