package webhook_test

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// Some senders use the bytes of a text as the key.
func ExampleNewSecret() {
	secret, err := webhook.NewSecret([]byte("a key of 32 bytes that is shared"))
	fmt.Println(secret, err)
	// Output: Secret <nil>
}
