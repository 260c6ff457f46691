"""A ruleset as text: YAML or JSON in, frozen values out, and back; refused with place, reason and mend."""

from routing_rules.document.model import Problem
from routing_rules.document.problem import RulesetInvalid
from routing_rules.document.reading import parse
from routing_rules.document.writing import dump
from routing_rules.document.yaml_writing import dump_yaml

__all__ = ["Problem", "RulesetInvalid", "dump", "dump_yaml", "parse"]
