"""Words: taking an action's text apart, and saying what was found where it does not fit."""

from dataclasses import dataclass

from perplab.domain.numbers import ONE, NumberError, divide_down, parse_units

HUNDRED_PERCENT = 100 * ONE


class ActionError(ValueError):
    """Words that are not an action: what was found and what was expected."""


@dataclass(slots=True)
class Words:
    """The words of an action, taken from the left; options may stand in any order."""

    text: str
    left: list[str]
    symbols: tuple[str, ...]

    def take(self, what: str) -> str:
        """Return the next word, or say what is missing."""
        if not self.left:
            raise ActionError(f"action {self.text!r} ends where {what} was expected")
        return self.left.pop(0)

    def number(self, what: str) -> int:
        """Return the next word as a number above zero, in 1e-8."""
        word = self.take(what)
        try:
            units = parse_units(word)
        except NumberError as error:
            raise ActionError(f"action {self.text!r}: {error}, expected {what}") from error
        if units <= 0:
            raise ActionError(f"action {self.text!r}: {what} is {word}, expected more than zero")
        return units

    def flag(self, word: str) -> bool:
        """Return whether a word is there, and take it."""
        if word not in self.left:
            return False
        self.left.remove(word)
        return True

    def one_of(self, *words: str) -> str | None:
        """Return whichever of the words is there, and take it."""
        return next((word for word in words if self.flag(word)), None)

    def after(self, word: str, what: str) -> str | None:
        """Return the word that follows a word, and take both."""
        if word not in self.left:
            return None
        index = self.left.index(word)
        if index + 1 == len(self.left):
            raise ActionError(f"action {self.text!r} ends where {what} was expected")
        del self.left[index]
        return self.left.pop(index)

    def number_after(self, word: str, what: str) -> int | None:
        """Return the number above zero, in 1e-8, that follows a word, and take both."""
        found = self.after(word, what)
        return None if found is None else self._apart(found).number(what)

    def rate(self, what: str) -> int:
        """Return the next word, like 1.5%, as a rate in 1e-8."""
        word = self.take(what)
        if not word.endswith("%"):
            raise ActionError(f"action {self.text!r}: found {word!r}, expected {what} like 1.5%")
        percent = self._apart(word.removesuffix("%")).number(what)
        if percent % 100:
            raise ActionError(f"action {self.text!r}: {word} is finer than 0.000001%")
        return divide_down(percent, 100)

    def percent(self) -> int | None:
        """Return a word like 50% in 1e-8 of a percent, and take it."""
        word = next((word for word in self.left if word.endswith("%")), None)
        if word is None:
            return None
        self.left.remove(word)
        units = self._apart(word.removesuffix("%")).number("a percentage")
        if units > HUNDRED_PERCENT:
            raise ActionError(f"action {self.text!r}: {word} is more than 100%")
        return units

    def symbol(self) -> str:
        """Return the symbol, which may be left out when the run has only one."""
        found = self.one_of(*self.symbols)
        if found:
            return found
        if len(self.symbols) == 1 and not self.left:
            return self.symbols[0]
        known = ", ".join(self.symbols)
        stray = f"{self.left[0]!r} is not one of them" if self.left else "none is named"
        raise ActionError(f"action {self.text!r} needs one of the symbols {known}: {stray}")

    def end(self) -> None:
        """Demand that every word was understood."""
        if self.left:
            raise ActionError(f"action {self.text!r}: {self.left[0]!r} was not expected")

    def _apart(self, word: str) -> "Words":
        """Return one word alone, of the same action."""
        return Words(self.text, [word], self.symbols)
