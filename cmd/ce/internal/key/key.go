// Package key reads the keys with which events are signed and verified, as OpenSSL writes them.
package key

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"

	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// maxFile limits the file of a key, in bytes.
const maxFile = 64 << 10

var (
	errNoPrivate = errors.New("no private key in PEM: openssl genpkey -algorithm ED25519 makes one")
	errNoPublic  = errors.New("no public key and no certificate in PEM: openssl pkey -in KEY -pubout makes one of a private key")
	errEncrypted = errors.New("the private key is encrypted: openssl pkey -in KEY decrypts it")
	errSecret    = errors.New("this is a private key: verifying needs only its public key, which openssl pkey -in KEY -pubout makes")
	errLarge     = fmt.Errorf("larger than %d bytes", maxFile)
	errNoSigner  = errors.New("the key cannot sign")
)

// supported is the end of the error about a key that cannot be used.
const supported = "ce takes keys of P-256, P-384, P-521, Ed25519, and RSA from 2048 bits"

// Private reads a private key that can sign an event: PKCS #8, or the older forms of EC and RSA
// keys. Errors name the file, and nothing that is in it.
func Private(file string) (crypto.Signer, error) {
	return read(file, errNoPrivate, func(b *pem.Block) (crypto.Signer, error) {
		var k any
		var err error
		switch b.Type {
		case "PRIVATE KEY":
			k, err = x509.ParsePKCS8PrivateKey(b.Bytes)
		case "EC PRIVATE KEY":
			k, err = x509.ParseECPrivateKey(b.Bytes)
		case "RSA PRIVATE KEY":
			k, err = x509.ParsePKCS1PrivateKey(b.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return nil, errEncrypted
		default:
			return nil, nil // such as EC PARAMETERS
		}
		if b.Headers["DEK-Info"] != "" {
			return nil, errEncrypted
		}
		if err != nil {
			return nil, fmt.Errorf("%w; %s", err, supported)
		}
		signer, ok := k.(crypto.Signer)
		if !ok {
			return nil, errNoSigner
		}
		return signer, usable(signer.Public())
	})
}

// Public reads a public key that can verify an event, or that of a certificate. What the
// certificate says besides, such as the end of its validity, does not count.
func Public(file string) (crypto.PublicKey, error) {
	return read(file, errNoPublic, func(b *pem.Block) (k crypto.PublicKey, err error) {
		switch b.Type {
		case "PUBLIC KEY":
			k, err = x509.ParsePKIXPublicKey(b.Bytes)
		case "RSA PUBLIC KEY":
			k, err = x509.ParsePKCS1PublicKey(b.Bytes)
		case "CERTIFICATE":
			var c *x509.Certificate
			if c, err = x509.ParseCertificate(b.Bytes); err == nil {
				k = c.PublicKey
			}
		case "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY":
			return nil, errSecret
		default:
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w; %s", err, supported)
		}
		return k, usable(k)
	})
}

// usable returns an error about a key with which no event is signed.
func usable(public crypto.PublicKey) error {
	v := ceverify.Verifier{Keys: []ceverify.Key{{Public: public}}}
	if v.Validate() != nil {
		return errors.New("no event is signed with a key of this kind; " + supported)
	}
	return nil
}

// read returns the key of the first block that has one.
func read[T any](file string, none error, parse func(*pem.Block) (T, error)) (k T, err error) {
	in, err := os.Open(file)
	if err != nil {
		return k, err
	}
	defer in.Close()
	rest, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err == nil && len(rest) > maxFile {
		err = errLarge
	}
	for err == nil {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			err = none
			break
		}
		if k, err = parse(block); any(k) != nil && err == nil {
			return k, nil
		}
	}
	var zero T
	return zero, fmt.Errorf("%s: %w", file, err)
}

// ID names a public key: "sha256:" and the digest of its SubjectPublicKeyInfo in hexadecimal, as
// of openssl pkey -pubin -outform DER and sha256sum.
func ID(public crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(der)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}
