module github.com/seed763dd41b/cloudevents/interop

go 1.25

require (
	github.com/cloudevents/sdk-go/v2 v2.16.2
	github.com/seed763dd41b/cloudevents v0.0.0
)

replace github.com/seed763dd41b/cloudevents => ../
