package cloudevents_test

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// An event of version 0.3 goes on as one of 1.0.
func ExampleEvent_Convert() {
	var d cloudevents.JSONDecoder
	old, err := d.Decode([]byte(`{"specversion":"0.3","id":"1","source":"/s","type":"t","schemaurl":"https://example.com/schema",` +
		`"datacontenttype":"image/png","datacontentencoding":"base64","data":"AQID"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := old.Convert(spec.V1)
	if err != nil {
		fmt.Println(err)
		return
	}
	document, err := cloudevents.AppendJSON(nil, &e)
	fmt.Println(string(document), err)
	// Output:
	// {"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"image/png","dataschema":"https://example.com/schema","data_base64":"AQID"} <nil>
}
