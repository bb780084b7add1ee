"""Sources to streams: each content by its reader."""

from perplab.tape.hftbacktest import read_npz
from perplab.tape.options import Reading, ReadOptions
from perplab.tape.recording import is_recording, read_recording
from perplab.tape.sheet import open_table
from perplab.tape.source import Source
from perplab.tape.tabular import read_table


def convert(source: Source, options: ReadOptions) -> Reading:
    """Return what an unpacked source holds. Raises TapeError where it cannot be used."""
    if source.content == "npz":
        return read_npz(source, options)
    if is_recording(source):
        return read_recording(source, options)
    return read_table(open_table(source), options)
