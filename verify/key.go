package ceverify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	_ "crypto/sha256" // the hashes of algorithmOf
	_ "crypto/sha512"
)

// minRSABits is the smallest modulus of an RSA key.
const minRSABits = 2048

// algorithm is how a key signs. The type of the key decides it.
type algorithm struct {
	opts crypto.SignerOpts // opts.HashFunc() is 0 if the key hashes for itself
	size int               // bytes of r and of s, 0 if the key is not one of ECDSA
}

// algorithmOf returns the algorithm of a public key, or an error that wraps ErrKey.
func algorithmOf(public crypto.PublicKey) (algorithm, error) {
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		if k == nil {
			break
		}
		switch k.Curve {
		case elliptic.P256():
			return algorithm{crypto.SHA256, 32}, nil
		case elliptic.P384():
			return algorithm{crypto.SHA384, 48}, nil
		case elliptic.P521():
			return algorithm{crypto.SHA512, 66}, nil
		}
		return algorithm{}, fmt.Errorf("%w: the curve is none of P-256, P-384 and P-521", ErrKey)
	case ed25519.PublicKey:
		if len(k) == ed25519.PublicKeySize {
			return algorithm{opts: crypto.Hash(0)}, nil
		}
	case *rsa.PublicKey:
		if k == nil || k.N == nil {
			break
		}
		if k.N.BitLen() < minRSABits {
			return algorithm{}, fmt.Errorf("%w: the RSA key has less than %d bits", ErrKey, minRSABits)
		}
		return algorithm{opts: &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}}, nil
	}
	return algorithm{}, fmt.Errorf("%w: the type %T, or its value", ErrKey, public)
}

// hash returns what the key signs of a message.
func (a algorithm) hash(message []byte) []byte {
	h := a.opts.HashFunc()
	if h == 0 {
		return message
	}
	w := h.New()
	w.Write(message)
	return w.Sum(nil)
}

// sign returns the signature of a message. The errors wrap ErrKey.
func sign(key crypto.Signer, message []byte) ([]byte, error) {
	a, err := algorithmOf(key.Public())
	if err != nil {
		return nil, err
	}
	sig, err := key.Sign(rand.Reader, a.hash(message), a.opts)
	if err == nil && a.size > 0 {
		sig, err = rawSignature(sig, a.size)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return sig, nil
}

// rawSignature returns r and s of an ECDSA signature in ASN.1, size bytes each.
func rawSignature(der []byte, size int) ([]byte, error) {
	var parts struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &parts)
	switch {
	case err != nil:
		return nil, err
	case len(rest) > 0 || parts.R.Sign() <= 0 || parts.S.Sign() <= 0 || parts.R.BitLen() > size*8 || parts.S.BitLen() > size*8:
		return nil, errors.New("the ECDSA signature is not one of the curve")
	}
	raw := make([]byte, 2*size)
	parts.R.FillBytes(raw[:size])
	parts.S.FillBytes(raw[size:])
	return raw, nil
}

// verify reports whether sig is the signature of a message. The error wraps ErrKey.
func verify(public crypto.PublicKey, message, sig []byte) (bool, error) {
	a, err := algorithmOf(public)
	if err != nil {
		return false, err
	}
	hash := a.hash(message)
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		if len(sig) != 2*a.size {
			return false, nil
		}
		return ecdsa.Verify(k, hash, new(big.Int).SetBytes(sig[:a.size]), new(big.Int).SetBytes(sig[a.size:])), nil
	case ed25519.PublicKey:
		return ed25519.Verify(k, hash, sig), nil
	case *rsa.PublicKey:
		return rsa.VerifyPSS(k, crypto.SHA256, hash, sig, a.opts.(*rsa.PSSOptions)) == nil, nil
	}
	return false, ErrKey // algorithmOf knows no other
}
