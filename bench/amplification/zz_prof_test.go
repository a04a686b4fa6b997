package main

import (
	"os"
	"runtime"
	"runtime/pprof"
	"testing"
	"fmt"
)

func TestZZ(t *testing.T) {
	size := 0
	var reads []func()
	for _, r := range readers() {
		if r.name != os.Getenv("ROW") {
			continue
		}
		for _, d := range r.documents {
			if d.name != os.Getenv("DOC") {
				continue
			}
			for range 20 {
				m := d.make(large)
				size += m.size()
				reads = append(reads, r.prepare(m))
			}
		}
	}
	reads[0]()
	runtime.GC();runtime.GC()
	f0, _ := os.Create("/tmp/prof.base")
	pprof.Lookup("allocs").WriteTo(f0, 0)
	f0.Close()
	for _, f := range reads[1:] {
		f()
	}
	runtime.GC();runtime.GC()
	f, _ := os.Create("/tmp/prof.out")
	pprof.Lookup("allocs").WriteTo(f, 0)
	f.Close()
	fmt.Println("SIZE", size/20*19)
}
