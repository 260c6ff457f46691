"""A ruleset as text: YAML or JSON in, frozen values out, and back; refused with place, reason and mend."""

from routing_rules.document.loading import RulesetInvalid
from routing_rules.document.reading import parse
from routing_rules.document.writing import dump
from routing_rules.document.yaml_writing import dump_yaml

__all__ = ["RulesetInvalid", "dump", "dump_yaml", "parse"]
