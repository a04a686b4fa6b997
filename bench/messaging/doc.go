// Package messaging compares the bindings of this module for Kafka and NATS with those of
// sdk-go, from the message of a client library to the event and back. MQTT and WebSockets
// have no binding of sdk-go that can be had as a module; their rows are beside a copy of the
// bytes of the message.
package messaging
