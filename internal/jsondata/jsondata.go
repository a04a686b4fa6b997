// Package jsondata unmarshals the data of events by the rules of [cloudevents.DataAs],
// for the packages that make different errors of that.
package jsondata

import (
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// ErrInvalidUTF8 is the error about JSON in which a string is not UTF-8. encoding/json
// replaces what is invalid.
var ErrInvalidUTF8 = errors.New("invalid UTF-8")

// IsUTF8 reports whether data of that content type is JSON in UTF-8, which encoding/json
// can read and write.
func IsUTF8(contentType string) bool {
	return mediatype.IsJSON(contentType) && mediatype.IsUTF8(contentType)
}

// Unmarshal sets v to JSON data. The error is that of encoding/json, or [ErrInvalidUTF8].
func Unmarshal(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	if err == nil && !utf8.Valid(data) {
		err = ErrInvalidUTF8
	}
	return err
}
