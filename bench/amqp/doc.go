// Package amqp compares the AMQP binding of this module with that of sdk-go, from the message
// of go-amqp to the event and back. It is a module of its own because that of sdk-go compiles
// with go-amqp v0.17.0 alone.
package amqp
