// Package bench compares the cloudevents module with what people would use
// instead, and with what no program can beat.
//
// An [Item] is a piece of work: one event, or a batch, and the messages that
// carry it. A [Pair] is two ways to do the same with an item. The command report
// measures all pairs and prints a table; the benchmarks of this package run the
// same functions one by one, for benchstat.
package bench
