//go:build !unix

package measure

var processor clock
