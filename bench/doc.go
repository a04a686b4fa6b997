// Package bench compares the cloudevents module with what people would use instead, and
// with limits that no program can beat.
//
// An [Item] is a piece of work: one event, or a batch, and the messages that carry it. A
// [Pair] is two ways to do the same with an item, an [Exchange] two ways to move it over
// a network. The command report measures them all and prints a table. The command compare
// measures our side of them at two commits. The benchmarks of this package run the same
// functions one by one, for benchstat.
package bench
