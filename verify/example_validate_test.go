package ceverify_test

import (
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"math/big"

	"github.com/seed763dd41b/cloudevents/spec"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// A consumer looks at its keys when it starts, and not when an event needs them.
func ExampleVerifier_Validate() {
	short := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}
	verifier := ceverify.Verifier{Keys: []ceverify.Key{{ID: "orders-2016", Public: short}}}
	fmt.Println(verifier.Validate())
	// Output:
	// key "orders-2016": unusable key: the RSA key has less than 2048 bits
}

// A producer finds at its start that it wants to sign what cannot be signed as an extension.
func ExampleSigner_Validate() {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	signer := ceverify.Signer{
		Key: private, KeyID: "orders-2026", Extensions: []spec.Attribute{{Name: "partitionkey"}, {Name: "subject"}},
	}
	fmt.Println(signer.Validate())
	// Output:
	// illegal signed extension: "subject" is a core attribute
}
