// Package conformance runs the cases of testdata/ against a CloudEvents implementation:
// this module, another format or binding, or a foreign codec behind a few functions.
//
//	cases, err := conformance.Load(os.DirFS("testdata"))
//	for _, c := range cases {
//		err := codec.Run(c) // nil, or what the implementation did instead
//	}
//
// The cases are not part of the package. They are in the directory testdata of
//
//	go list -m -f '{{.Dir}}' github.com/seed763dd41b/cloudevents
//
// and in the package of that directory, which embeds them. testdata/README.md describes
// the files. Events are compared in a neutral form, [Event], so that no codec is tested
// with itself.
//
// [Codec.Run] asks for exactly what this module does. For other implementations there is
// [Judge], which knows what the specification leaves open, [Adapter] for those in other
// processes and languages, and [Receiver] for live receivers. The command
// "ce conformance" is made of these.
//
// This package imports no binding. Package library has this module as a [Codec], and is
// the reference of [Judge] and [Receiver].
package conformance
