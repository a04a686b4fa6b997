// Package spec holds what the CloudEvents specification names: versions, abstract
// types, attributes, documented extensions, media types and sections. It is data.
// Package validation checks whether a text is legal.
//
// The documents are those of the repository github.com/cloudevents/spec, version
// 1.0.3-wip, which is 1.0.2 with clarifications.
package spec
