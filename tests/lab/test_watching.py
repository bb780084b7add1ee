"""A chronicle looks only where something changed, and sees what looking everywhere would see."""

from hypothesis import HealthCheck, given, settings, strategies as st

from lab.exhaustive import Exhaustive, Life
from perplab.domain.batch import Batch
from perplab.domain.commands import Command
from perplab.domain.events import Event
from perplab.domain.state import State
from perplab.engine.outlook import Outlook, outlook, printed
from perplab.journal.manifest import Manifest, manifest_config
from perplab.journal.memory import Memory
from perplab.lab.chronicle import Chronicle
from perplab.lab.story import Entry, Story
from perplab.venue.venue import Venue
from runs import SCENARIOS, Chance


class AtOnce(Chronicle):
    """A chronicle whose entries' outlooks are looked up as they happen as well."""

    def __init__(self, chance: Chance) -> None:
        super().__init__(chance.config)
        self.looked: list[tuple[Entry, Outlook | None]] = []

    def _take(self, event: Event, command: Command) -> None:
        super()._take(event, command)
        for story in self.stories.values():
            if story.entries and story.entries[-1].event is event:
                account = self.state.accounts[story.account]
                held = story._focus
                view = outlook(self.state, account, *held) if held else None
                self.looked.append((story.entries[-1], view))


def run(chance: Chance) -> tuple[AtOnce, Exhaustive]:
    memory = Memory(Manifest(perplab="test", config=manifest_config(chance.config), scenario={}))
    venue = Venue(chance.config, chance.plan, chance.prices, memory.append)
    chronicle, twin = AtOnce(chance), Exhaustive(chance.config)

    def listen(batch: Batch, state: State) -> None:
        chronicle(batch, state)
        twin(batch, state)

    venue.listen(listen)
    venue.run()
    end_ns, streams = chance.plan.end_ns + 1, chance.prices.streams
    for story in chronicle.stories.values():
        story.close(end_ns, streams)
    twin.close(end_ns, streams)
    return chronicle, twin


def extremes_of(one: Story) -> tuple[object, ...]:
    near = one.extremes
    return near.ratio, near.ratio_ns, near.distance, near.distance_ns


def seen_by(twin: Life) -> tuple[object, ...]:
    return twin.ratio, twin.ratio_ns, twin.distance, twin.distance_ns


@settings(
    max_examples=SCENARIOS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 2**40))
def test_what_changed_is_enough_to_look_at(seed: int) -> None:
    chance = Chance(seed).draw()
    chronicle, twin = run(chance)
    assert chronicle.stories.keys() == twin.lives.keys()
    for name, story in chronicle.stories.items():
        naive = twin.lives[name]
        assert extremes_of(story) == seen_by(naive)
        assert [one.crossed for one in story.liquidations] == list(map(printed, naive.crossed))
        end_ns, streams = chance.plan.end_ns, chance.prices.streams
        assert story.drawdown.worst(end_ns, streams) == naive.drawdown.worst(end_ns, streams)
    for entry, view in chronicle.looked:
        assert entry.outlook == view
