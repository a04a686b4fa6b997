package brokertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// RabbitMQ starts RabbitMQ with AMQP 1.0, which takes some 15 s, if CI_RABBITMQ is 1. restart
// stops and starts its application.
func RabbitMQ(t testing.TB) (url string, restart func()) {
	t.Helper()
	if os.Getenv("CI_RABBITMQ") != "1" {
		t.Skip("CI_RABBITMQ is not 1")
	}
	const server, control = "/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmqctl"
	if _, err := os.Stat(server); err != nil {
		unavailable(t, "needs the package rabbitmq-server")
	}
	dir := t.TempDir()
	port, names, distribution := freeport.Port(t), freeport.Port(t), freeport.Port(t)
	for name, content := range map[string]string{
		"plugins":       "[rabbitmq_amqp1_0].\n",
		"rabbitmq.conf": "listeners.tcp.default = 127.0.0.1:" + port + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := append(os.Environ(), "HOME="+dir, "RUNNING_UNDER_SYSTEMD=1", "ERL_EPMD_ADDRESS=127.0.0.1", "ERL_EPMD_PORT="+names,
		"RABBITMQ_NODENAME=ce"+port+"@localhost", "RABBITMQ_DIST_PORT="+distribution, "RABBITMQ_MNESIA_BASE="+dir+"/data", "RABBITMQ_LOG_BASE="+dir+"/log",
		"RABBITMQ_ENABLED_PLUGINS_FILE="+dir+"/plugins", "RABBITMQ_CONFIG_FILE="+dir+"/rabbitmq.conf", "RABBITMQ_LOGS=-",
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}")
	// With an epmd of its own, none is left behind.
	for _, args := range [][]string{{"epmd", "-address", "127.0.0.1", "-port", names}, {server}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = env
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); _ = cmd.Wait() })
		if args[0] == server {
			waitForLine(t, out, "Server startup complete")
		}
	}
	return "amqp://guest:guest@127.0.0.1:" + port, func() {
		for _, verb := range []string{"stop_app", "start_app"} {
			cmd := exec.Command(control, verb)
			cmd.Env = env
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %s", verb, err, out)
			}
		}
	}
}
