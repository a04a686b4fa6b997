package protodata_test

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/protobuf/protodata"
)

func ExampleSetData() {
	e := cloudevents.New("/jobs", "com.example.job.finished")
	err := protodata.SetData(&e, durationpb.New(90*time.Second))
	fmt.Println(e.DataContentType, e.DataSchema, err)
	// Output: application/protobuf https://type.googleapis.com/google.protobuf.Duration <nil>
}

func ExampleData() {
	e := cloudevents.Event{DataContentType: "application/protobuf", Data: []byte{8, 90}}
	d, err := protodata.Data[*durationpb.Duration](&e)
	fmt.Println(d.AsDuration(), err)
	// Output: 1m30s <nil>
}

func ExampleAny() {
	e := cloudevents.Event{
		DataContentType: "application/protobuf",
		DataSchema:      "https://type.googleapis.com/google.protobuf.Duration",
		Data:            []byte{8, 90},
	}
	a, err := protodata.Any(&e)
	fmt.Println(a.GetTypeUrl(), err)
	// Output: type.googleapis.com/google.protobuf.Duration <nil>
}

func ExampleSetAny() {
	a, err := anypb.New(durationpb.New(time.Second))
	if err != nil {
		fmt.Println(err)
		return
	}
	var e cloudevents.Event
	err = protodata.SetAny(&e, a)
	fmt.Println(e.DataSchema, err)
	// Output: https://type.googleapis.com/google.protobuf.Duration <nil>
}
