package interop_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

const javaScript = "JavaScript"

// startJS starts js/peer.js and returns its address. It installs the SDK if that is
// not there, and skips the test where Node or npm is missing.
func startJS(t *testing.T) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed, so the JavaScript SDK is not tested")
	}
	installJS(t)
	cmd := exec.Command(node, "peer.js")
	cmd.Dir = "js"
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "TZ=UTC", "CE_USE_BIG_INT=false")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close() // ends it
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("peer.js did not start: %v", err)
	}
	return "http://127.0.0.1:" + strings.TrimSpace(port)
}

func installJS(t *testing.T) {
	t.Helper()
	installed, err := os.ReadFile("js/node_modules/cloudevents/package.json")
	if err == nil {
		if got, want := jsonField(t, installed, "version"), jsVersion(t); got != want {
			t.Fatalf("js/node_modules has version %s of the SDK, not %s: run npm ci in js", got, want)
		}
		return
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("npm is not installed, so the JavaScript SDK is not tested")
	}
	cmd := exec.CommandContext(t.Context(), npm, "ci")
	cmd.Dir = "js"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
}

// jsVersion returns the version that js/package.json asks for.
func jsVersion(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("js/package.json")
	if err != nil {
		t.Fatal(err)
	}
	return jsonField(t, b, "dependencies", "cloudevents")
}

// TestLockFile checks that the lock file names packages by version and hash only, so
// that each machine asks the registry that it is set up for.
func TestLockFile(t *testing.T) {
	b, err := os.ReadFile("js/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ Version, Resolved, Integrity string }
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		t.Fatal(err)
	}
	for name, p := range lock.Packages {
		if name != "" && (p.Version == "" || p.Integrity == "" || p.Resolved != "") {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if got, want := lock.Packages["node_modules/cloudevents"].Version, jsVersion(t); got != want {
		t.Errorf("lock file has version %s of the SDK, package.json %s", got, want)
	}
}

func jsonField(t *testing.T, document []byte, path ...string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(document, &v); err != nil {
		t.Fatal(err)
	}
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	text, _ := v.(string)
	return text
}

// The neutral JSON of peer.js.
type (
	jsAnswer struct {
		Error  string    `json:"error"`
		Events []jsEvent `json:"events"`
	}
	jsEvent struct {
		Attributes []jsAttribute `json:"attributes"`
		Data       []byte        `json:"data"`
	}
	jsAttribute struct {
		Name string `json:"name"`
		Type string `json:"type"`
		Text string `json:"text"`
	}
)

func toJS(e *cloudevents.Event) jsEvent {
	j := jsEvent{Data: e.Data}
	for name, v := range e.All() {
		j.Attributes = append(j.Attributes, jsAttribute{name, v.Type().String(), v.String()})
	}
	return j
}

var randomID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// fromJS returns what is in an event of the SDK, legal or not. What no attribute
// can be is said by another one, whose name is that of the attribute after an
// exclamation mark.
func fromJS(j jsEvent) cloudevents.Event {
	e := cloudevents.Event{Data: j.Data}
	for _, a := range j.Attributes {
		switch a.Name {
		case spec.SpecVersion:
			setVersion(&e, a.Text)
		case spec.DataContentType:
			e.DataContentType = a.Text
		case spec.DataSchema, spec.SchemaURL:
			e.DataSchema = a.Text
		case spec.Time:
			t, err := validation.ParseTimestamp(a.Text)
			if err != nil {
				setExtension(&e, "!time", cloudevents.StringValue(a.Text))
			}
			e.Time = hideTimeOfExchange(t)
		case spec.ID, spec.Source, spec.EventType, spec.Subject:
			if a.Type != spec.String.String() {
				setExtension(&e, "!"+a.Name, cloudevents.StringValue(a.Type))
			}
			if a.Name == spec.ID && randomID.MatchString(a.Text) {
				a.Text = "a random UUID" // no case has one
			}
			setText(&e, a.Name, a.Text)
		default:
			kind, ok := spec.ParseType(a.Type)
			v, err := cloudevents.ParseValue(kind, a.Text)
			if !ok || err != nil {
				setExtension(&e, "!"+a.Name, cloudevents.StringValue(a.Type))
				v = cloudevents.StringValue(a.Text)
			}
			setExtension(&e, a.Name, v)
		}
	}
	return e
}

// ask sends a request to peer.js and returns what it says about it.
func ask(t *testing.T, req *http.Request) outcome {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer jsAnswer
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if answer.Error != "" {
		return failed(errors.New(answer.Error))
	}
	var o outcome
	for _, j := range answer.Events {
		o.events = append(o.events, fromJS(j))
	}
	return o
}
