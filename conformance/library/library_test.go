package library_test

import (
	"errors"
	"os"
	"testing"

	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
)

// The codec passes the strict judge, with every operation. The test of the root runs all
// cases; this one runs some of each directory.
func TestCodecIsStrict(t *testing.T) {
	cases, err := conformance.Load(os.DirFS("../../testdata"))
	if err != nil {
		t.Fatal(err)
	}
	judge := conformance.Judge{Codec: library.Codec(), Reference: library.Reference(), Strict: true}
	ran := map[conformance.Op]int{}
	for i, c := range cases {
		if i%4 != 0 {
			continue
		}
		for _, r := range judge.Run(c) {
			switch {
			case r.Err == nil:
				ran[r.Op]++
			case !errors.Is(r.Err, conformance.ErrSkipped):
				t.Errorf("%s, %s in %s mode: %v", c.Name, r.Op, r.Mode, r.Err)
			}
		}
	}
	for _, op := range []conformance.Op{conformance.OpValidate, conformance.OpDecode, conformance.OpEncode, conformance.OpRoundTrip, conformance.OpTranscode} {
		if ran[op] < 20 {
			t.Errorf("%s ran %d times", op, ran[op])
		}
	}
}

// A table that has no type is an error and not a refusal of a text.
func TestCheckOfAnUnknownTable(t *testing.T) {
	if _, err := library.Codec().Check("float", "1.5"); err == nil {
		t.Error("no error")
	}
}
