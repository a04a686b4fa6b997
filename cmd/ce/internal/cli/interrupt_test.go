package cli_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

func TestInterruptible(t *testing.T) {
	want := strings.Repeat("0123456789", 20000)
	for _, r := range []io.Reader{strings.NewReader(want), iotest.OneByteReader(strings.NewReader(want)), iotest.DataErrReader(strings.NewReader(want))} {
		if err := iotest.TestReader(cli.Interruptible(t.Context(), r), []byte(want)); err != nil {
			t.Error(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	in, _ := io.Pipe()
	r := cli.Interruptible(ctx, in)
	cancel()
	for range 2 {
		if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("%d, %v", n, err)
		}
	}
}
