"""Codes and times of the read models put into the page's words. Pure: the catalogue and the zone are arguments."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from console.words import PageWords
from desks.view.card import Card, Consulted


@dataclass(frozen=True)
class Wording:
    t: PageWords
    zone: ZoneInfo
    now: datetime

    def clock(self, moment: datetime | None) -> str:
        """``9.05``; English pages say ``9:05``."""
        if moment is None:
            return self.t("time.none")
        local = moment.astimezone(self.zone)
        return f"{local.hour}{self.t('time.separator')}{local.minute:02d}"

    def day(self, moment: datetime) -> str:
        """Today is left unsaid; else tomorrow, yesterday or the weekday with its date."""
        local, today = moment.astimezone(self.zone).date(), self.now.astimezone(self.zone).date()
        near = {today: "", today + timedelta(days=1): "time.tomorrow", today - timedelta(days=1): "time.yesterday"}
        if local in near:
            return self.t(near[local]) if near[local] else ""
        return self.t("time.date", weekday=self.t(f"weekday.{local.weekday()}"), day=local.day, month=local.month)

    def at(self, moment: datetime | None) -> str:
        if moment is None:
            return self.t("time.none")
        return " ".join(part for part in (self.day(moment), self.t("time.at", clock=self.clock(moment))) if part)

    def window(self, start: datetime | None, end: datetime | None) -> str:
        if start is None or end is None:
            return self.t("time.none")
        span = self.t("time.span", start=self.clock(start), end=self.clock(end))
        return " ".join(part for part in (self.day(start), span) if part)

    def minutes_since(self, moment: datetime) -> str:
        minutes = max(0, int((self.now - moment).total_seconds() // 60))
        if minutes < 60:
            return self.t("time.minutes", minutes=minutes)
        return self.t("time.hours", hours=minutes // 60, minutes=minutes % 60)

    def decimal(self, figure: float) -> str:
        """``2,5``; English pages say ``2.5``."""
        return f"{figure:.1f}".replace(".", self.t("decimal.sign"))

    def length(self, seconds: int) -> str:
        """Of a sound: minutes and seconds."""
        return f"{seconds // 60}:{seconds % 60:02d}"

    def why(self, card: Card) -> str:
        clause, moment = card.why.clause, card.why.moment
        if card.consulted is not None:
            return self.t("why.consulted")
        if clause == "needed" and card.why.number is not None:
            plural = "one" if card.why.number == 1 else "many"
            return self.t(f"why.needed.{plural}", clock=self.clock(moment), number=card.why.number)
        if clause == "place" and card.kind != "live":
            return self.t("why.place.callback", clock=self.clock(moment))
        return self.t(f"why.{clause}", clock=self.clock(moment))

    def told(self, card: Card) -> str:
        """The place and wait a live caller heard; a promise is quoted in its own words instead."""
        told = card.told
        if told.place is None:
            return self.t("told.nothing")
        if told.wait_minutes is None:
            return self.t("told.place", place=told.place)
        return self.t("told.place_and_wait", place=told.place, minutes=told.wait_minutes)

    def topic(self, path: tuple[str, ...]) -> str:
        return " › ".join(path)

    def situation(self, card: Card) -> str:
        """What a screen reader says when something around the talk has changed."""
        parts = []
        if card.consulted is not None and card.state == "connected":
            parts.append(self.consulted(card.consulted))
        elif card.transfer is not None:
            parts.append(self.t(f"transfer.state.{card.transfer.state}", goal=card.transfer.goal))
        elif card.on_hold:
            parts.append(self.t("card.on_hold"))
        if card.listened_by is not None:
            parts.append(self.t("talk.coached" if card.coached else "talk.listened", name=card.listened_by))
        return " ".join(parts)

    def consulted(self, asked: Consulted) -> str:
        """Who asks her, and whether the caller hears: before she says the first word."""
        return self.t(f"consulted.{asked.state}", name=asked.by)

    def headline(self, card: Card) -> str:
        kind = "live" if card.kind == "live" else "callback"
        if card.consulted is not None and card.state in ("offered", "connected"):
            return self.t(f"card.consulted.{card.consulted.state}")
        if card.state == "connected" and card.transfer is not None:
            return self.t(f"card.transfer.{card.transfer.state}")
        if card.state == "connected" and card.on_hold:
            return self.t("card.on_hold")
        if card.state in ("accepted", "dialing"):
            return self.t(f"card.{card.state}.{kind}")
        return self.t(f"card.{card.state}")

    def announcement(self, card: Card) -> str:
        """What a screen reader says at once when an offer comes."""
        if card.consulted is not None:
            return self.t(
                "announce.consulted",
                name=card.consulted.by,
                topic=", ".join(card.topic_path),
                language=self.t(f"language.{card.service_language}"),
            )
        return self.t(
            "announce.offer",
            kind=self.t(f"kind.{card.kind}"),
            topic=", ".join(card.topic_path),
            language=self.t(f"language.{card.service_language}"),
        )
