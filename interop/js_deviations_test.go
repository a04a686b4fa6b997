package interop_test

var jsReads = []deviation{}
var jsWrites = []deviation{}
var jsChannels = []channel{}
