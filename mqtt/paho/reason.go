package cepaho

// Reason codes of the broker (MQTT 5, section 2.4).
const (
	reasonGrantedQoS0 = 0x00
	reasonFailure     = 0x80 // the least code of a failure

	// The broker gives these again when the same packet is sent again.
	reasonNotAuthorized           = 0x87
	reasonTopicFilterInvalid      = 0x8f
	reasonTopicNameInvalid        = 0x90
	reasonPacketTooLarge          = 0x95
	reasonPayloadFormatInvalid    = 0x99
	reasonSharedNotSupported      = 0x9e
	reasonIdentifiersNotSupported = 0xa1
	reasonWildcardsNotSupported   = 0xa2
)
