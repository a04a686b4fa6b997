module github.com/seed763dd41b/cloudevents/websocket/coderws

go 1.25

require (
	github.com/coder/websocket v1.8.15
	github.com/seed763dd41b/cloudevents v0.0.0
)

replace github.com/seed763dd41b/cloudevents => ../..
