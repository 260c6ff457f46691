"""What a new agent can say aloud: two sentences for each topic that somebody can be rung about, kept as written."""

import re

import pytest

from routing_rules.document import RulesetInvalid, dump, parse
from routing_rules.model import LANGUAGES, Topic
from tests.support.services import SAMPLE, sample_rules

LONGEST = 280  # said in twenty seconds
SENTENCE = re.compile(r"[.?!](?:\s|$)")


def leaves() -> list[Topic]:
    rules = sample_rules()
    parents = {topic.parent for topic in rules.topics}
    return [topic for topic in rules.topics if topic.id not in parents]


@pytest.mark.parametrize("topic", leaves(), ids=lambda topic: topic.id)
def test_each_leaf_of_the_sample_has_two_sentences_in_every_language(topic: Topic) -> None:
    assert topic.advice is not None
    for language in LANGUAGES:
        words = topic.advice[language]
        assert len(SENTENCE.findall(words)) == 2, words
        assert len(words) <= LONGEST, words
        assert not re.search(r"\d", words), "said aloud: numbers in words"


def test_advice_is_read_back_as_it_was_written() -> None:
    assert parse(dump(sample_rules())) == sample_rules()


def test_advice_on_a_branch_is_refused_because_nobody_is_offered_a_branch() -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    branch = "  - id: housing-building-water\n"
    written = text.replace(branch, branch + "    advice: {fi: A. B., sv: A. B., en: A. B.}\n", 1)
    with pytest.raises(RulesetInvalid) as refused:
        parse(written)
    assert [p for p in refused.value.problems if p.startswith("topics.housing-building-water.advice:")]


def test_advice_in_two_languages_is_refused() -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    written = re.sub(r"    advice:\n      fi: >-\n(?:        .*\n)+", "    advice:\n", text, count=1)
    with pytest.raises(RulesetInvalid) as refused:
        parse(written)
    assert refused.value.problems == ("topics.housing.advice.fi: is missing; add it",)
