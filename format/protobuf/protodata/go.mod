module github.com/seed763dd41b/cloudevents/format/protobuf/protodata

go 1.25.0

require (
	github.com/seed763dd41b/cloudevents v0.0.0
	google.golang.org/protobuf v1.36.12
)

replace github.com/seed763dd41b/cloudevents => ../../..
