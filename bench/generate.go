package bench

import (
	"bytes"
	"math/rand/v2"
	"strconv"
)

// words are what strings in generated data are made of: ASCII, characters of two,
// three and four bytes, and JSON escapes of several kinds.
var words = []string{
	"order", "delivery", "customer", "warehouse", "confirmed", "pending", "Berlin", "priority",
	"Straße", "naïve", "żółć", "日本語", "Ελλάδα", "🚚", "📦 sent",
	`\"quoted\"`, `line\nbreak`, `tab\there`, `C:\\path`, `caf\u00e9`, `\ud83d\ude00`, `\/`,
}

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 42)) }

// jsonData returns a JSON object of exactly size bytes: records with numbers,
// literals, nested arrays, and strings with unicode and escapes.
func jsonData(seed uint64, size int) []byte {
	const begin, middle, end = `{"records":[`, `],"note":"`, `"}`
	r := source(seed)
	b := []byte(begin)
	for {
		record := jsonRecord(r, size < kib)
		if len(b)+len(record)+len(",")+len(middle)+len(end) > size {
			break
		}
		if len(b) > len(begin) {
			b = append(b, ',')
		}
		b = append(b, record...)
	}
	b = append(b, middle...)
	b = append(b, bytes.Repeat([]byte("."), size-len(b)-len(end))...)
	return append(b, end...)
}

func jsonRecord(r *rand.Rand, short bool) []byte {
	b := append([]byte(nil), `{"id":`...)
	b = strconv.AppendUint(b, r.Uint64N(1_000_000), 10)
	b = append(b, `,"name":"`...)
	b = appendWords(b, r, 2)
	b = append(b, '"')
	if !short {
		b = append(b, `,"price":`...)
		b = strconv.AppendFloat(b, float64(r.IntN(1_000_000))/100, 'f', 2, 64)
		b = append(b, `,"paid":`...)
		b = strconv.AppendBool(b, r.IntN(2) == 0)
		b = append(b, `,"discount":null,"tags":["`...)
		b = appendWords(b, r, 1)
		b = append(b, `","`...)
		b = appendWords(b, r, 1)
		b = append(b, `"],"position":{"lat":`...)
		b = strconv.AppendFloat(b, r.Float64()*180-90, 'f', 6, 64)
		b = append(b, `,"lon":`...)
		b = strconv.AppendFloat(b, r.Float64()*1e-3, 'e', 6, 64)
		b = append(b, `},"text":"`...)
		b = appendWords(b, r, 12)
		b = append(b, '"')
	}
	return append(b, '}')
}

func appendWords(b []byte, r *rand.Rand, n int) []byte {
	for i := range n {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, words[r.IntN(len(words))]...)
	}
	return b
}

// binaryData returns size bytes of noise.
func binaryData(seed uint64, size int) []byte {
	r := source(seed)
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// textData returns about size bytes of UTF-8 text that needs escapes in JSON.
func textData(seed uint64, size int) []byte {
	plain := []string{"plain words", "\"quotes\"", "a\ttab", "new\nline", `back\slash`, "Straße", "日本語", "📦", "and so on"}
	r := source(seed)
	var b []byte
	for len(b) < size {
		b = append(b, plain[r.IntN(len(plain))]...)
		b = append(b, ' ')
	}
	return b
}
