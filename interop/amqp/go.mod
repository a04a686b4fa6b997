module github.com/seed763dd41b/cloudevents/interop/amqp

go 1.26.0

require (
	github.com/Azure/go-amqp v0.17.0
	github.com/cloudevents/sdk-go/protocol/amqp/v2 v2.15.2
	github.com/cloudevents/sdk-go/v2 v2.16.2
	github.com/seed763dd41b/cloudevents v0.0.0
	github.com/seed763dd41b/cloudevents/interop/brokers v0.0.0
)

require (
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.2 // indirect
)

// The AMQP binding of sdk-go needs this version, and says so with a replace that its users do
// not inherit.
replace github.com/Azure/go-amqp => github.com/Azure/go-amqp v0.17.0

replace (
	github.com/seed763dd41b/cloudevents => ../..
	github.com/seed763dd41b/cloudevents/interop/brokers => ../brokers
	github.com/seed763dd41b/cloudevents/kafka/kgo => ../../kafka/kgo
	github.com/seed763dd41b/cloudevents/nats/natsgo => ../../nats/natsgo
)
