module github.com/seed763dd41b/cloudevents

go 1.25

require github.com/google/go-cmp v0.7.0
