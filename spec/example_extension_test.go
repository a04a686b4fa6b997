package spec_test

import (
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents/spec"
)

func ExampleExtensions() {
	for _, a := range spec.Extensions() {
		if a.Type == spec.Timestamp {
			fmt.Println(a.Name, spec.SectionURL(a.Section))
		}
	}
	// Output:
	// deprecationfrom https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/deprecation.md#deprecationfrom
	// deprecationsunset https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/deprecation.md#deprecationsunset
	// expirytime https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/expirytime.md#expirytime
	// recordedtime https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/recordedtime.md#recordedtime
}

func ExampleExtension() {
	a, ok := spec.Extension("sampledrate")
	fmt.Println(a.Type, a.Required, ok)
	_, ok = spec.Extension("shard")
	fmt.Println(ok)
	// Output:
	// Integer true true
	// false
}

// A decoder of headers shares the name.
func ExampleExtensionName() {
	fmt.Println(spec.ExtensionName("Traceparent"))
	fmt.Println(spec.ExtensionName("Shard"))
	// Output:
	// traceparent true
	//  false
}

// The extensions of one document are those whose sections are in it.
func ExampleExtensions_document() {
	for _, a := range spec.Extensions() {
		if strings.HasPrefix(a.Section, "severity.md#") {
			fmt.Println(a.Name, a.Type)
		}
	}
	// Output:
	// severitytext String
	// severitynumber Integer
}

// printAttributes prints what most people want to know about a list.
func printAttributes(attributes []spec.Attribute) {
	for _, a := range attributes {
		if a.Required {
			fmt.Println(a.Name, a.Type, "(required)")
		} else {
			fmt.Println(a.Name, a.Type)
		}
	}
}

func ExampleDistributedTracing() {
	printAttributes(spec.DistributedTracing())
	// Output:
	// traceparent String (required)
	// tracestate String
}

func ExamplePartitioning() {
	printAttributes(spec.Partitioning())
	// Output:
	// partitionkey String (required)
}

func ExampleSequence() {
	printAttributes(spec.Sequence())
	// Output:
	// sequence String (required)
}
