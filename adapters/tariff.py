"""What the provider takes for each kind of call and text: the one table of prices besides the two of the rules.

The prices of minutes to mobiles and landlines stand in the ruleset (``limits:``), where a supervisor can change them
with the limit they belong to. Cents of the account's currency; put in what your provider's list says.
"""

import math
from dataclasses import dataclass

from pydantic import BaseModel, Field

PART = 153  # characters of a text that is charged in parts


class TariffSettings(BaseModel):
    cents_per_minute_incoming: float = Field(default=1.0, ge=0, le=1000)
    cents_per_minute_browser: float = Field(default=0.4, ge=0, le=1000)
    cents_per_minute_recorded: float = Field(default=0.25, ge=0, le=1000)
    cents_per_text: float = Field(default=8.0, ge=0, le=1000)


@dataclass(frozen=True)
class Used:
    """Begun minutes and parts of texts, by what the provider charges for."""

    incoming: int = 0
    browser: int = 0
    recorded: int = 0
    text_parts: int = 0

    def cents(self, prices: TariffSettings) -> dict[str, int]:
        """By kind, each rounded up: an estimate from above."""
        charged = {
            "incoming": self.incoming * prices.cents_per_minute_incoming,
            "browser": self.browser * prices.cents_per_minute_browser,
            "recorded": self.recorded * prices.cents_per_minute_recorded,
            "texts": self.text_parts * prices.cents_per_text,
        }
        return {kind: math.ceil(cost) for kind, cost in charged.items()}
