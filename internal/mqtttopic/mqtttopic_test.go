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

func TestOfConsumer(t *testing.T) {
	check(t, "nothing", mqtttopic.OfConsumer(nil, ""), "")
	check(t, "both", mqtttopic.OfConsumer([]string{"orders/#", "bills/+"}, "dead/orders"), "")
	check(t, "a filter", mqtttopic.OfConsumer([]string{"orders/#", "bills+"}, "dead/orders"), `Topics: malformed topic filter "bills+"`)
	check(t, "a dead letter", mqtttopic.OfConsumer([]string{"orders/#"}, "dead/#"), `DeadLetter: malformed topic "dead/#"`)
}

// check looks for want in the text of an error. "" is no error.
// A consumer that subscribes to the topic of its own dead letter would read that again and again.
func TestOwnDeadLetter(t *testing.T) {
	for _, c := range []struct {
		filter, topic string
		own           bool
	}{
		{"orders", "orders", true}, {"orders", "dead", false}, {"orders", "orders/dead", false}, {"orders/dead", "orders", false},
		{"orders/+", "orders/dead", true}, {"orders/+", "orders", false}, {"orders/+", "orders/dead/1", false}, {"+/dead", "orders/dead", true},
		{"orders/#", "orders/dead", true}, {"orders/#", "orders", true}, {"orders/#", "order", false}, {"#", "dead", true}, {"+", "/dead", false}, {"/+", "/dead", true},
		{"#", "$dead", false}, {"+/a", "$dead/a", false}, {"$dead/#", "$dead/a", true},
		{"$share/billing/orders/#", "orders/dead", true}, {"$share/orders/paid", "orders/paid", false}, {"orders//+", "orders//", true},
	} {
		err := mqtttopic.OfConsumer([]string{"other", c.filter}, c.topic)
		if (err != nil) != c.own {
			t.Errorf("%s and %s: %v", c.filter, c.topic, err)
		}
	}
}

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
