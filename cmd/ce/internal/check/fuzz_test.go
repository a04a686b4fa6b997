package check_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// For any input, check ends, prints each fault, and writes nothing that a terminal acts on.
func FuzzCheck(f *testing.F) {
	cetest.Seeds(f, "../../testdata")
	f.Fuzz(func(t *testing.T, text string) {
		for _, from := range []string{"any", "http", "jsonl", "batch", "json", "protobuf", "xml", "avro", "avro-compact", "cbor"} {
			out, errs, status := cetest.Run(t, check.Command(), text, "--from", from, "--max-bytes", "65536")
			if status != cli.ExitOK && status != cli.ExitFault || errs != "" {
				t.Fatalf("%s: status %d, %s", from, status, errs)
			}
			if cli.VisibleLines(out) != out {
				t.Fatalf("%s: %q", from, out)
			}
			if (status == cli.ExitFault) != strings.Contains(out, "violation") {
				t.Fatalf("%s: status %d: %s", from, status, out)
			}
		}
	})
}

// Advice about any JSON is right when it is followed.
func FuzzAdvice(f *testing.F) {
	for _, text := range []string{
		`{'specversion': '1.0', "id": 1, "ID": "2", "x": [], "time": "2020-01-01 10:00"}`, `{"specversion":"1.0.1","id":"","source":"a b","t_pe":"t","data":1,"data_base64":"A"}`,
		`{"specversion":"0.3","id":"\u0001","source":"/\ud800","type":"t","1":2,"datacontentencoding":"base64","data":"a"}`, "{" + minimal + ",}", "{" + minimal + "}]", "{" + minimal + ",\"x\":\"\xe9\"}",
		strings.ReplaceAll("{"+minimal+"}", `"`, "'"), "[" + minimal + "]", `"{\"specversion\":\"1.0\"}"`, "{" + minimal + ",\"a_\":1,\"a\":2,\"datacontenttype\":\"text/plain\",\"data\":null}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, form := range []string{"json", "jsonl"} {
			followed(t, form, text)
		}
	})
}
