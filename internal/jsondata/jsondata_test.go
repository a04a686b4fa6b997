package jsondata_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/jsondata"
)

func TestUnmarshal(t *testing.T) {
	var text string
	if err := jsondata.Unmarshal([]byte(`"ü"`), &text); err != nil || text != "ü" {
		t.Errorf("%q, %v", text, err)
	}
	if err := jsondata.Unmarshal([]byte("\"\xff\""), &text); err != jsondata.ErrInvalidUTF8 {
		t.Errorf("invalid UTF-8: %v", err)
	}
	var syntax *json.SyntaxError
	if err := jsondata.Unmarshal([]byte("\"\xff"), &text); !errors.As(err, &syntax) {
		t.Errorf("malformed JSON: %v", err)
	}
	var typ *json.UnmarshalTypeError
	if err := jsondata.Unmarshal([]byte("1"), &text); !errors.As(err, &typ) {
		t.Errorf("a number for a string: %v", err)
	}
}

func TestIsUTF8(t *testing.T) {
	for contentType, want := range map[string]bool{
		"application/json":                 true,
		"application/json; charset=utf-8":  true,
		"application/vnd.a+json":           true,
		"application/json; charset=utf-16": false,
		"text/plain":                       false,
		"text/plain; charset=utf-8":        false,
		"":                                 false,
	} {
		if got := jsondata.IsUTF8(contentType); got != want {
			t.Errorf("%q: %v", contentType, got)
		}
	}
}
