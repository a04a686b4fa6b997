package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
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
	out, errs, status := cetest.Run(t, send.Command(), "", "http://localhost/", "--print", "--sign-key", private, "--sign-ext", "dssematerial")
	if status != cli.ExitFault || !strings.Contains(errs, "cannot be signed") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
}
