"""The provider's words for a call that is over. Whoever hears or asks of a call's status reads them here.

Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values
"""

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
