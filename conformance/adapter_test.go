package conformance_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
)

// pipe connects a codec with itself through the protocol of adapters, line by line.
func pipe(t *testing.T, c *conformance.Codec) *conformance.Codec {
	requests, toAdapter := io.Pipe()
	answers, fromAdapter := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- c.Serve("piped", requests, fromAdapter)
		fromAdapter.Close()
	}()
	t.Cleanup(func() {
		toAdapter.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	in := bufio.NewReader(answers)
	id := 0
	return conformance.Adapter(func(q conformance.AdapterRequest) (conformance.AdapterResponse, error) {
		id++
		q.ID = id
		line, err := json.Marshal(&q)
		if err != nil {
			return conformance.AdapterResponse{}, err
		}
		if _, err := toAdapter.Write(append(line, '\n')); err != nil {
			return conformance.AdapterResponse{}, err
		}
		if line, err = in.ReadBytes('\n'); err != nil {
			return conformance.AdapterResponse{}, err
		}
		return conformance.ParseAdapterResponse(line, &q)
	})
}

// TestAdapter runs all cases through the protocol, in which nothing may be lost.
func TestAdapter(t *testing.T) {
	this := *library.Codec()
	this.Reasons = nil // they do not travel
	for _, strict := range []bool{true, false} {
		judge := conformance.Judge{Codec: pipe(t, &this), Reference: library.Reference(), Strict: strict}
		for _, c := range load(t) {
			for _, r := range judge.Run(c) {
				if r.Err != nil && !errors.Is(r.Err, conformance.ErrSkipped) {
					t.Errorf("%s, %s in %s mode: %v", c.Name, r.Op, r.Mode, r.Err)
				}
			}
		}
	}
}

func TestAdapterOfNothing(t *testing.T) {
	judge := conformance.Judge{Codec: pipe(t, &conformance.Codec{})}
	ran := 0
	for _, c := range load(t) {
		if !strings.HasPrefix(c.Name, "batch/") {
			continue
		}
		ran++
		for _, r := range judge.Run(c) {
			if !errors.Is(r.Err, conformance.ErrSkipped) {
				t.Errorf("%s: %v", c.Name, r.Err)
			}
		}
	}
	if ran < 50 {
		t.Errorf("only %d cases", ran)
	}
}

func TestServeRefusesGarbage(t *testing.T) {
	if err := library.Codec().Serve("x", strings.NewReader("GET / HTTP/1.1\n"), io.Discard); err == nil {
		t.Error("no error")
	}
}

func TestParseAdapterResponse(t *testing.T) {
	decode := conformance.AdapterRequest{ID: 7, Op: "decode"}
	for name, c := range map[string]struct {
		line string
		says string
	}{
		"events":              {`{"id":7,"events":[{"attributes":[{"name":"id","type":"String","text":"1"}]}]}`, ""},
		"no events":           {`{"id":7,"events":[]}`, ""},
		"refusal":             {`{"id":7,"error":"no"}`, ""},
		"unsupported":         {`{"id":7,"unsupported":true}`, ""},
		"more than is known":  {`{"id":7,"error":"no","stack":["a"]}`, ""},
		"another id":          {`{"id":6,"events":[]}`, "answer to request 6, not to 7"},
		"no id":               {`{"events":[]}`, "answer to request 0"},
		"no result":           {`{"id":7}`, "neither events nor error"},
		"null":                {`{"id":7,"events":null}`, "neither events nor error"},
		"log line":            {`listening on 8080`, "invalid character"},
		"unknown type":        {`{"id":7,"events":[{"attributes":[{"name":"x","type":"Float","text":"1"}]}]}`, `type "Float"`},
		"text that is number": {`{"id":7,"events":[{"attributes":[{"name":"x","type":"Integer","text":1}]}]}`, "cannot unmarshal"},
		"bad base64":          {`{"id":7,"events":[{"attributes":[],"data":{"base64":"?"}}]}`, "illegal base64"},
		"no base64":           {`{"id":7,"events":[{"attributes":[],"data":{}}]}`, "neither a string nor"},
	} {
		_, err := conformance.ParseAdapterResponse([]byte(c.line), &decode)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzParseAdapterResponse checks that an answer is the same after it was written and
// read again.
func FuzzParseAdapterResponse(f *testing.F) {
	f.Add([]byte(`{"id":1,"events":[{"attributes":[{"name":"id","type":"String","text":{"base64":"/w=="}}],"data":""}]}`), "decode")
	f.Add([]byte(`{"id":1,"message":{"protocol":"response","headers":[["ce-id","1"],["ce-id",{"base64":"/w=="}]],"body":"x"}}`), "encode")
	f.Add([]byte(`{"id":1,"canonical":""}`), "validate")
	f.Add([]byte(`{"id":1,"unsupported":true}`), "transcode")
	f.Add([]byte(`{"id":1,"error":"x","events":null}`), "hello")
	f.Fuzz(func(t *testing.T, line []byte, op string) {
		q := conformance.AdapterRequest{ID: 1, Op: op}
		a, err := conformance.ParseAdapterResponse(line, &q)
		if err != nil {
			return
		}
		again, err := json.Marshal(&a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := conformance.ParseAdapterResponse(again, &q)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if !reflect.DeepEqual(a, b) {
			if x, _ := json.Marshal(&b); !bytes.Equal(x, again) {
				t.Errorf("%s\n%s", again, x)
			}
		}
	})
}
