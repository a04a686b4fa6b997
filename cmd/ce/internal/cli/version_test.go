package cli

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersionText(t *testing.T) {
	info := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}}}
	info.Main.Version = "v1.2.3"
	if got := versionText(info); !strings.HasPrefix(got, "ce v1.2.3 0123456789ab with changes, CloudEvents 1.0, go") {
		t.Error(got)
	}
	if got := versionText(nil); !strings.HasPrefix(got, "ce (unknown), ") {
		t.Error(got)
	}
}
