"""The command line: `perplab` and its commands, and how errors reach a person."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from perplab.cli.commands import COMMANDS, MODE
from perplab.cli.failures import EXIT_CODES, INTERRUPTED, exit_code_of


class Perplab(TyperGroup):
    """The top of the commands; an error that is for people becomes a message and an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands, in the order of their list."""
        del ctx
        return [*COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, which is loaded when it is first asked for."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            self.add_command(_loaded(cmd_name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help, with each command's sentence."""
        self._name_all()
        super().format_help(ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the arguments name, or say which they may have meant.

        `advise LOG` and `advise mode` are two commands: a log called mode is written ./mode.
        """
        if args[:2] == MODE.split():
            args = [MODE, *args[2:]]
        if args and args[0] not in COMMANDS:
            self._name_all()
        return super().resolve_command(ctx, args)

    def _name_all(self) -> None:
        for name, command in COMMANDS.items():
            self.commands.setdefault(name, TyperCommand(name, help=command.sentence))

    def invoke(self, ctx: Any) -> Any:
        """Run a command; a known error is one message on stderr."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo(
                "perplab: interrupted; a log that was begun goes on with the same command", err=True
            )
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:
            code = exit_code_of(error)
            if code is None:
                raise
            typer.echo(f"perplab: {error}", err=True)
            raise typer.Exit(code) from error


app = typer.Typer(
    cls=Perplab,
    name="perplab",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - slow, and seldom asked for

        typer.echo(f"perplab {version('perplab')}")
        raise typer.Exit


def _verbose(*, wanted: bool) -> None:
    if wanted:
        import logging  # noqa: PLC0415 - seldom asked for

        logging.basicConfig(
            level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s"
        )


@app.callback()
def perplab(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar="", help="Print the version.", is_eager=True, callback=_version
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", metavar="", help="Log the work on stderr.", callback=_verbose
        ),
    ] = False,
) -> None:
    """A paper-trading perpetual-futures exchange that you can rewind."""
    del version, verbose  # their callbacks have done the work


def _loaded(name: str) -> Any:
    """Return a command of its own module."""
    module, _, attribute = COMMANDS[name].place.partition(".")
    found = getattr(import_module(f"perplab.cli.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return get_group(found)
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return get_command(alone)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if len(sys.argv) == 1 or sys.argv[-1] in {"-h", "--help"}:
        _spare_markdown()
    sys.exit(app())


def _spare_markdown() -> None:
    """Stand in for what typer loads for help in Markdown and for tracebacks: ours has neither.

    They take a quarter of the time until the help is there.
    """
    for name, word in (("rich.markdown", "Markdown"), ("rich.traceback", "Traceback")):
        module = ModuleType(name)
        setattr(module, word, None)
        sys.modules.setdefault(name, module)
