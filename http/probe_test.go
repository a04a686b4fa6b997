package cehttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func TestProbe(t *testing.T) {
	h := binaryHeader("Ce-Aaa", "x", "Ce-Bbb", "y", "Content-Type", "application/json")
	body := []byte(`{}`)
	fmt.Println("binary decode", testing.AllocsPerRun(100, func() {
		if _, err := cehttp.DecodeMessage(h, body, nil); err != nil { panic(err) }
	}))
	rd := strings.NewReader("{}")
	r := request(h, "{}")
	r.Body = readCloser{rd}
	fmt.Println("ToCloudEvent binary", testing.AllocsPerRun(100, func() {
		rd.Reset("{}")
		if _, err := cehttp.ToCloudEvent(r, nil); err != nil { panic(err) }
	}))
	doc := `{"specversion":"1.0","id":"1","source":"/s","type":"t","aaa":"x","bbb":"y","datacontenttype":"application/json","data":{}}`
	sh := http.Header{"Content-Type": {"application/cloudevents+json"}}
	r = request(sh, doc)
	r.Body = readCloser{rd}
	fmt.Println("ToCloudEvent structured", testing.AllocsPerRun(100, func() {
		rd.Reset(doc)
		if _, err := cehttp.ToCloudEvent(r, nil); err != nil { panic(err) }
	}))
	fmt.Println("DecodeMessage structured", testing.AllocsPerRun(100, func() {
		if _, err := cehttp.DecodeMessage(sh, []byte(doc), nil); err != nil { panic(err) }
	}))
	e := sample()
	fmt.Println("SetHeader fresh", testing.AllocsPerRun(100, func() {
		h := make(http.Header)
		if err := cehttp.SetHeader(h, &e); err != nil { panic(err) }
	}))
	p := minimal()
	fmt.Println("SetHeader fresh minimal", testing.AllocsPerRun(100, func() {
		h := make(http.Header)
		if err := cehttp.SetHeader(h, &p); err != nil { panic(err) }
	}))
	fmt.Println("SetHeader reused", testing.AllocsPerRun(100, func() {
		if err := cehttp.SetHeader(h, &e); err != nil { panic(err) }
	}))
	for m := cloudevents.BinaryMode; m <= cloudevents.StructuredMode; m++ {
		fmt.Println("ToHTTPRequest", m, testing.AllocsPerRun(100, func() {
			if _, err := cehttp.ToHTTPRequest(context.Background(), "http://example.com/", &e, m, nil); err != nil { panic(err) }
		}))
	}
	fmt.Println("NewRequest", testing.AllocsPerRun(100, func() {
		if _, err := http.NewRequestWithContext(context.Background(), "POST", "http://example.com/", strings.NewReader("x")); err != nil { panic(err) }
	}))

	type bt struct{ T time.Time; B []byte }
	for _, s := range []string{`{"T":"x"}`, `{"B":"!!"}`, `{"T":5}`, `{`} {
		x := minimal(); x.DataContentType = "application/json"; x.Data = []byte(s)
		_, err := cloudevents.DataAs[bt](&x)
		fmt.Println(s, cehttp.StatusCode(err), err)
	}
	_ = json.Marshal

	// non canonical Content-Encoding kept
	rq, _ := http.NewRequest("POST", "http://x/", nil)
	rq.Header["content-encoding"] = []string{"gzip"}
	fmt.Println(cehttp.CopyToHTTPRequest(rq, &e, cloudevents.BinaryMode, nil), rq.Header["content-encoding"])
	_, err := cehttp.ToCloudEvent(rq, nil)
	fmt.Println(err)

	// two spellings of content type
	res := map[string]int{}
	for range 200 {
		_, err := cehttp.DecodeMessage(http.Header{"content-type": {"application/cloudevents+json"}, "CONTENT-TYPE": {"text/plain"}, "Ce-Id": {"1"}, "Ce-Source": {"/"}, "Ce-Type": {"t"}, "Ce-Specversion": {"1.0"}}, []byte(doc), nil)
		res[fmt.Sprint(err)]++
	}
	fmt.Println(res)
	_, err = cehttp.DecodeMessage(http.Header{"Content-Type": {"application/cloudevents+json"}, "content-type": {"text/plain"}}, []byte(doc), nil)
	fmt.Println("structured two spellings", err)
	_, err = cehttp.DecodeMessage(http.Header{"Content-Type": {"application/cloudevents+jſon"}}, []byte(doc), nil)
	fmt.Println("long s", err)
	fmt.Println("long s", cehttp.IsCloudEvent(http.Header{"Ce-ſpecversion": {"1.0"}}))

	big := http.Header{"Ce-Specversion":{"1.0"}}
	for i := range 900 { big[fmt.Sprintf("Ce-A-%d", i)] = []string{"x"} }
	_, err = cehttp.FromHeader(big)
	fmt.Println("error text", len(err.Error()))
}
