module github.com/seed763dd41b/cloudevents

go 1.25
