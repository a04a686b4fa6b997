//go:build unix

package suite

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// The processes of an adapter end with it, even if it ended by itself.
func TestAdapterLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	fifo, script := filepath.Join(dir, "fifo"), filepath.Join(dir, "adapter")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	text := "read line\necho '{\"id\":1,\"name\":\"x\"}'\nsleep 600 >'" + fifo + "' 2>&1 &\nexit 3\n"
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	status, out, errs := ceConformance(t, "--run", "^json/decode/missing-id$", "--adapter", "sh '"+script+"'")
	if status != cli.ExitFault || !strings.Contains(out, "crashed: exit status 3") {
		t.Errorf("status %d: %s%s", status, errs, out)
	}
	if err := reader.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(reader); err != nil { // the end comes when no process can write any more
		t.Error(err)
	}
}
