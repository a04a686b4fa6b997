package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/send"
)

// keyPair makes a key with OpenSSL, and returns the files of its halves.
func keyPair(t *testing.T, args ...string) (private, public string) {
	t.Helper()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	dir := t.TempDir()
	private, public = filepath.Join(dir, "private.pem"), filepath.Join(dir, "public.pem")
	for _, args := range [][]string{append(args, "-out", private), {"pkey", "-in", private, "-pubout", "-out", public}} {
		if out, err := exec.Command(openssl, args...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %q: %v\n%s", args, err, out)
		}
	}
	return private, public
}

// printed returns what ce send would send.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, status := cetest.Run(t, send.Command(), "", append([]string{"http://localhost/", "--print", "--data", `{"order":17}`}, args...)...)
	if status != cli.ExitOK {
		t.Fatalf("status %d: %s", status, errs)
	}
	return out
}

// What ce send signs with a key of OpenSSL, ce check verifies, in each mode and format.
func TestSignAndVerify(t *testing.T) {
	for name, args := range map[string][]string{
		"Ed25519":        {"genpkey", "-algorithm", "ED25519"},
		"P-256":          {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"},
		"P-384":          {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"},
		"P-521":          {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"},
		"P-256, old":     {"ecparam", "-name", "prime256v1", "-genkey"},
		"RSA, 2048 bits": {"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"},
	} {
		t.Run(name, func(t *testing.T) {
			private, public := keyPair(t, args...)
			for _, how := range []string{
				"--mode binary", "--mode structured", "--mode batch --repeat 3", "--mode structured --format protobuf",
				"--mode structured --format xml", "--mode structured --format avro", "--mode structured --format avro-compact",
				"--mode structured --format cbor", "--ext partitionkey=a --sign-ext partitionkey --sign-ext absent", "--sign-key-id orders-2026",
			} {
				message := printed(t, append(strings.Fields(how), "--sign-key", private)...)
				out, errs, status := cetest.Run(t, check.Command(), message, "--verify-key", public)
				want := "signature of core verified"
				switch {
				case strings.Contains(how, "sign-ext"):
					want = "signature of core and extensions verified"
				case strings.Contains(how, "--repeat 3"):
					want = "3 signatures of core verified"
				}
				if status != cli.ExitOK || !strings.Contains(out, want) {
					t.Errorf("%s: status %d, %s%s", how, status, out, errs)
				}
			}
		})
	}
}

// The digest of a Binary and of a Timestamp is not that of their text, which is all that HTTP
// and JSON have. --sign-ext says the types of extensions in files, and --verify-ext those in
// messages. Without it, ce check says what may be wrong.
func TestTypesOfSignedExtensions(t *testing.T) {
	private, public := keyPair(t, "genpkey", "-algorithm", "ED25519")
	const event = `{"specversion":"1.0","id":"1","source":"/s","type":"t","bin":"AP8=","at":"2026-01-02T03:04:05.5+01:00"}`
	sign := []string{"http://localhost/", "--print", "--sign-key", private}
	declare := []string{"--verify-key", public, "--verify-ext", "bin=Binary", "--verify-ext", "at=Timestamp"}
	for name, c := range map[string]struct {
		input string
		args  []string
	}{
		"of flags, binary mode":     {"", []string{"--ext", "bin:Binary=AP8=", "--ext", "at:Timestamp=2026-01-02T03:04:05.5+01:00", "--sign-ext", "bin", "--sign-ext", "at"}},
		"of flags, structured mode": {"", []string{"--mode", "structured", "--ext", "bin:Binary=AP8=", "--ext", "at:Timestamp=2026-01-02T03:04:05.5+01:00", "--sign-ext", "bin", "--sign-ext", "at"}},
		"of a file":                 {event, []string{"--sign-ext", "bin=Binary", "--sign-ext", "at=Timestamp", "-"}},
	} {
		message, errs, status := cetest.Run(t, send.Command(), c.input, append(slices.Clone(sign), c.args...)...)
		if status != cli.ExitOK {
			t.Errorf("%s: status %d, %s", name, status, errs)
			continue
		}
		relayed := strings.Replace(message, "2026-01-02T03:04:05.5+01:00", "2026-01-02T04:04:05.9+02:00", 1) // the same second
		if relayed == message {
			t.Errorf("%s: no time in %s", name, message)
		}
		for _, m := range []string{message, relayed} {
			out, errs, status := cetest.Run(t, check.Command(), m, declare...)
			if status != cli.ExitOK || !strings.Contains(out, "signature of core and extensions verified") {
				t.Errorf("%s: status %d, %s%s", name, status, out, errs)
			}
		}
		out, _, status := cetest.Run(t, check.Command(), message, "--verify-key", public)
		if status != cli.ExitFault || !strings.Contains(out, "in a signed extension") || !strings.Contains(out, "--verify-ext") {
			t.Errorf("%s, without types: status %d, %s", name, status, out)
		}
		// What was changed is not taken for a type that is missing.
		out, _, status = cetest.Run(t, check.Command(), strings.Replace(message, "AP8=", "AP8B", 1), declare...)
		if status != cli.ExitFault || !strings.Contains(out, "in a signed extension") || strings.Contains(out, "--verify-ext") {
			t.Errorf("%s, changed: status %d, %s", name, status, out)
		}
	}
}

// ce check names each event whose signature is wrong, and says what to do.
func TestVerifyFinds(t *testing.T) {
	private, public := keyPair(t, "genpkey", "-algorithm", "ED25519")
	_, stranger := keyPair(t, "genpkey", "-algorithm", "ED25519")
	signed := printed(t, "--sign-key", private, "--ext", "note=a", "--sign-ext", "note")
	batch := printed(t, "--sign-key", private, "--mode", "batch", "--repeat", "3", "--type", "t")
	for name, c := range map[string]struct {
		message string
		key     string
		want    string // in the error
		event   int    // -1 is none
	}{
		"unsigned":                    {printed(t), public, "not signed", -1},
		"data":                        {strings.Replace(signed, "17", "18", 1), public, "differs", -1},
		"a core attribute":            {strings.Replace(signed, "ce-type: ", "ce-type: x", 1), public, "differs", -1},
		"a signed extension":          {strings.Replace(signed, "ce-note: a", "ce-note: b", 1), public, "differs", -1},
		"a signed extension, removed": {strings.Replace(signed, "ce-note: a\r\n", "", 1), public, "differs", -1},
		"the key of a stranger":       {signed, stranger, "wrong signature", -1},
		"one of a batch":              {replaceNth(batch, `"type":"t"`, `"type":"u"`, 2), public, "differs", 1},
	} {
		out, errs, status := cetest.Run(t, check.Command(), c.message, "--json", "--verify-key", c.key)
		var f finding.Finding
		if err := json.Unmarshal([]byte(out), &f); err != nil || status != cli.ExitFault {
			t.Errorf("%s: status %d, %v\n%s%s", name, status, err, out, errs)
			continue
		}
		event := -1
		if f.Event != nil {
			event = *f.Event
		}
		if f.Rule != "signature" || f.Advice == "" || f.URL == "" || !strings.Contains(f.Message, c.want) || event != c.event {
			t.Errorf("%s: %s", name, out)
		}
	}
	// One of several keys is enough, and without --verify-key nothing is verified.
	for _, args := range [][]string{{"--verify-key", stranger, "--verify-key", public}, {}} {
		if out, errs, status := cetest.Run(t, check.Command(), signed, args...); status != cli.ExitOK {
			t.Errorf("%q: status %d, %s%s", args, status, out, errs)
		}
	}
}

// replaceNth replaces an occurrence, counted from 1.
func replaceNth(s, old, by string, n int) string {
	at := 0
	for range n {
		at += strings.Index(s[at:], old) + len(old)
	}
	return s[:at-len(old)] + by + s[at:]
}

// Mistakes in the flags are found before anything is sent, and no key is printed.
func TestSignatureUsage(t *testing.T) {
	private, public := keyPair(t, "genpkey", "-algorithm", "ED25519")
	weak, weakPublic := keyPair(t, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-224")
	secret, err := os.ReadFile(private)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		command cli.Command
		args    []string
		want    string
	}{
		{send.Command(), []string{"http://localhost/", "--sign-key", public}, "no private key"},
		{send.Command(), []string{"http://localhost/", "--sign-key", "absent.pem"}, "absent.pem"},
		{send.Command(), []string{"http://localhost/", "--sign-key-id", "x"}, "--sign-key"},
		{send.Command(), []string{"http://localhost/", "--sign-key", private, "--sign-ext", "A-B"}, "sign-ext"},
		{send.Command(), []string{"http://localhost/", "--sign-key", private, "--sign-ext", "a=Nonsense"}, "unknown type"},
		{send.Command(), []string{"http://localhost/", "--sign-key", private, "--sign-ext", "dssematerial"}, "dssematerial cannot be signed"},
		{send.Command(), []string{"http://localhost/", "--sign-key", private, "--sign-ext", "subject"}, "is a core attribute"},
		{send.Command(), []string{"http://localhost/", "--sign-key", private, "--sign-ext", "a", "--sign-ext", "a"}, "twice"},
		{send.Command(), []string{"http://localhost/", "--sign-key", weak}, "P-256, P-384, P-521"},
		{check.Command(), []string{"--verify-key", weakPublic}, "P-256, P-384, P-521"},
		{check.Command(), []string{"--verify-key", public, "--verify-ext", "a"}, "verify-ext"},
		{check.Command(), []string{"--verify-key", public, "--verify-ext", "A=Binary"}, "verify-ext"},
		{check.Command(), []string{"--verify-ext", "a=Binary"}, "--verify-key"},
		{check.Command(), []string{"--verify-key", private}, "is a private key"},
		{check.Command(), []string{"--verify-key", "absent.pem"}, "absent.pem"},
	} {
		out, errs, status := cetest.Run(t, c.command, "", c.args...)
		if status != cli.ExitUsage || !strings.Contains(errs, c.want) {
			t.Errorf("%q: status %d, %s%s", c.args, status, out, errs)
		}
		if strings.Contains(errs, strings.Split(string(secret), "\n")[1]) {
			t.Errorf("%q prints the key", c.args)
		}
	}
	// What cannot be signed is not sent.
	const event = `{"specversion":"1.0","id":"1","source":"/s","type":"t","bin":"no base64"}`
	out, errs, status := cetest.Run(t, send.Command(), event, "http://localhost/", "--print", "--sign-key", private, "--sign-ext", "bin=Binary", "-")
	if status != cli.ExitFault || out != "" || !strings.Contains(errs, "cannot be signed") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
}
