package cehttp

import (
	"errors"
	"fmt"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	webhookID        = "Webhook-Id"
	webhookTimestamp = "Webhook-Timestamp"
	webhookSignature = "Webhook-Signature"

	signatureVersion = "v1,"
	signatureLength  = 44 // the base64 of SHA-256
	maxWebhookID     = 256
)

var (
	errNoSecret  = errors.New("there is no secret to sign with")
	errWebhookID = errors.New("a webhook-id is 1 to 256 visible ASCII characters without a dot")
)

// Sign sets webhook-id, webhook-timestamp and webhook-signature in h, as in Standard
// Webhooks 1.0: HMAC-SHA256 over the id, the time in seconds and the body, with a dot
// between them. There is one signature for each secret, so that receivers can change
// from one to another.
//
// The id stays the same when a message is sent again, the time does not. An empty id
// stands for that of [WebhookID]. It must not have a dot in it: where it ended would
// not be certain.
func Sign(h http.Header, id string, now time.Time, body []byte, secrets ...Secret) error {
	if h == nil {
		return errNilHeader
	}
	if id == "" {
		id = WebhookID(h, body)
	}
	return sign(h, id, now, secrets, func(mac hash.Hash) error {
		mac.Write(body)
		return nil
	})
}

// sign lets write write the body once for each secret.
func sign(h http.Header, id string, now time.Time, secrets []Secret, write func(hash.Hash) error) error {
	if !isWebhookID(id) {
		return fmt.Errorf("%w: %.64q", errWebhookID, id)
	}
	if len(secrets) == 0 {
		return errNoSecret
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	var signatures []byte
	for _, s := range secrets {
		if s.key == nil {
			return errNoSecret
		}
		key := s.key()
		mac := key.mac(id, timestamp)
		if err := write(mac); err != nil {
			return err
		}
		if len(signatures) > 0 {
			signatures = append(signatures, ' ')
		}
		signatures = append(signatures, signatureVersion...)
		signatures = append(signatures, mac.signature()...)
		key.pool.Put(mac)
	}
	h[webhookID] = []string{id}
	h[webhookTimestamp] = []string{timestamp}
	h[webhookSignature] = []string{string(signatures)}
	return nil
}

func isWebhookID(s string) bool {
	return isToken(s) && len(s) <= maxWebhookID && !strings.Contains(s, ".")
}
