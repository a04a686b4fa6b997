// Package stream reads events from files and pipes, and writes them. It finds out which
// [Form] an input has, splits it into units (a JSON event, or an HTTP message) without
// checking them, and says where each one is. Only one unit is in memory at a
// time, and no unit is larger than a limit.
//
// An input opens no file. A curl command may name files; they are read only if
// [Source].ReadFiles is set.
package stream
