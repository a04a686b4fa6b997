package interop_test

var sdkGoReads = []deviation{}
var sdkGoWrites = []deviation{}
