// Package ceverify signs events and verifies them, as the verifiability extension says
// (extensions/verifiability.md). The directory is verify, the package is ceverify.
//
// A [Signer] adds the extension dssematerial to an event: a DSSE envelope with two digests,
// signed with a key of the standard library. The signature travels with the event through
// every binding and format of this module. A [Verifier] checks it, and returns the part of
// the event that is verified.
//
//	signer := ceverify.Signer{Key: private, KeyID: "orders-2026"}
//	err := signer.Sign(&event)
//
//	verifier := ceverify.Verifier{Keys: []ceverify.Key{{ID: "orders-2026", Public: public}}}
//	receiver := cehttp.Receiver{Handler: verifier.Wrap(handle)}
//
// # Protected
//
// The signature covers every core attribute, the data byte for byte, and the extensions
// that the signer lists, in their absence too. Each event is signed on its own, so that an
// event keeps its signature when it moves into a batch, out of one or between content modes.
// Relays may change the encoding of an event, and these things:
//
//   - The offset of the time, and its fraction of a second. They are not signed.
//   - Extensions that are not listed, such as traceparent. They can be changed, added and
//     removed. [Strict] therefore removes them from the verified event.
//
// A relay that changes anything else must sign the event again, with a key that the consumer
// accepts. If it cannot, it must remove dssematerial or refuse the change. A relay that
// changes nothing passes on the event that came in, not [Result.Event].
//
// # Not protected
//
//   - Removal of the signature. A signed event without dssematerial looks like one that was
//     never signed. [Verifier] refuses both. [Verifier.AllowUnsigned] must know which sources
//     do not sign.
//   - Replay. A copy of a signed event is valid for ever. Use [dispatch.Deduplicate] after
//     [Verifier.Wrap]. It then trusts source and id, which are verified.
//   - Loss, order and completeness. Each event is signed alone, and nothing is signed about a
//     batch.
//   - The difference between absent and empty. Both have the same digest: an attribute, and
//     data, can change from one to the other. Producers should not send empty extensions.
//   - The types of signed extensions. The Integer 5 and the String "5" have the same digest.
//   - Confidentiality. Everything can be read, and dssematerial lists the signed extensions.
//   - The metadata of a transport, such as headers, topics and keys of records.
//   - Holders of an accepted key. They can sign any event. [Key.Accepts] limits a key to the
//     events that are its own. To revoke a key, remove it from [Verifier.Keys].
//
// # Data
//
// Data must arrive byte for byte. The decoder of the JSON event format drops white space
// around JSON data, such as the newline that json.Encoder writes: sign data without it.
// Formats and systems that parse data and write it anew break the signature. A decoder that
// forgives leaves attributes out, which breaks it as well. Event.Convert changes specversion,
// which is signed.
//
// # Types of extensions
//
// A message of HTTP has only texts, and JSON has no Binary and no Timestamp. The digest of
// those two types is not that of their text: a Binary is hashed as its bytes, a Timestamp as
// its second in UTC. Declare such extensions on both sides, in [Signer.Extensions] and
// [Verifier.Extensions], or when decoding. Extensions that the specification documents need
// no declaration. All other types are hashed as their text, so that String, the type of an
// undeclared extension, is right for them.
//
// # Keys and algorithms
//
// The type of a key decides the algorithm, and nothing in a message can choose another one:
//
//	*ecdsa.PublicKey, P-256    ECDSA with SHA-256, r and s of 32 bytes each
//	*ecdsa.PublicKey, P-384    ECDSA with SHA-384, r and s of 48 bytes each
//	*ecdsa.PublicKey, P-521    ECDSA with SHA-512, r and s of 66 bytes each
//	ed25519.PublicKey          Ed25519
//	*rsa.PublicKey             RSASSA-PSS with SHA-256 and a salt of 32 bytes, from 2048 bits
//
// The extension leaves the algorithm open. Its test vectors use the first row, which is the
// one to choose for programs in other languages. Signatures of ECDSA in ASN.1, which some
// DSSE libraries write, are wrong signatures here.
//
// # The document
//
// Some test vectors of the document (June 2026) do not follow its own rules. The payload of
// vectors 1 and 2, and of the examples for HTTP, is a bare digest and not a JSON object. That
// of vectors 6a and 6b, and of the walkthrough, has an equals sign after the JSON object, which
// their signatures do not cover. The Verification Protocol discards them, and so does this
// package. The core digests of
// the vectors with JSON data do not follow from the data that the document shows, in any
// spacing that was tried. Vector 5 is reproduced byte for byte. Of the others, the signatures
// over the payloads, and the digests of extensions, are reproduced.
//
// Signatures are verified before the payload is parsed, as DSSE asks for, so that only holders
// of a key reach that parser. An envelope has at most 16 signatures, an object in it 64
// members, and 1000 extensions are signed at most. These limits cannot be changed.
//
// The document names JSON as the first format to support, and leaves others to a later vote.
// This package signs the event and knows no format, so that it works with all.
package ceverify
