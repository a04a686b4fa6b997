package finding

import (
	"errors"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/validation"
)

// The rules about data in JSON are values that package cloudevents does not export. Each is
// taken from the error about a document that breaks it.

// ruleDataTwice is the rule that an event has data or data_base64.
func ruleDataTwice() *validation.Rule { return ruleBroken(`"data":1,"data_base64":"AA=="`) }

// ruleDataString is the rule that data is a string unless its content type is JSON.
func ruleDataString() *validation.Rule { return ruleBroken(`"datacontenttype":"text/plain","data":1`) }

// ruleDataCharset is the rule that text in JSON is the same in the charset of its content
// type and in UTF-8.
func ruleDataCharset() *validation.Rule {
	return ruleBroken(`"datacontenttype":"text/plain; charset=utf-16","data":"a"`)
}

// ruleBroken returns the rule that an event with these members breaks, or nil.
func ruleBroken(members string) *validation.Rule {
	var d cloudevents.JSONDecoder
	_, err := d.Decode([]byte(`{"specversion":"1.0","id":"1","source":"/","type":"t",` + members + `}`))
	var rule *validation.Rule
	errors.As(err, &rule)
	return rule
}
