"""The canonical text of commands and events."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings, strategies as st

from perplab.domain.absent import ABSENT
from perplab.domain.batch import Batch
from perplab.domain.commands import (
    ChangeBrackets,
    Deposit,
    EndRun,
    ObserveMark,
    PositionSide,
    Wallet,
)
from perplab.domain.events import LiquidationStarted
from perplab.domain.instrument import Bracket
from perplab.domain.numbers import Fine, Money, Price, Rate, Value
from perplab.journal.codec import MESSAGES, _decoded_strictly, decode, encode
from perplab.journal.errors import JournalError
from perplab.journal.forms import _KEPT, DECIMALS, form_of
from perplab.journal.plain import reader_of

UNITS = st.integers(-(10**40), 10**40) | st.integers(-(10**9), 10**9)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    if hint in DECIMALS or hint is int:
        return UNITS
    if hint is bool:
        return st.booleans()
    if hint is str:
        return st.text(st.characters(), max_size=20)
    if get_origin(hint) is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=3).map(tuple)
    if issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    assert is_dataclass(hint)
    assert isinstance(hint, type)
    hints = get_type_hints(hint)
    return st.builds(hint, **{field.name: values_of(hints[field.name]) for field in fields(hint)})


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_comes_back_from_its_text(name: str) -> None:
    @settings(max_examples=20, database=None)
    @given(message=values_of(MESSAGES[name]))
    def comes_back(message: Any) -> None:
        text = encode(message)
        assert text.isascii()
        assert "\n" not in text
        assert decode(name, text) == message

    comes_back()


def said(read: Callable[..., Any], name: str, text: str) -> object:
    """Return the message that is read, or what is said against the text."""
    try:
        return read(name, text, seq=12)
    except JournalError as error:
        return str(error)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_text_with_a_change_is_read_as_by_the_strict_reader_alone(name: str) -> None:
    @settings(max_examples=40, database=None, deadline=None)
    @given(
        message=values_of(MESSAGES[name]),
        place=st.integers(0, 10**6),
        cut=st.integers(0, 2),
        put=st.text(st.sampled_from('"0159-.+e,:{}[]\\ _\u0665\x7fé\ntrue'), max_size=2),
    )
    def is_read_as_strictly(message: Any, place: int, cut: int, put: str) -> None:
        text = encode(message)
        at = place % len(text)
        changed = text[:at] + put + text[at + cut :]
        assert said(decode, name, changed) == said(_decoded_strictly, name, changed)

    is_read_as_strictly()


def test_every_message_without_a_table_is_read_plainly() -> None:
    tables = {name for name, kind in MESSAGES.items() if reader_of(kind) is None}
    assert tables == {"ChangeBrackets", "BracketsChanged", "OpenHolders"}
    read = reader_of(ObserveMark)
    assert read is not None
    assert read(MARK) == decode("ObserveMark", MARK)
    assert read(MARK.replace("X", "é")) is None


def test_more_numbers_than_are_kept_are_written_and_read() -> None:
    units = [*range(_KEPT + 10), *range(10)]
    texts = [encode(ObserveMark(symbol="X", row=1, price=Price(each))) for each in units]
    assert [decode("ObserveMark", text).price for text in texts] == units
    assert texts[:10] == texts[-10:]


def test_the_text_has_the_fields_in_order_and_numbers_as_decimals() -> None:
    deposit = Deposit(account="ann", wallet=Wallet.SPOT, amount=Money(1_050_000_000))
    assert encode(deposit) == '{"account":"ann","wallet":"spot","amount":"10.5"}'


def test_values_have_16_decimals_and_maintenance_24() -> None:
    started = LiquidationStarted(
        account="ann",
        symbol="",
        position_side=PositionSide.BOTH,
        equity=Value(-1),
        maintenance=Fine(10**24 + 1),
    )
    assert '"equity":"-0.0000000000000001"' in encode(started)
    assert '"maintenance":"1.000000000000000000000001"' in encode(started)


def test_a_later_field_is_left_out_where_it_is_as_by_default() -> None:
    """So what was written before there was such a field keeps its bytes."""
    mark = ObserveMark(symbol="X", row=1, price=Price(5 * 10**8))
    assert encode(mark) == MARK
    assert decode("ObserveMark", MARK) == mark
    ranging = replace(mark, high=Price(6 * 10**8))
    assert encode(ranging) == '{"symbol":"X","row":1,"price":"5","high":"6"}'
    assert decode("ObserveMark", encode(ranging)) == ranging


def test_every_later_field_has_its_place_and_none_is_the_first() -> None:
    for kind in MESSAGES.values():
        first = fields(kind)[:1]
        assert not any(ABSENT in field.metadata for field in first), kind


def test_a_message_without_fields_is_an_empty_object() -> None:
    assert encode(EndRun()) == "{}"
    assert decode("EndRun", "{}") == EndRun()


def test_a_bracket_table_is_a_list_of_objects() -> None:
    row = Bracket(floor=Money(0), cap=Money(10**8), rate=Rate(1), amount=Money(0), max_leverage=125)
    text = encode(ChangeBrackets(symbol="X", brackets=(row,)))
    expected = '{"floor":"0","cap":"1","rate":"0.00000001","amount":"0","max_leverage":125}'
    assert text == f'{{"symbol":"X","brackets":[{expected}]}}'


MARK = '{"symbol":"X","row":1,"price":"5"}'


@pytest.mark.parametrize(
    ("text", "field", "found"),
    [
        ('{"symbol":"X","price":"5"}', "row", "nothing"),
        ('{"symbol":"X","row":1,"price":"5","bid":"5"}', "bid", "unknown"),
        ('{"symbol":"X","row":1,"price":"5","low":"0"}', "low", "'0'"),
        ('{"symbol":"X","row":1,"price":"5","high":"6","low":"4"}', "low", "high in its place"),
        ('{"row":1,"symbol":"X","price":"5"}', "symbol", "row in its place"),
        ('{"symbol":7,"row":1,"price":"5"}', "symbol", "7"),
        ('{"symbol":"X","row":true,"price":"5"}', "row", "True"),
        ('{"symbol":"X","row":1.0,"price":"5"}', "row", "1.0"),
        ('{"symbol":"X","row":"1","price":"5"}', "row", "'1'"),
        ('{"symbol":"X","row":1,"price":5}', "price", "5"),
        ('{"symbol":"X","row":1,"price":5.0}', "price", "5.0"),
        ('{"symbol":"X","row":1,"price":"5.0"}', "price", "'5.0'"),
        ('{"symbol":"X","row":1,"price":"05"}', "price", "'05'"),
        ('{"symbol":"X","row":1,"price":"+5"}', "price", "'+5'"),
        ('{"symbol":"X","row":1,"price":"-0"}', "price", "'-0'"),
        ('{"symbol":"X","row":1,"price":"5e0"}', "price", "'5e0'"),
        ('{"symbol":"X","row":1,"price":"\u0665"}', "price", "'\u0665'"),
        ('{"symbol":"X","row":1,"price":"0.000000001"}', "price", "'0.000000001'"),
        ('{"symbol":"X","row":1,"price":"' + "9" * 5000 + '"}', "price", "'999"),
        ('{"symbol":"X","row":1,"price":null}', "price", "None"),
        ('{"symbol":"X","row":1, "price":"5"}', "row", "canonical"),
        ('{"symbol":"\\u0058","row":1,"price":"5"}', "symbol", "canonical"),
        ('{"symbol":"X","row":1,"price":"5"} ', "price", "canonical"),
        ('{"symbol":"X","row":1,"row":1,"price":"5"}', "row", "canonical"),
    ],
)
def test_what_encode_would_not_have_written_is_refused_by_field(
    text: str, field: str, found: str
) -> None:
    with pytest.raises(JournalError) as refusal:
        decode("ObserveMark", text, seq=12)
    assert refusal.value.seq == 12
    assert "record 12" in str(refusal.value)
    assert f"field '{field}'" in str(refusal.value)
    assert found in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "nul", "[" * 100_000, '{"row":' + "1" * 9999 + "}"]
)
def test_what_is_not_an_object_is_refused(text: str) -> None:
    with pytest.raises(JournalError, match="expected a"):
        decode("ObserveMark", text)


def test_an_unknown_type_and_an_unknown_choice_are_refused() -> None:
    with pytest.raises(JournalError, match="'ObserveMood'"):
        decode("ObserveMood", MARK)
    with pytest.raises(JournalError, match=r"'wallet'.*'sock', expected one of spot, funding"):
        decode("Deposit", '{"account":"ann","wallet":"sock","amount":"1"}')


def test_a_wrong_field_within_a_bracket_is_named_by_its_path() -> None:
    row = '{"floor":"0","cap":"1","rate":"x","amount":"0","max_leverage":1}'
    with pytest.raises(JournalError, match=r"'brackets\[0\]\.rate'"):
        decode("ChangeBrackets", f'{{"symbol":"X","brackets":[{row}]}}')


@pytest.mark.parametrize("hint", [float, object, list[int], tuple[int, int]])
def test_no_message_can_carry_a_float_or_what_has_no_form(hint: object) -> None:
    with pytest.raises(TypeError, match="cannot carry"):
        form_of(hint)


def test_a_mark_is_read_as_integers() -> None:
    mark = decode("ObserveMark", MARK)
    assert mark == ObserveMark(symbol="X", row=1, price=Price(5 * 10**8))
    assert type(mark.price) is int
    assert Batch(time_ns=0, command=mark, events=()).command is mark
