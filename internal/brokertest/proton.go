package brokertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// Proton compiles the example broker of Qpid Proton for C and starts it. It sends settled
// messages only. restart kills it and starts another one.
func Proton(t testing.TB) (url string, restart func()) {
	t.Helper()
	const examples = "/usr/share/proton/examples/c"
	source := filepath.Join(examples, "broker.c")
	compiler, err := exec.LookPath("gcc")
	if _, missing := os.Stat(source); missing != nil || err != nil {
		unavailable(t, "needs gcc, and the packages libqpid-proton11-dev and libqpid-proton11-dev-examples")
	}
	var libraries []string
	for _, name := range []string{"libqpid-proton-core.so.*", "libqpid-proton-proactor.so.*"} {
		found, err := filepath.Glob(filepath.Join("/usr/lib/*", name))
		if err != nil || len(found) == 0 {
			unavailable(t, "needs the package libqpid-proton11-dev")
		}
		libraries = append(libraries, found[0])
	}
	program := filepath.Join(t.TempDir(), "broker")
	if out, err := exec.Command(compiler, append([]string{"-O1", "-o", program, "-I", examples, source}, append(libraries, "-lpthread")...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	port := freeport.Port(t)
	var cmd *exec.Cmd
	begin := func() {
		cmd = exec.Command(program, "127.0.0.1", port)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waitForLine(t, out, "listening on")
	}
	end := func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	begin()
	t.Cleanup(func() { end() })
	return "amqp://127.0.0.1:" + port, func() { end(); begin() }
}
