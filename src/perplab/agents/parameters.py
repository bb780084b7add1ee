"""Parameters: what an agent's function takes, and what a scenario gives it, made to fit."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Unpack, get_args, get_origin, get_type_hints

from perplab.agents.errors import AgentError, said
from perplab.domain.numbers import ONE, NumberError, parse_units

Parameters = Mapping[str, bool | int | str]
"""Parameters as a plan holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an agent: its name, the types that it may have, whether it is needed.

    `default` is None where it has none, or where None says that nothing was given.
    """

    name: str
    kinds: tuple[Any, ...]
    needed: bool = False
    default: Any = None


@lru_cache(maxsize=32)
def parameters_of(function: Callable[..., Any]) -> dict[str, Parameter]:
    """Return what an agent takes by name after its context.

    `**entry: Unpack[Entry]` stands for the keys of the typed dictionary `Entry`.
    """
    found: dict[str, Parameter] = {}
    for one in list(_signature(function).parameters.values())[1:]:
        if one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL}:
            needed = one.default is one.empty
            default = None if needed else one.default
            kinds = _kinds(one.annotation)
            found[one.name] = Parameter(name=one.name, kinds=kinds, needed=needed, default=default)
        elif get_origin(one.annotation) is Unpack:
            (keys,) = get_args(one.annotation)
            hints = get_type_hints(keys).items()
            found |= {name: Parameter(name=name, kinds=_kinds(kind)) for name, kind in hints}
    return found


def arguments_of(agent: str, function: Callable[..., Any], given: Parameters) -> dict[str, Any]:
    """Return a function's keyword arguments, each as its annotation says, or `AgentError`.

    A number for a parameter without an annotation, or with `Decimal`, becomes a `Decimal`, also
    where it is the default; 5% is 0.05. A whole number stays one where the default is one.
    """
    try:
        known = parameters_of(function)
        _demand(given, known, anything=_takes_anything(function))
        fitting = {
            one.name: Decimal(str(one.default))
            for one in known.values()
            if isinstance(one.default, float) and (not one.kinds or Decimal in one.kinds)
        }
        for key, value in given.items():
            one = known.get(key, Parameter(name=key, kinds=()))
            fitting[key] = _argument(f"parameter {key!r}", value, one)
        _signature(function).bind("the context", **fitting)
    except AgentError as error:
        raise AgentError(f"agent {agent}: {error}") from error
    except TypeError as error:
        raise AgentError(
            f"agent {agent}: cannot be called: {error}; expected def {function.__name__}(ctx, ...)"
        ) from error
    return fitting


def demand_shares(**shares: Decimal | None) -> None:
    """Raise `AgentError` unless each is between 0 and 1, or was not given."""
    for name, share in shares.items():
        if share is not None and not 0 < share < 1:
            raise AgentError(
                f"{name}: found {share}, expected a share above 0 and below 1, as 0.05 or 5%"
            )


@lru_cache(maxsize=32)
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(function, eval_str=True)
    except Exception as error:
        raise AgentError(f"an annotation cannot be read: {said(error)}") from error


def _takes_anything(function: Callable[..., Any]) -> bool:
    return any(
        one.kind is one.VAR_KEYWORD and get_origin(one.annotation) is not Unpack
        for one in _signature(function).parameters.values()
    )


def _demand(given: Parameters, known: dict[str, Parameter], *, anything: bool) -> None:
    for key in given:
        if key not in known and not anything:
            expected = ", ".join(known) or "none"
            raise AgentError(f"unknown parameter {key!r}; expected {expected}")
    for one in known.values():
        if one.needed and one.name not in given:
            raise AgentError(f"parameter {one.name!r} is missing")


def _argument(place: str, value: bool | int | str, parameter: Parameter) -> Any:
    kinds = parameter.kinds
    if isinstance(value, bool) or bool in kinds:
        if not isinstance(value, bool) or (kinds and bool not in kinds):
            raise AgentError(f"{place}: found {value!r}, expected {_wanted(kinds)}")
        return value
    if str in kinds:
        return str(value)
    if int in kinds and Decimal not in kinds:
        try:
            return int(str(value))
        except ValueError as error:
            raise AgentError(f"{place}: found {value!r}, expected a whole number") from error
    number = _number(str(value))
    if number is None and Decimal in kinds:
        raise AgentError(f"{place}: found {value!r}, expected a number, as 0.05 or 5%")
    if number is None:
        return value
    if not kinds and isinstance(parameter.default, int) and number == int(number):
        return int(number)
    return float(number) if float in kinds else number


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """Return what an annotation allows: itself, or the members of a union."""
    if annotation is inspect.Parameter.empty:
        return ()
    return get_args(annotation) or (annotation,)


def _wanted(kinds: tuple[Any, ...]) -> str:
    return "true or false" if bool in kinds else "a number or text"


def _number(text: str) -> Decimal | None:
    try:
        units = parse_units(text.removesuffix("%"))
    except NumberError:
        return None
    number = Decimal(units) / ONE
    return number / 100 if text.endswith("%") else number
