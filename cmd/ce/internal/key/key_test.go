package key_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/key"
)

// block returns a block of PEM.
func block(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// same reports whether two public keys are one.
func same(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

// Keys are read in each form in which OpenSSL and certificates have them.
func TestForms(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	short, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	exchange, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8 := func(k any) string {
		der, err := x509.MarshalPKCS8PrivateKey(k)
		return block(t, "PRIVATE KEY", der, err)
	}
	pkix := func(k any) string {
		der, err := x509.MarshalPKIXPublicKey(k)
		return block(t, "PUBLIC KEY", der, err)
	}
	sec1, err := x509.MarshalECPrivateKey(ec)
	old := block(t, "EC PRIVATE KEY", sec1, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(-time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, ec.Public(), ec)
	certificate := block(t, "CERTIFICATE", der, err)
	parameters := "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
	encrypted := strings.Replace(old, "KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", 1)

	for name, c := range map[string]struct {
		content string
		want    crypto.PublicKey
		problem string // in the error
	}{
		"PKCS #8, Ed25519":   {pkcs8(ed), ed.Public(), ""},
		"PKCS #8, P-256":     {pkcs8(ec), ec.Public(), ""},
		"PKCS #8, RSA":       {pkcs8(rs), rs.Public(), ""},
		"SEC 1":              {old, ec.Public(), ""},
		"SEC 1, parameters":  {parameters + old, ec.Public(), ""},
		"PKCS #1":            {block(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rs), nil), rs.Public(), ""},
		"a key for exchange": {pkcs8(exchange), nil, "cannot sign"},
		"P-224":              {pkcs8(short), nil, "ce takes keys of P-256"},
		"RSA, 1024 bits":     {pkcs8(weak), nil, "RSA from 2048 bits"},
		"RSA-PSS":            {block(t, "PRIVATE KEY", pss(t), nil), nil, "ce takes keys of P-256"},
		"encrypted":          {block(t, "ENCRYPTED PRIVATE KEY", []byte{1}, nil), nil, "is encrypted"},
		"encrypted, old":     {encrypted, nil, "is encrypted"},
		"a public key":       {pkix(ec.Public()), nil, "no private key"},
		"no PEM":             {"hunter2", nil, "no private key"},
		"empty":              {"", nil, "no private key"},
		"damaged":            {block(t, "PRIVATE KEY", []byte("hunter2"), nil), nil, "asn1"},
		"too large":          {strings.Repeat(parameters, 1000), nil, "larger than 65536 bytes"},
	} {
		name = "private: " + name
		k, err := key.Private(file(t, c.content))
		switch {
		case c.problem == "" && (err != nil || !same(k.Public(), c.want)):
			t.Errorf("%s: %v", name, err)
		case c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%s: error %v, want %q", name, err, c.problem)
		}
	}
	for name, c := range map[string]struct {
		content string
		want    crypto.PublicKey
		problem string
	}{
		"Ed25519":       {pkix(ed.Public()), ed.Public(), ""},
		"RSA":           {pkix(rs.Public()), rs.Public(), ""},
		"PKCS #1":       {block(t, "RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rs.PublicKey), nil), rs.Public(), ""},
		"a certificate": {certificate, ec.Public(), ""},
		"a private key": {old, nil, "is a private key"},
		"P-224":         {pkix(short.Public()), nil, "ce takes keys of P-256"},
		"RSA, weak":     {pkix(weak.Public()), nil, "RSA from 2048 bits"},
		"for exchange":  {pkix(exchange.Public()), nil, "ce takes keys of P-256"},
		"no PEM":        {"hunter2", nil, "no public key"},
		"damaged":       {block(t, "CERTIFICATE", []byte("x"), nil), nil, "malformed certificate"},
	} {
		name = "public: " + name
		k, err := key.Public(file(t, c.content))
		switch {
		case c.problem == "" && (err != nil || !same(k, c.want)):
			t.Errorf("%s: %v", name, err)
		case c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)):
			t.Errorf("%s: error %v, want %q", name, err, c.problem)
		}
	}
	if _, err := key.Private(filepath.Join(t.TempDir(), "absent")); !os.IsNotExist(err) && err == nil {
		t.Error("an absent file is a key")
	}
}

// pss returns a private key whose algorithm is RSASSA-PSS, which crypto/x509 does not read.
func pss(t *testing.T) []byte {
	t.Helper()
	der, err := hex.DecodeString("3014020100300d06092a864886f70d01010a05000400")
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// The ID of a key is what the command in its comment says.
func TestID(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	private := filepath.Join(t.TempDir(), "private.pem")
	if out, err := exec.Command(openssl, "genpkey", "-algorithm", "ED25519", "-out", private).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	der, err := exec.Command(openssl, "pkey", "-in", private, "-pubout", "-outform", "DER").Output()
	if err != nil {
		t.Fatal(err)
	}
	k, err := key.Private(private)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	if id, err := key.ID(k.Public()); err != nil || id != "sha256:"+hex.EncodeToString(sum[:]) {
		t.Errorf("%s, %v", id, err)
	}
}
