"""MITRE Attack Flow: drawings of the Builder (`.afb`) and STIX 2.1 bundles with the Attack Flow extension."""

from fuelbed.readers.attackflow.read import looks_like_attack_flow, parse_attack_flow, read_attack_flow

__all__ = ["looks_like_attack_flow", "parse_attack_flow", "read_attack_flow"]
