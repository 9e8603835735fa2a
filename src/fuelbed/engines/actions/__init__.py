"""The action table: what each action item really changes."""

from fuelbed.engines.actions.examine import examine

__all__ = ["examine"]
