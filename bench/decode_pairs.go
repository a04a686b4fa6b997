package bench

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/bytedance/sonic"
	"github.com/cloudevents/sdk-go/v2/event"
	gojson "github.com/goccy/go-json"
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

// decodePairs decode one event in the JSON event format, checked whole.
func decodePairs(items []Item) []Pair {
	var pairs []Pair
	for _, x := range items {
		ours := func() {
			_, err := decode(x.JSON)
			must(err)
		}
		path := "structured decode, " + x.Name
		floor, goal := times(4.5).allocs(3), times(7).allocs(2)
		if x.Base64 != nil {
			floor.Ratio, goal.Ratio = 9, 12
		}
		pairs = append(pairs, Pair{
			Path: path, Against: "sdk-go json.Unmarshal + Validate", Ours: ours,
			Other: func() {
				_, err := sdkDecode(x.JSON)
				must(err)
			},
			Check: func() error { return checkDecode(&x, x.JSON, sdkDecode) },
			Floor: floor, Goal: goal, Mean: meanDecode,
		}, Pair{
			Path: path, Against: "sdk-go Event.UnmarshalJSON", Ours: ours,
			Other: func() {
				_, err := sdkDecodeDirect(x.JSON)
				must(err)
			},
			Check: func() error { return checkDecode(&x, x.JSON, sdkDecodeDirect) },
			Mean:  meanDecodeDoor, Note: "does not validate",
		}, Pair{
			Path: path, Against: "json.Valid", Ours: ours,
			Other: func() { mustBe(json.Valid(x.JSON)) },
			Check: func() error { return checkDecode(&x, x.JSON, nil) },
			Mean:  meanDecodeValid, Note: "limit",
		}, Pair{
			Path: path, Against: "bytes.Clone", Ours: ours,
			Other: func() { kept.bytes = bytes.Clone(x.JSON) },
			Check: func() error { return checkDecode(&x, x.JSON, nil) },
			Note:  "limit",
		})
	}
	for _, x := range Pick(items, "small", "4 KiB", "64 KiB") {
		pairs = append(pairs, Pair{
			Path: "structured decode, " + x.Name + ", data first", Against: "sdk-go json.Unmarshal + Validate",
			Ours: func() {
				_, err := decode(x.DataFirst)
				must(err)
			},
			Other: func() {
				_, err := sdkDecode(x.DataFirst)
				must(err)
			},
			Check: func() error { return checkDecode(&x, x.DataFirst, sdkDecode) },
			Floor: times(4.5).allocs(3), Goal: times(7).allocs(2),
		})
	}
	for _, x := range Pick(items, "base64 4 KiB", "base64 64 KiB", "text") {
		pairs = append(pairs, inPlacePair(&x))
	}
	return pairs
}

// inPlacePair decodes with InPlace, which overwrites the document. Ours therefore copies
// the document first, in the time that is measured.
func inPlacePair(x *Item) Pair {
	document := make([]byte, len(x.JSON))
	ours := func() (cloudevents.Event, error) {
		copy(document, x.JSON)
		d := cloudevents.JSONDecoder{InPlace: true}
		return d.Decode(document)
	}
	floor, goal := times(4.5).allocs(3), times(7).allocs(2)
	if x.Base64 != nil {
		floor.Ratio, goal.Ratio = 9, 12
	}
	return Pair{
		Path: "structured decode in place, " + x.Name, Against: "sdk-go json.Unmarshal + Validate",
		Ours: func() {
			_, err := ours()
			must(err)
		},
		Other: func() {
			_, err := sdkDecode(x.JSON)
			must(err)
		},
		Check: func() error {
			e, err := ours()
			if err := CheckEvent(e, err, &x.Event); err != nil {
				return err
			}
			return checkDecode(x, x.JSON, sdkDecode)
		},
		Floor: floor, Goal: goal, Note: "ours copies the document first",
	}
}

// checkDecode compares what we, and sdk-go unless other is nil, make of a document
// with the event that it was made of.
func checkDecode(x *Item, document []byte, other func([]byte) (event.Event, error)) error {
	e, err := decode(document)
	if err := CheckEvent(e, err, &x.Event); err != nil {
		return err
	}
	if other == nil {
		return nil
	}
	s, err := other(document)
	return CheckSDKEvent(&s, err, &x.Event)
}

// dataPairs are the parts of decoding whose cost grows with the data.
func dataPairs(items []Item) []Pair {
	var pairs []Pair
	for _, x := range Pick(items, "small", "4 KiB", "64 KiB", "1 MiB") {
		data := x.Event.Data
		pair := func(against string, valid func([]byte) bool, note string) Pair {
			return Pair{
				Path: "JSON check of the data, " + x.Name, Against: against,
				Ours:  func() { mustBe(checkJSON(data)) },
				Other: func() { mustBe(valid(data)) },
				Check: func() error {
					for _, valid := range []func([]byte) bool{checkJSON, valid} {
						if !valid(data) || valid(data[:len(data)-1]) {
							return errors.New("a JSON value is refused, or a cut one accepted")
						}
					}
					return nil
				},
				Note: note,
			}
		}
		goccy := pair("goccy Valid + utf8.Valid", func(b []byte) bool { return gojson.Valid(b) && utf8.Valid(b) }, "limit")
		goccy.Floor, goccy.Goal = times(0.65).allocs(0), times(1).allocs(0)
		pairs = append(pairs, goccy,
			pair("json.Valid", json.Valid, "limit; does not check UTF-8"),
			pair("sonic.Valid", sonic.Valid, "limit; does not check UTF-8"+sonicNote()),
		)
	}
	for _, x := range items {
		if x.Base64 == nil {
			continue
		}
		pairs = append(pairs, Pair{
			Path: "base64 data decode, " + strings.TrimPrefix(x.Name, "base64 "), Against: "encoding/base64 alone",
			Ours: func() {
				_, err := decode(x.JSON)
				must(err)
			},
			Other: func() {
				dst := make([]byte, base64.StdEncoding.DecodedLen(len(x.Base64)))
				n, err := base64.StdEncoding.Decode(dst, x.Base64)
				must(err)
				kept.bytes = dst[:n]
			},
			Check: func() error { return checkDecode(&x, x.JSON, nil) },
			Floor: times(0.55), Goal: times(0.9), Note: "limit; ours is the whole event",
		})
	}
	return pairs
}

// checkJSON is the check that decoders and encoders make of JSON data.
func checkJSON(b []byte) bool {
	end, fault := jsonscan.Value(b, jsonscan.Space(b, 0), -1)
	return fault == jsonscan.None && jsonscan.Space(b, end) == len(b)
}

// sonicNote says whether sonic runs its own code. It has none for Go versions newer than
// itself.
func sonicNote() string {
	if sonic.APIKind == sonic.UseSonicJSON {
		return "; assembly"
	}
	return "; sonic falls back to encoding/json on this Go version"
}

func mustBe(ok bool) {
	if !ok {
		panic("bench: valid input was refused")
	}
}
