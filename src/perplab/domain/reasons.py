"""Reasons: why the exchange refuses, in the order in which it checks."""

from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """A refusal's reason. `code` is the exchange's own error code, 0 where it has none."""

    code: int

    def __new__(cls, text: str, code: int) -> Self:
        """Make a member of its text and its code."""
        member = str.__new__(cls, text)
        member._value_ = text
        member.code = code
        return member

    ACCOUNT_UNKNOWN = "account_unknown", -2015
    ACCOUNT_ALREADY_OPEN = "account_already_open", 0
    SYMBOL_UNKNOWN = "symbol_unknown", -1121
    NO_PRICE_YET = "no_price_yet", -2020
    LEVERAGE_INVALID = "leverage_invalid", -4028
    LEVERAGE_REDUCTION_WITH_ISOLATED_POSITION = "leverage_reduction_with_isolated_position", -4161
    MARGIN_MODE_UNCHANGED = "margin_mode_unchanged", -4046
    MARGIN_MODE_WITH_OPEN_ORDERS = "margin_mode_with_open_orders", -4047
    MARGIN_MODE_WITH_POSITION = "margin_mode_with_position", -4048
    POSITION_MODE_UNCHANGED = "position_mode_unchanged", -4059
    POSITION_MODE_WITH_OPEN_ORDERS = "position_mode_with_open_orders", -4067
    POSITION_MODE_WITH_POSITION = "position_mode_with_position", -4068
    ADD_MARGIN_NEEDS_ISOLATED = "add_margin_needs_isolated", -4049
    AUTO_ADD_NEEDS_ISOLATED = "auto_add_needs_isolated", -4053
    NO_POSITION = "no_position", -4054
    AUTO_ADD_UNCHANGED = "auto_add_unchanged", -4052
    AMOUNT_NOT_POSITIVE = "amount_not_positive", -4055
    SAME_WALLET = "same_wallet", -1130
    BALANCE_INSUFFICIENT = "balance_insufficient", -2018
    CROSS_BALANCE_INSUFFICIENT = "cross_balance_insufficient", -4050
    ISOLATED_BALANCE_INSUFFICIENT = "isolated_balance_insufficient", -4051
    ORDER_UNKNOWN = "order_unknown", -2011
    ORDER_NOT_AMENDABLE = "order_not_amendable", -5025
    ORDER_UNCHANGED = "order_unchanged", -5027
    ORDER_ID_INVALID = "order_id_invalid", -4015
    ORDER_ID_DUPLICATED = "order_id_duplicated", -4116
    POSITION_SIDE_DOES_NOT_MATCH_MODE = "position_side_does_not_match_mode", -4061
    REDUCE_ONLY_IN_HEDGE_MODE = "reduce_only_in_hedge_mode", -4062
    CLOSE_POSITION_WITH_QUANTITY = "close_position_with_quantity", -4137
    ORDER_TERMS_CONTRADICT = "order_terms_contradict", -1106
    CALLBACK_RATE_INVALID = "callback_rate_invalid", -2007
    GOOD_TILL_DATE_INVALID = "good_till_date_invalid", -5040
    TOO_MANY_ORDERS = "too_many_orders", -2025
    TOO_MANY_CONDITIONAL_ORDERS = "too_many_conditional_orders", -4045
    PRICE_NOT_POSITIVE = "price_not_positive", -4001
    PRICE_OFF_TICK = "price_off_tick", -4014
    PRICE_ABOVE_BAND = "price_above_band", -4016
    PRICE_BELOW_BAND = "price_below_band", -4024
    PRICE_ABOVE_TRIGGER_BAND = "price_above_trigger_band", -4183
    PRICE_BELOW_TRIGGER_BAND = "price_below_trigger_band", -4184
    QUANTITY_NOT_POSITIVE = "quantity_not_positive", -4003
    QUANTITY_BELOW_MINIMUM = "quantity_below_minimum", -4004
    QUANTITY_ABOVE_MAXIMUM = "quantity_above_maximum", -4005
    QUANTITY_OFF_STEP = "quantity_off_step", -4023
    NOTIONAL_BELOW_MINIMUM = "notional_below_minimum", -4164
    WOULD_TRIGGER_IMMEDIATELY = "would_trigger_immediately", -2021
    REDUCE_ONLY_REJECTED = "reduce_only_rejected", -2022
    CANNOT_FILL_AT_ONCE = "cannot_fill_at_once", -5021
    WOULD_TAKE = "would_take", -5022
    POSITION_EXCEEDS_BRACKET_AT_LEVERAGE = "position_exceeds_bracket_at_leverage", -2027
    MARGIN_INSUFFICIENT_FOR_LEVERAGE = "margin_insufficient_for_leverage", -2028
    MARGIN_INSUFFICIENT = "margin_insufficient", -2019


class Expiry(StrEnum):
    """Why an order ended unfilled without anybody cancelling it."""

    IOC_REST = "ioc_rest"
    NO_POSITION = "no_position"
    MARGIN_INSUFFICIENT = "margin_insufficient"
    BRACKET_EXCEEDED = "bracket_exceeded"
    GOOD_TILL_DATE = "good_till_date"
    CANNOT_FILL_AT_ONCE = "cannot_fill_at_once"


class Cancellation(StrEnum):
    """Who cancelled an order."""

    USER = "user"
    LIQUIDATION = "liquidation"
    DELEVERAGING = "deleveraging"
    AMENDED_AWAY = "amended_away"
