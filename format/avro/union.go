package ceavro

// The members of the union of data.
const (
	dataBytes = iota
	dataNull
	dataBoolean
	dataMap
	dataArray
	dataDouble
	dataString
)

// container says which entries a map or an array of data has.
type container byte

const (
	// outerMap is the map that is a member of the union of data.
	outerMap container = iota
	// innerMap is the map in a record CloudEventData. The record is not seen in JSON.
	innerMap
	// recordMap is a map of such records.
	recordMap
	// recordArray is an array of them.
	recordArray
)

// least returns how many bytes an entry has at least.
func (c container) least() int {
	if c == recordArray {
		return 1
	}
	return 2
}

// token is a part of a JSON value.
type token byte

const (
	noToken token = iota
	tokenNull
	tokenBoolean
	tokenNumber
	tokenString
	openObject
	openArray
	closeObject
	closeArray
)

// union is one of the unions that a value of data can be in.
type union struct {
	members []token   // by their index
	object  container // what a map is
}

var (
	inData     = union{[]token{dataBytes: noToken, dataNull: noToken, dataBoolean: tokenBoolean, dataMap: openObject, dataArray: openArray, dataDouble: tokenNumber, dataString: tokenString}, outerMap}
	inOuterMap = union{[]token{tokenNull, tokenBoolean, openObject, tokenNumber, tokenString}, innerMap}
	inInnerMap = union{[]token{tokenNull, tokenBoolean, openObject, openArray, tokenNumber, tokenString}, recordMap}
)

// fewLevels and fewNames are how many maps and names need no memory of their own.
const (
	fewLevels = 8
	fewNames  = 32
)

// levels is a stack of what is open.
type levels[T any] struct {
	few   [fewLevels]T
	more  []T
	count int
}

func (s *levels[T]) push(level T) {
	if s.count < fewLevels {
		s.few[s.count] = level
	} else {
		s.more = append(s.more[:s.count-fewLevels], level)
	}
	s.count++
}

// top returns the level that was pushed last. It is valid until the next push.
func (s *levels[T]) top() *T {
	if s.count <= fewLevels {
		return &s.few[s.count-1]
	}
	return &s.more[s.count-fewLevels-1]
}
