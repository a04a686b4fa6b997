package main

import (
	"errors"
	"slices"
	"testing"

	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	"github.com/seed763dd41b/cloudevents/testdata"
)

// The SDK passes cases of each protocol that it has, with every operation. Whatever it does not
// have is skipped.
func TestAdapter(t *testing.T) {
	cases, err := conformance.Load(testdata.Files)
	if err != nil {
		t.Fatal(err)
	}
	has := []conformance.Protocol{conformance.Request, conformance.JSON, conformance.Protobuf, conformance.Kafka, conformance.NATS, conformance.AMQP}
	for name, jetStream := range map[string]bool{"NATS": false, "JetStream": true} {
		a := newAdapter(jetStream)
		judge := conformance.Judge{
			Codec:     &conformance.Codec{Check: check, Decode: a.decode, Encode: a.encode, Transcode: a.transcode},
			Reference: library.Reference(),
		}
		type result struct {
			p  conformance.Protocol
			op conformance.Op
		}
		passed := map[result]int{}
		for _, c := range cases {
			if c.Text != nil {
				continue
			}
			for _, r := range resultsOf(&judge, c) {
				skipped := errors.Is(r.Err, conformance.ErrSkipped)
				if r.Err == nil {
					passed[result{c.Protocol(), r.Op}]++
				}
				if errors.Is(r.Err, conformance.ErrNoAnswer) {
					t.Errorf("%s: %s, %s: %v", name, c.Name, r.Op, r.Err)
				}
				if !skipped && !slices.Contains(has, c.Protocol()) && c.Protocol() != conformance.Response {
					t.Errorf("%s: %s, %s: not skipped: %v", name, c.Name, r.Op, r.Err)
				}
			}
		}
		for _, p := range has {
			for _, op := range []conformance.Op{conformance.OpDecode, conformance.OpEncode, conformance.OpRoundTrip, conformance.OpTranscode} {
				// The binding for NATS writes no message that states its mode.
				if passed[result{p, op}] == 0 && !(p == conformance.NATS && op == conformance.OpEncode && !jetStream) {
					t.Errorf("%s: no case of %s passes %s", name, p, op)
				}
			}
		}
	}
}

// resultsOf returns the results of a case, or nothing if the SDK panics, as some cases make it.
func resultsOf(j *conformance.Judge, c conformance.Case) (results []conformance.Result) {
	defer func() { recover() }()
	return j.Run(c)
}
