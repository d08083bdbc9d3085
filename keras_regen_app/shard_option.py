"""The option `--shard` of `keras-regen generate`."""

import re
from dataclasses import dataclass

import click


@dataclass(frozen=True)
class Shard:
    """A part of the blocks: every `count`-th block from block `index`.

    Args:
        index: Integer, from 0.
        count: Integer, above `index`: number of shards.
    """

    index: int
    count: int


class ShardType(click.ParamType):
    """Type of a shard on the command line: `3/16` is the third of 16 shards."""

    name = "shard"

    def convert(
        self, value: str | Shard, param: click.Parameter | None, ctx: click.Context | None
    ) -> Shard:
        """Returns the shard."""
        if isinstance(value, Shard):
            return value
        match = re.fullmatch(r"([0-9]+)/([0-9]+)", value)
        if match is None:
            self.fail(f"expected INDEX/COUNT such as 3/16, got {value!r}", param, ctx)
        index, count = map(int, match.groups())
        if not 1 <= index <= count:
            self.fail(f"expected an index in 1..{count}, got {value!r}", param, ctx)
        return Shard(index - 1, count)


shard_option = click.option(
    "--shard",
    type=ShardType(),
    metavar="INDEX/COUNT",
    help="Generate a part of the images: 3/16 is the third of 16 parts. Each part can run in a "
    "process or on a machine of its own. The folder --output gets an .npz file for every 1000 "
    "images. Files that exist are kept, so that a stopped command continues.",
)
