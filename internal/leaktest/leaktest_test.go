package leaktest_test

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/leaktest"
)

// leaking is set in the process of which Check has to report something.
const leaking = "LEAKTEST_LEAKS"

// What ends is not reported, even if it needs a moment.
func TestNothingIsLeft(t *testing.T) {
	leaktest.Check(t, func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = l.Accept() }()
		if os.Getenv(leaking) == "" {
			_ = l.Close()
		}
	})
}

// What stays is reported.
func TestSomethingIsLeft(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for 20 s")
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestNothingIsLeft$")
	cmd.Env = append(os.Environ(), leaking+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "left: ") {
		t.Errorf("%v: %s", err, out)
	}
}
