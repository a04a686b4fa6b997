package cli

import (
	"context"
	"io"
)

// Interruptible returns a reader of r whose Read returns the error of ctx when ctx ends,
// even while r blocks. The bytes that r was about to return are then lost. The reader must
// not be used by several goroutines.
func Interruptible(ctx context.Context, r io.Reader) io.Reader {
	return &interruptibleReader{ctx: ctx, r: r, done: make(chan readResult, 1)}
}

type interruptibleReader struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte // belongs to the goroutine until it is done
	left []byte // the part of buf that no Read has returned yet
	err  error
	done chan readResult
}

type readResult struct {
	n   int
	err error
}

func (i *interruptibleReader) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	if len(i.left) == 0 && i.err == nil && len(b) > 0 {
		if i.buf == nil {
			i.buf = make([]byte, 64<<10)
		}
		go func() {
			n, err := i.r.Read(i.buf)
			i.done <- readResult{n, err}
		}()
		select {
		case got := <-i.done:
			i.left, i.err = i.buf[:got.n], got.err
		case <-i.ctx.Done():
			return 0, i.ctx.Err()
		}
	}
	n := copy(b, i.left)
	if i.left = i.left[n:]; len(i.left) > 0 {
		return n, nil
	}
	return n, i.err
}
