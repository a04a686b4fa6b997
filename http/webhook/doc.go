// Package webhook implements both ends of the HTTP webhook specification
// (https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md):
// permission to deliver, access tokens and signatures. The zero value of each type
// lets nothing through.
//
// A target puts up to three handlers in front of a [cehttp.Receiver], or of any other
// [http.Handler]:
//
//	http.Handle("/events", &webhook.Authorization{ // deliveries need a token, handshakes do not
//		Tokens:    []string{token},
//		Handshake: true,
//		Next: &webhook.Target{ // answers OPTIONS, and limits the rate of each origin
//			Origins: []string{"*.example.com"},
//			Rate:    120,
//			Next: &webhook.Verifier{ // checks signatures
//				Secrets: []webhook.Secret{secret},
//				Next:    receiver,
//			},
//		},
//	})
//
// A sender uses two transports in an [http.Client], also that of a [cehttp.Sender]:
//
//	client := &http.Client{Transport: &webhook.Transport{ // asks for permission, keeps to the rate
//		Origin: "eventemitter.example.com",
//		Rate:   120,
//		Token:  token,
//		Base:   &webhook.Signer{Secrets: []webhook.Secret{secret}}, // signs each attempt
//	}}
//
// # What is enforced
//
// [Target] refuses deliveries of origins that it would not consent to, and deliveries
// above the rate. It corrects responses that the specification forbids. [Transport]
// sends nothing without permission, without TLS or above the granted rate, and nothing
// more after 410. [Authorization] and [Verifier] refuse requests without a valid token
// or signature. Signatures are those of Standard Webhooks 1.0
// (https://www.standardwebhooks.com), with one rule on top: in binary mode the id must
// be a hash of the event's headers, because a signature does not cover them. It does not
// cover the URL either.
//
// The types have a method Validate, which finds settings with which nothing passes. Call it
// when a program starts; [cehttp.Serve] does so.
//
// # What is kept in memory
//
// All state is in the memory of this process, is lost with it, and is bounded: the rate
// of [Target.MaxOrigins] origins, what is known of [Transport.MaxTargets] targets, and
// the ids of [Verifier.Remember] messages. What is under way is never forgotten. Several
// processes behind one address each have their own.
package webhook
