package sdkgo

import (
	"context"

	"github.com/cloudevents/sdk-go/v2/binding"

	"github.com/seed763dd41b/cloudevents"
)

// Mode returns a context with which sdk-go writes messages in a mode.
func Mode(ctx context.Context, m cloudevents.Mode) context.Context {
	if m == cloudevents.StructuredMode {
		return binding.WithForceStructured(ctx)
	}
	return binding.WithForceBinary(ctx)
}
