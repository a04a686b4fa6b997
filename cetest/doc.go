// Package cetest has what tests of programs with CloudEvents need: events and requests to
// begin with, a handler that records events, a target whose answers are a script, and
// comparisons that say what differs. It is to this module what net/http/httptest is to
// net/http.
//
// A test of a receiver sends a request and checks the answer, without a server:
//
//	order := cetest.Event("com.example.order.placed", `{"number":"x"}`)
//	answer := cetest.Serve(receiver, cetest.MustRequest(cloudevents.BinaryMode, order))
//	if err := cetest.Check(answer, cetest.Answer{Status: 400, Type: "invalid_data", Field: "number"}); err != nil {
//		t.Error(err)
//	}
//
// A test of a sender has a [Target] instead of a server. A test of a handler needs neither:
// it calls the handler with an event. [Must] makes messages of any binding:
//
//	message := cetest.Must(cekafka.ToMessage(&order, cloudevents.BinaryMode, nil))
//
// Functions whose names begin with Must panic, which fails the test. All others return a
// text or an error for t.Error, so that they work with any way to write tests.
package cetest
