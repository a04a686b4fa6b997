package cloudevents

import (
	"log/slog"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents/validation"
)

// String describes e for people, with one attribute on each line and the length of the
// data. The data itself is not shown.
func (e Event) String() string {
	var b strings.Builder
	for name, v := range e.All() {
		text := v.String()
		// An invalid event must not break the layout.
		if validation.String(text) != nil {
			text = strconv.Quote(text)
		}
		if validation.Name(name) != nil {
			name = strconv.Quote(name)
		}
		b.WriteString(name)
		b.WriteString(": ")
		b.WriteString(text)
		b.WriteByte('\n')
	}
	b.WriteString("data: ")
	if e.Data == nil {
		b.WriteString("none")
	} else {
		b.WriteString(strconv.Itoa(len(e.Data)))
		b.WriteString(" bytes")
	}
	return b.String()
}

// LogValue returns the attributes of e as a group, without the data. A slog.JSONHandler
// does not call it for events inside slices, maps and structs: it marshals those, data
// included.
func (e Event) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, coreCount+len(e.Extensions))
	for name, v := range e.All() {
		attrs = append(attrs, slog.Attr{Key: name, Value: v.LogValue()})
	}
	return slog.GroupValue(attrs...)
}
