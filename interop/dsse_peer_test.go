package interop_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"
)

// dssePeer is an implementation that has keys and signs with them. The envelopes are those of
// go-securesystemslib in any case.
type dssePeer struct {
	name string
	make func(t *testing.T, kind keyKind) dsseKey

	// every is how many bytes of an envelope are left out between two that are changed.
	every int
}

// dsseKey is a key of a peer, and the same key for this module.
type dsseKey struct {
	dsse.SignerVerifier
	private crypto.Signer
}

// keyKind is a row of the package documentation of verify.
type keyKind struct {
	name       string
	generate   func() (crypto.Signer, error)
	coordinate int      // bytes of r and of s, 0 if the key is not one of ECDSA
	dgst       []string // the arguments of openssl dgst, nil if it has to be pkeyutl
}

func curve(c elliptic.Curve) func() (crypto.Signer, error) {
	return func() (crypto.Signer, error) { return ecdsa.GenerateKey(c, rand.Reader) }
}

var keyKinds = []keyKind{
	{"P-256", curve(elliptic.P256()), 32, []string{"-sha256"}},
	{"P-384", curve(elliptic.P384()), 48, []string{"-sha384"}},
	{"P-521", curve(elliptic.P521()), 66, []string{"-sha512"}},
	{"Ed25519", func() (crypto.Signer, error) {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}, 0, nil},
	{"RSA, 2048 bits", func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) }, 0,
		[]string{"-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"}},
}

var dssePeers = []dssePeer{
	{"go-securesystemslib", newLibraryKey, 1},
	{"OpenSSL", newOpenSSLKey, 60},
}

const dsseKeyID = "orders-2026"

// newLibraryKey returns a key of go-securesystemslib.
func newLibraryKey(t *testing.T, kind keyKind) dsseKey {
	t.Helper()
	private, err := kind.generate()
	if err != nil {
		t.Fatal(err)
	}
	key, err := signerverifier.LoadKey(privatePEM(t, private))
	if err != nil {
		t.Fatal(err)
	}
	key.KeyID = dsseKeyID
	var own dsse.SignerVerifier
	switch private.(type) {
	case *ecdsa.PrivateKey:
		own, err = signerverifier.NewECDSASignerVerifierFromSSLibKey(key)
	case ed25519.PrivateKey:
		own, err = signerverifier.NewED25519SignerVerifierFromSSLibKey(key)
	default:
		own, err = signerverifier.NewRSAPSSSignerVerifierFromSSLibKey(key)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dsseKey{raw(own, kind), private}
}

func privatePEM(t *testing.T, private crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// openSSL signs and verifies with the command openssl, which reads the key from a file.
type openSSL struct {
	command, dir string
	kind         keyKind
	public       crypto.PublicKey
}

func newOpenSSLKey(t *testing.T, kind keyKind) dsseKey {
	t.Helper()
	command := program(t, "openssl", "Debian's openssl")
	private, err := kind.generate()
	if err != nil {
		t.Fatal(err)
	}
	o := &openSSL{command, t.TempDir(), kind, private.Public()}
	_, err1 := o.write("private.pem", privatePEM(t, private))
	out, err2 := exec.CommandContext(t.Context(), command, "pkey", "-in", o.file("private.pem"), "-pubout", "-out", o.file("public.pem")).CombinedOutput()
	if err1 != nil || err2 != nil {
		t.Fatalf("%v, %v: %s", err1, err2, out)
	}
	return dsseKey{raw(o, kind), private}
}

func (o *openSSL) file(name string) string { return filepath.Join(o.dir, name) }

func (o *openSSL) write(name string, b []byte) (file string, err error) {
	return o.file(name), os.WriteFile(o.file(name), b, 0o600)
}

func (o *openSSL) Sign(ctx context.Context, data []byte) ([]byte, error) {
	message, err := o.write("message", data)
	if err != nil {
		return nil, err
	}
	args := append(append([]string{"dgst"}, o.kind.dgst...), "-sign", o.file("private.pem"), "-out", o.file("sig"), message)
	if o.kind.dgst == nil {
		args = []string{"pkeyutl", "-sign", "-rawin", "-inkey", o.file("private.pem"), "-in", message, "-out", o.file("sig")}
	}
	if out, err := exec.CommandContext(ctx, o.command, args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("openssl %q: %w: %s", args, err, out)
	}
	return os.ReadFile(o.file("sig"))
}

func (o *openSSL) Verify(ctx context.Context, data, sig []byte) error {
	message, err1 := o.write("message", data)
	signature, err2 := o.write("sig", sig)
	if err1 != nil || err2 != nil {
		return fmt.Errorf("%w, %w", err1, err2)
	}
	args := append(append([]string{"dgst"}, o.kind.dgst...), "-verify", o.file("public.pem"), "-signature", signature, message)
	if o.kind.dgst == nil {
		args = []string{"pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", o.file("public.pem"), "-sigfile", signature, "-in", message}
	}
	return exec.CommandContext(ctx, o.command, args...).Run()
}

func (o *openSSL) KeyID() (string, error)   { return dsseKeyID, nil }
func (o *openSSL) Public() crypto.PublicKey { return o.public }

// raw returns a key whose ECDSA signatures are r and s, as in the test vectors of the
// extension. Both peers have them in ASN.1.
func raw(own dsse.SignerVerifier, kind keyKind) dsse.SignerVerifier {
	if kind.coordinate == 0 {
		return own
	}
	return &rawKey{own, kind.coordinate}
}

type rawKey struct {
	dsse.SignerVerifier
	size int
}

func (k *rawKey) Sign(ctx context.Context, data []byte) ([]byte, error) {
	der, err := k.SignerVerifier.Sign(ctx, data)
	if err != nil {
		return nil, err
	}
	var parts struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &parts); err != nil {
		return nil, err
	}
	return append(parts.R.FillBytes(make([]byte, k.size)), parts.S.FillBytes(make([]byte, k.size))...), nil
}

func (k *rawKey) Verify(ctx context.Context, data, sig []byte) error {
	if len(sig) != 2*k.size {
		return fmt.Errorf("the signature has %d bytes", len(sig))
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(sig[:k.size]), new(big.Int).SetBytes(sig[k.size:])})
	if err != nil {
		return err
	}
	return k.SignerVerifier.Verify(ctx, data, der)
}
