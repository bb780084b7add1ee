"""Actions: what a scripted account does, written in a few words, as `add-margin 200`."""

from functools import lru_cache

from perplab.venue.account_actions import ACCOUNT_VERBS
from perplab.venue.action_options import Make
from perplab.venue.order_actions import ORDER_VERBS
from perplab.venue.words import ActionError, Words

__all__ = ["GRAMMAR", "Make", "parse_action"]

GRAMMAR = """\
buy|sell QUANTITY [SYMBOL] [at PRICE] [gtc|ioc|fok|gtx|good-till TIME] [reduce-only] [OPTIONS]
stop|take-profit PRICE [PERCENT%] [SYMBOL] [limit PRICE [ioc|fok]] [protected] [WATCH] [OPTIONS]
stop-buy|stop-sell PRICE QUANTITY [SYMBOL] [limit PRICE [ioc|fok]] [protected] [reduce-only]
    [WATCH] [OPTIONS]
trail RATE% [PERCENT%] [SYMBOL] [from PRICE] [WATCH] [OPTIONS]
trail-buy|trail-sell RATE% QUANTITY [SYMBOL] [from PRICE] [reduce-only] [WATCH] [OPTIONS]
close [PERCENT%] [SYMBOL] [OPTIONS]
amend ID PRICE QUANTITY | cancel ID | cancel-all [SYMBOL]
add-margin|reduce-margin AMOUNT [SYMBOL] [long|short] | auto-add on|off [SYMBOL] [long|short]
deposit|withdraw AMOUNT [spot|funding|futures] | transfer AMOUNT WALLET WALLET
leverage N [SYMBOL] | isolated|cross [SYMBOL] | hedge | one-way

WATCH is on last or on mark; OPTIONS are long or short, and as ID"""


@lru_cache(maxsize=1024)
def parse_action(text: str, symbols: tuple[str, ...]) -> Make:
    """Return what the words ask for, or raise `ActionError`; `GRAMMAR` lists them.

    The runs of a sweep share what is read once.
    """
    words = Words(text, text.split(), symbols)
    verb = words.take("a verb")
    build = _VERBS.get(verb)
    if build is None:
        known = ", ".join(_VERBS)
        raise ActionError(f"action {text!r}: {verb!r} is not a verb; expected one of {known}")
    make = build(verb, words)
    words.end()
    return make


_VERBS = {**ORDER_VERBS, **ACCOUNT_VERBS}
