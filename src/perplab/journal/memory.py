"""Memory: a log that is only held, made of the same lines and hashes as one on the disk."""

from perplab.domain.batch import Batch
from perplab.journal.chain import Block, Chain
from perplab.journal.manifest import Manifest


class Memory:
    """Takes a run's batches and keeps their records; `head` is the last batch's hash."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self._chain = Chain()
        self._blocks: list[Block] = [self._chain.open(manifest.text)]

    @property
    def head(self) -> str:
        """Return the hash of the last batch."""
        return self._chain.head

    @property
    def text(self) -> str:
        """Return the whole log as its JSONL export."""
        return "".join(block.text for block in self._blocks)

    def append(self, batch: Batch) -> int:
        """Add a batch and return its first seq."""
        first = self._chain.seq
        self._blocks.append(self._chain.add(batch))
        return first

    def lines(self) -> list[str]:
        """Return one line for each record and, after each batch, one for its hash."""
        return self.text.splitlines()
