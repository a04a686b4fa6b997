package mqtttopic_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/mqtttopic"
)

func TestName(t *testing.T) {
	for topic, want := range map[string]string{
		"orders/placed":            "",
		"/":                        "",
		"$share/billing":           "",
		strings.Repeat("é", 32767): "",
		"":                         "it is empty",
		"orders/#":                 `malformed topic "orders/#": + and # are for subscriptions`,
		"orders/+/placed":          "subscriptions",
		"a+b":                      "subscriptions",
		"a\x00b":                   "null character",
		"a\xffb":                   "not UTF-8",
		strings.Repeat("a", 65536): "65535",
	} {
		check(t, topic, mqtttopic.Name(topic), want)
	}
}

func TestFilter(t *testing.T) {
	for filter, want := range map[string]string{
		"orders/placed":                 "",
		"#":                             "",
		"+":                             "",
		"/#":                            "",
		"orders/+/placed/#":             "",
		"+/+":                           "",
		"$share/billing/orders/#":       "",
		"$share/billing/#":              "",
		"$SYS/#":                        "",
		"":                              "it is empty",
		"orders/#/x":                    `malformed topic filter "orders/#/x": # stands alone behind the last slash`,
		"orders#":                       "#",
		"orders/a+":                     "+",
		"orders/+x/y":                   "+",
		"$share/billing":                "$share/name/filter",
		"$share//orders":                "$share/name/filter",
		"$share/billing/":               "$share/name/filter",
		"$share/b+/orders":              "$share/name/filter",
		"$share/billing/orders/#/x":     "last slash",
		"a\x00b":                        "null character",
		strings.Repeat("a/", 40) + "x#": "…",
	} {
		check(t, filter, mqtttopic.Filter(filter), want)
	}
}

// check looks for want in the text of an error. "" is no error.
func check(t *testing.T, s string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%.80q: %v", s, err)
	case want != "" && err == nil:
		t.Errorf("%.80q is taken; want an error with %q", s, want)
	case want != "" && !strings.Contains(err.Error(), want):
		t.Errorf("%.80q: %v; want %q", s, err, want)
	}
}
