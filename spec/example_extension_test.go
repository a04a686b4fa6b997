package spec_test

import (
	"fmt"

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

func ExampleAuthContext() {
	printAttributes(spec.AuthContext())
	// Output:
	// authtype String (required)
	// authid String
	// authclaims String
}

func ExampleBAM() {
	printAttributes(spec.BAM())
	// Output:
	// bamtxid String (required)
	// bampid String (required)
	// bamptxid String (required)
	// bamptxsid String (required)
	// bamptxsstatus String
	// bamptxcompleted Boolean
}

func ExampleCorrelation() {
	printAttributes(spec.Correlation())
	// Output:
	// correlationid String
	// causationid String
}

func ExampleDataClassification() {
	printAttributes(spec.DataClassification())
	// Output:
	// dataclassification String (required)
	// dataregulation String
	// datacategory String
}

func ExampleDataRef() {
	printAttributes(spec.DataRef())
	// Output:
	// dataref URI-reference (required)
}

func ExampleDeprecation() {
	printAttributes(spec.Deprecation())
	// Output:
	// deprecated Boolean (required)
	// deprecationfrom Timestamp
	// deprecationsunset Timestamp
	// deprecationmigration URI
}

func ExampleDistributedTracing() {
	printAttributes(spec.DistributedTracing())
	// Output:
	// traceparent String (required)
	// tracestate String
}

func ExampleExpiryTime() {
	printAttributes(spec.ExpiryTime())
	// Output:
	// expirytime Timestamp (required)
}

func ExampleOPCUA() {
	printAttributes(spec.OPCUA())
	// Output:
	// opcuametadatamajorversion Integer
	// opcuametadataminorversion Integer
	// opcuastatus Integer
}

func ExamplePartitioning() {
	printAttributes(spec.Partitioning())
	// Output:
	// partitionkey String (required)
}

func ExampleRecordedTime() {
	printAttributes(spec.RecordedTime())
	// Output:
	// recordedtime Timestamp (required)
}

func ExampleSampledRate() {
	printAttributes(spec.SampledRate())
	// Output:
	// sampledrate Integer (required)
}

func ExampleSequence() {
	printAttributes(spec.Sequence())
	// Output:
	// sequence String (required)
}

func ExampleSeverity() {
	printAttributes(spec.Severity())
	// Output:
	// severitytext String
	// severitynumber Integer (required)
}

func ExampleVerifiability() {
	printAttributes(spec.Verifiability())
	// Output: dssematerial Binary (required)
}
