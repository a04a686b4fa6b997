package measure

import (
	"bufio"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// machineInfo is the machine and the versions that numbers depend on.
type machineInfo struct {
	CPU        string   `json:"cpu"`
	System     string   `json:"system"`
	GOMAXPROCS int      `json:"gomaxprocs"`
	Go         string   `json:"go"`
	Modules    []string `json:"modules"`
}

func machine(libraries []string) machineInfo {
	return machineInfo{
		CPU: cpu(), System: runtime.GOOS + "/" + runtime.GOARCH,
		GOMAXPROCS: runtime.GOMAXPROCS(0), Go: runtime.Version(), Modules: modules(libraries),
	}
}

func cpu() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown CPU"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown CPU"
}

// modules returns the versions of those modules that the program is linked with.
func modules(wanted []string) []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	var found []string
	for _, m := range info.Deps {
		if slices.Contains(wanted, m.Path) {
			found = append(found, m.Path+" "+m.Version)
		}
	}
	return found
}

// command returns the command line of this program.
func command() string {
	program := "./report"
	if info, ok := debug.ReadBuildInfo(); ok && info.Path == info.Main.Path { // the module is the command
		program = "."
	}
	return strings.Join(append([]string{"go run " + program}, quoted(os.Args[1:])...), " ")
}

// quoted returns args, quoted for a shell.
func quoted(args []string) []string {
	var all []string
	for _, a := range args {
		if strings.ContainsAny(a, " \t|&;()<>*?[]$`\"'\\{}!#~") || a == "" {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		all = append(all, a)
	}
	return all
}
