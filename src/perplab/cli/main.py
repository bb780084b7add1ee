"""The command line: `perplab` and its commands, and how errors reach a person."""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from perplab.cli import ticks
from perplab.cli.advise import advise, advise_mode
from perplab.cli.agents import agents
from perplab.cli.audit import audit, explain
from perplab.cli.demo import demo
from perplab.cli.failures import EXIT_CODES, INTERRUPTED, exit_code_of
from perplab.cli.fork import compare, fork, whatif
from perplab.cli.replay import replay
from perplab.cli.report import report
from perplab.cli.run import run
from perplab.cli.show import show
from perplab.cli.sweep import sweep
from perplab.cli.transfer import export, import_
from perplab.cli.verify import verify
from perplab.cli.watch import watch

_MODE = "advise mode"
_CALC = "The margin calculator: exact, nothing is traded."


class Perplab(TyperGroup):
    """The top of the commands; an error that is for people becomes a message and an exit code."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the arguments name; the calculator is loaded when it is.

        `advise LOG` and `advise mode` are two commands: a log called mode is written ./mode.
        """
        if args[:2] == _MODE.split():
            args = [_MODE, *args[2:]]
        if args and args[0] == "calc":
            self.add_command(get_group(import_module("perplab.cli.calc").app), "calc")
        return super().resolve_command(ctx, args)

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


app.command()(replay)
app.command()(run)
app.command()(agents)
app.command()(sweep)
app.command()(demo)
app.command()(verify)
app.command()(audit)
app.command()(explain)
app.command()(show)
app.command()(watch)
app.command()(advise)
app.command(_MODE)(advise_mode)
app.command()(fork)
app.command()(whatif)
app.command()(compare)
app.command()(report)
app.command()(export)
app.command("import")(import_)
app.add_typer(typer.Typer(help=_CALC), name="calc")
app.add_typer(ticks.app, name="ticks")


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(app())
