"""Memory: a log that is only held, made of the same lines and hashes as one on the disk."""

from perplab.domain.batch import Batch
from perplab.journal.chain import Chain
from perplab.journal.manifest import Manifest


class Memory:
    """Takes a run's batches and keeps their lines; `head` is the last batch's hash."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self._chain = Chain()
        self._texts = [self._chain.open(manifest.text).text]

    @property
    def head(self) -> str:
        """Return the hash of the last batch."""
        return self._chain.head

    @property
    def text(self) -> str:
        """Return the whole log as its JSONL export."""
        return "".join(self._texts)

    def append(self, batch: Batch) -> int:
        """Add a batch and return its first seq."""
        first = self._chain.seq
        self._texts.append(self._chain.add(batch).text)
        return first

    def lines(self) -> list[str]:
        """Return one line for each record and, after each batch, one for its hash."""
        return self.text.splitlines()
