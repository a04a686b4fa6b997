module github.com/seed763dd41b/cloudevents/cmd/cebridge

go 1.26.0

require (
	github.com/Azure/go-amqp v1.7.0
	github.com/coder/websocket v1.8.15
	github.com/eclipse/paho.golang v0.23.0
	github.com/nats-io/nats-server/v2 v2.15.3
	github.com/nats-io/nats.go v1.55.0
	github.com/seed763dd41b/cloudevents v0.0.0
	github.com/seed763dd41b/cloudevents/amqp/goamqp v0.0.0
	github.com/seed763dd41b/cloudevents/kafka/kgo v0.0.0
	github.com/seed763dd41b/cloudevents/mqtt/paho v0.0.0
	github.com/seed763dd41b/cloudevents/nats/natsgo v0.0.0
	github.com/seed763dd41b/cloudevents/websocket/coderws v0.0.0
	github.com/twmb/franz-go v1.22.3
	github.com/twmb/franz-go/pkg/kfake v0.0.0-20260918054303-01f206a7e32c
)

require (
	github.com/antithesishq/antithesis-sdk-go v0.9.0-default-no-op // indirect
	github.com/google/go-tpm v0.9.8 // indirect
	github.com/gorilla/websocket v1.5.3 // indirect
	github.com/klauspost/compress v1.20.4 // indirect
	github.com/minio/highwayhash v1.0.4 // indirect
	github.com/nats-io/jwt/v2 v2.8.3 // indirect
	github.com/nats-io/nkeys v0.4.17 // indirect
	github.com/nats-io/nuid v1.0.1 // indirect
	github.com/pierrec/lz4/v4 v4.1.33 // indirect
	github.com/twmb/franz-go/pkg/kmsg v1.15.1 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sys v0.50.0 // indirect
	golang.org/x/time v0.16.0 // indirect
)

replace (
	github.com/seed763dd41b/cloudevents => ../..
	github.com/seed763dd41b/cloudevents/amqp/goamqp => ../../amqp/goamqp
	github.com/seed763dd41b/cloudevents/kafka/kgo => ../../kafka/kgo
	github.com/seed763dd41b/cloudevents/mqtt/paho => ../../mqtt/paho
	github.com/seed763dd41b/cloudevents/nats/natsgo => ../../nats/natsgo
	github.com/seed763dd41b/cloudevents/websocket/coderws => ../../websocket/coderws
)
