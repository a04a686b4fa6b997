package cehttp_test

import (
	"encoding/json"
	"net/http"
	"testing"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Every request is handled, or refused with a body that has a reason.
func FuzzReceiver(f *testing.F) {
	f.Add("POST", "application/json", "1", []byte("{}"))
	f.Add("POST", structuredType, "", []byte(minimalJSON))
	f.Add("POST", batchType, "", []byte(batchOf("204", "500", "200")))
	f.Add("POST", batchType, "", []byte("["))
	f.Add("PUT", "", "%", []byte(nil))
	rc := silent(byType)
	f.Fuzz(func(t *testing.T, method, contentType, id string, body []byte) {
		h := http.Header{"Ce-Id": {id}, "Ce-Source": {"/s"}, "Ce-Specversion": {"1.0"}, "Ce-Type": {"204"}}
		if contentType != "" {
			h["Content-Type"] = []string{contentType}
		}
		r := request(h, string(body))
		r.Method = method
		w := record(rc, r)
		switch w.Code {
		case 200, 202, 204:
		case 400, 405, 410, 413, 415, 422, 429, 500, 503:
			var p cehttp.Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Message == "" || p.Type == "" {
				t.Errorf("%d %q: %v", w.Code, w.Body, err)
			}
		default:
			t.Errorf("status %d", w.Code)
		}
	})
}
