// Package brokers tests the bindings of Kafka, NATS and MQTT with other implementations, over
// brokers: Kafka and NATS in this process, MQTT in mosquitto and in this process. A test whose
// peer is not installed is skipped, unless the variable CI_BROKERS is 1. The outcomes are
// tables of docs/interop.md.
//
// It is a module of its own, because the clients want a newer Go than the library.
package brokers
