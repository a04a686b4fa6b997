package main

import (
	"context"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	"github.com/seed763dd41b/cloudevents/spec"
)

// layout is how a message has its event: in binary mode, or in structured mode in the format of
// that media type.
type layout struct {
	mode   cloudevents.Mode
	format string // "" in binary mode
}

var (
	binaryLayout = layout{mode: cloudevents.BinaryMode}
	jsonLayout   = layout{cloudevents.StructuredMode, spec.MediaTypeJSON}
)

// layoutOf returns the layout of a message in that mode. An event of a batch is in structured
// mode, as a target has no batches. One without a content type is in JSON.
func layoutOf(mode cloudevents.Mode, contentType string) layout {
	if mode == cloudevents.BinaryMode {
		return binaryLayout
	}
	for _, f := range all.Formats() {
		l := layout{cloudevents.StructuredMode, f.MediaType()}
		if mode == cloudevents.StructuredMode && format.Accepts(f, contentType) == nil {
			return l
		}
		if batch, ok := f.(format.Batch); ok && mode == cloudevents.BatchMode && format.AcceptsBatch(batch, contentType) == nil {
			return l
		}
	}
	return jsonLayout
}

// messageLayout is layoutOf for what the function ModeOf of a binding returns. A message that
// declares no mode is an event in JSON all the same, which JSONEvents lets in.
func messageLayout(mode cloudevents.Mode, declared bool, contentType string) layout {
	if !declared {
		mode = cloudevents.StructuredMode
	}
	return layoutOf(mode, contentType)
}

// eachLayout returns what f makes of each layout. The format is nil in binary mode.
func eachLayout[T any](f func(mode cloudevents.Mode, format format.Formatter) T) map[layout]T {
	out := map[layout]T{binaryLayout: f(cloudevents.BinaryMode, nil)}
	for _, x := range all.Formats() {
		out[layout{cloudevents.StructuredMode, x.MediaType()}] = f(cloudevents.StructuredMode, x)
	}
	return out
}

type layoutKey struct{}

// withLayout returns a context that says in which layout an event came.
func withLayout(ctx context.Context, l layout) context.Context {
	return context.WithValue(ctx, layoutKey{}, l)
}

// passFrom returns a handler that passes events on. of returns the layout of the message that
// carried an event, whose context it has.
func (b *bridge) passFrom(of func(ctx context.Context) layout) dispatch.Handler {
	return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		return b.pass(withLayout(ctx, of(ctx)), e)
	}
}

// layout returns the layout for the target: that of the message, unless -mode asks for the other
// mode.
func (b *bridge) layout(ctx context.Context) layout {
	came, ok := ctx.Value(layoutKey{}).(layout)
	switch {
	case b.settings.mode == "binary":
		return binaryLayout
	case !ok, b.settings.mode == "structured" && came == binaryLayout:
		return jsonLayout
	}
	return came
}
