package cetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Seeds adds the inputs of the golden files of ce, which are in the directory testdata, and
// some hostile ones.
func Seeds(f *testing.F, testdata string) {
	names, err := filepath.Glob(testdata + "/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if _, rest, ok := strings.Cut(string(b), "=====\n"); ok {
			input, output, _ := strings.Cut(rest, "=====\n")
			f.Add(input)
			f.Add(output)
		}
	}
	for _, text := range []string{
		"curl a -d @x -H @y $'\\xff\\u12\\U00110000\\400' \"\\\"`", "curl --json '{}' -G -I -F x a", "curl a --data-urlencode a=b -u x:y",
		"HTTP/1.1 200\n\n", "a:b\nTransfer-Encoding: chunked\n\n5\r\nabcde\r\n0\r\n", "a:\n\n", "[{},,]", "[[[", "{\"", "[\"a\\\"b\",1 2]", "\uFEFF[", "}", "[}]",
	} {
		f.Add(text)
	}
}
