module github.com/seed763dd41b/cloudevents/amqp/goamqp

go 1.25

require (
	github.com/Azure/go-amqp v1.7.0
	github.com/seed763dd41b/cloudevents v0.0.0
)

require github.com/google/go-cmp v0.7.0

replace github.com/seed763dd41b/cloudevents => ../..
