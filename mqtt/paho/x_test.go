package cepaho_test
import (
 _ "github.com/mochi-mqtt/server/v2"
 _ "github.com/mochi-mqtt/server/v2/hooks/auth"
 _ "github.com/mochi-mqtt/server/v2/listeners"
)
