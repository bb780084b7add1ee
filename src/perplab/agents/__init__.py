"""Agents: traders written as plain generator functions, and the ones that come with perplab."""
