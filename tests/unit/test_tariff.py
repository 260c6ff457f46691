"""What the provider takes for each kind of call: from above, by one table of prices."""

from adapters.tariff import TariffSettings, Used

PRICES = TariffSettings(
    cents_per_minute_incoming=1.0, cents_per_minute_browser=0.4, cents_per_minute_recorded=0.25, cents_per_text=8.0
)


def test_each_kind_is_charged_by_its_own_price_and_rounded_up() -> None:
    used = Used(incoming=3, browser=4, recorded=5, text_parts=2)
    assert used.cents(PRICES) == {"incoming": 3, "browser": 2, "recorded": 2, "texts": 16}


def test_nothing_costs_nothing() -> None:
    assert set(Used().cents(PRICES).values()) == {0}
