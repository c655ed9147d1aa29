"""The blueprint, its compiler to a Vapi assistant, the caller's conversation, the templates."""

from allokoli.blueprint.blueprint import Blueprint, CallerField, Escalation, Faq, Hours, Notify

__all__ = ["Blueprint", "CallerField", "Escalation", "Faq", "Hours", "Notify"]
