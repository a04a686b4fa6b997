package guiabolso

import (
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Members of metadata.
const (
	memberOrigin    = "origin"
	memberTimestamp = "timestamp"
	memberCreatedAt = "createdAt"
)

// firstSecond and lastSecond are the seconds of the years that an attribute can have.
const (
	firstSecond = -62_135_596_800 // 0001-01-01T00:00:00Z
	lastSecond  = 253_402_300_799 // 9999-12-31T23:59:59Z
)

// sourceOf returns the source that the origin in metadata is. It is kept if source says
// something else: the illegal characters are escaped there, or it is not a string at all.
func sourceOf(metadata []Member) (source string, kept bool) {
	raw, ok := find(metadata, memberOrigin)
	if !ok {
		return NoOrigin, false
	}
	origin, ok := stringOf(raw)
	switch {
	case !ok || origin == "" || origin == NoOrigin:
		return NoOrigin, true
	case validation.URIReference(origin) == nil:
		return origin, false
	}
	return escaped(origin), true
}

// escaped percent-encodes all that is not unreserved in a URI (RFC 3986, section 2.3), so
// that the result is one segment of a path.
func escaped(s string) string {
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len("%20")*len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~':
			b = append(b, c)
		default:
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

// timeOf returns the time that metadata has, "" if it has none. The members that say so are
// kept unless there is only a timestamp, and it is what the time alone becomes.
func timeOf(metadata []Member) (text string, kept bool) {
	_, created := find(metadata, memberCreatedAt)
	raw, ok := find(metadata, memberTimestamp)
	if !ok {
		raw, _ = find(metadata, memberCreatedAt)
		return timeText(raw), created
	}
	text = timeText(raw)
	return text, created || text == "" || timestampText(text) != string(raw)
}

// timeText returns the canonical text of a time that is a JSON number or a string. It is ""
// for all else.
func timeText(raw []byte) string {
	if s, ok := stringOf(raw); ok {
		t, err := validation.ParseTimestamp(s)
		if err != nil {
			return ""
		}
		return canonicalTime(t)
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	switch {
	case err != nil || n < firstSecond || n > lastSecond*1000+999:
		return ""
	case n > lastSecond:
		return canonicalTime(time.UnixMilli(n).UTC())
	}
	return canonicalTime(time.Unix(n, 0).UTC())
}

func canonicalTime(t time.Time) string {
	text := cloudevents.TimestampValue(t).String()
	if validation.Text(timestampType, text) != nil { // a leap second may end the year 9999
		return ""
	}
	return text
}

// timestampText returns the number of seconds that is written for a time. It is "" if there
// is none, and need not say all that the time does.
func timestampText(text string) string {
	t, err := validation.ParseTimestamp(text)
	if err != nil || t.Unix() < firstSecond || t.Unix() > lastSecond {
		return ""
	}
	return strconv.FormatInt(t.Unix(), 10)
}

// isTimestampOf reports whether metadata has the timestamp, and no other time, that
// ToMessage writes beside a time that says more.
func isTimestampOf(metadata []Member, text string) bool {
	raw, _ := find(metadata, memberTimestamp)
	_, created := find(metadata, memberCreatedAt)
	return !created && string(raw) == timestampText(text)
}
