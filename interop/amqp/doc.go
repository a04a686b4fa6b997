// Package amqp tests the AMQP binding with other implementations, over the broker of the
// examples of Qpid Proton, which is compiled for the test. A test whose peer is not installed
// is skipped, unless the variable CI_BROKERS is 1. RabbitMQ is tested only if the variable
// CI_RABBITMQ is 1, because it takes long to start. The outcomes are a table of
// docs/interop.md.
//
// It is a module of its own, because the AMQP binding of sdk-go is bound to an old version of
// its client.
package amqp
