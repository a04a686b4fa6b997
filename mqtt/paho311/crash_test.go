package cepaho311_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cepaho311 "github.com/seed763dd41b/cloudevents/mqtt/paho311"
)

// The environment of the process that TestCrash kills.
const (
	childAddress = "CEPAHO311_TEST_ADDRESS"
	childFile    = "CEPAHO311_TEST_FILE"
)

func TestMain(m *testing.M) {
	if address := os.Getenv(childAddress); address != "" {
		if err := consumeUntilKilled(address, os.Getenv(childFile)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// consumeUntilKilled appends the id of each event to a file before it is settled. A third of
// the attempts fail at random, one event in a thousand is refused.
func consumeUntilKilled(address, file string) error {
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := &cepaho311.Consumer{
		Topics: []string{"orders/#"}, DeadLetter: letters,
		Delivery: dispatch.Delivery{Wait: -1, Attempts: -1, Logger: slog.New(slog.DiscardHandler), Handler: handler(func(e *cloudevents.Event) error {
			switch {
			case strings.HasSuffix(e.ID, "777"):
				return dispatch.Permanent(errors.New("unlucky"))
			case rand.IntN(3) == 0:
				return errors.New("not now")
			}
			_, err := fmt.Fprintln(out, e.ID)
			return err
		})},
	}
	o, _ := options(address, "billing")
	c.Configure(o)
	c.Client = mqtt.NewClient(o)
	if token := c.Client.Connect(); !token.WaitTimeout(time.Minute) || token.Error() != nil {
		return fmt.Errorf("no connection: %w", token.Error())
	}
	err = c.Run(ctx)
	c.Client.Disconnect(250)
	return err
}

// Of 20,000 events none is lost, and each comes first after those before it, although a third of
// the attempts fail, the process of the consumer is killed five times, and the broker is started
// again in the middle.
func TestCrash(t *testing.T) {
	const n, kills = 20_000, 5
	address, restart := restartable(t)
	session(t, address, "billing")
	dead := watch(t, address, letters)
	send(t, address, n)
	file := filepath.Join(t.TempDir(), "handled")
	child := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childAddress+"="+address, childFile+"="+file)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	for i := range kills {
		cmd := child()
		waitFor(t, func() bool { return len(lines(t, file)) > (i+1)*n/(kills+3) })
		if i == kills/2 {
			restart()
			before := len(lines(t, file))
			waitFor(t, func() bool { return len(lines(t, file)) > before+100 })
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	cmd := child()
	waitFor(t, func() bool { return strings.HasSuffix(last(lines(t, file)), fmt.Sprint(n-1)) })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	for _, p := range dead.all() {
		m := cepaho311.FromMessage(p)
		e, err := cemqtt.ToCloudEvent(&m, nil)
		if err != nil {
			t.Fatal(err)
		}
		set[e.ID] = true
	}
	all := lines(t, file)
	next, again := 0, 0
	for _, id := range all {
		var i int
		if _, err := fmt.Sscan(id, &i); err != nil {
			t.Fatal(err)
		}
		for i > next && set[fmt.Sprint(next)] {
			next++
		}
		switch {
		case i > next:
			t.Fatalf("event %d is lost, or came after %d", next, i)
		case i == next:
			next++
		default:
			again++
		}
	}
	if next != n || len(set) != n/1000 {
		t.Errorf("%d events, %d of them in the dead letter", next, len(set))
	}
	t.Logf("%d handled, %d in the dead letter, %d came again", len(all)-again, len(set), again)
}

// lines returns the whole lines of a file.
func lines(t *testing.T, file string) []string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	all := strings.Split(string(content), "\n")
	return all[:len(all)-1] // the last one is empty or cut
}

func last(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}
