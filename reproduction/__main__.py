"""`python -m reproduction TABLE`: reproduces tables of the papers."""

from pathlib import Path

import click

import reproduction
from keras_regen_app.options import backend_option, count_option, print_message


@click.command()
@click.argument("names", metavar="TABLE...", nargs=-1)
@click.option(
    "--scale",
    "scale_name",
    type=click.Choice(list(reproduction.SCALES)),
    default="quick",
    show_default=True,
    help="`quick`: small networks and few images, minutes per training run on a CPU. `paper`: the "
    "networks, images and epochs of the paper.",
)
@click.option(
    "--seeds",
    "num_seeds",
    type=click.IntRange(min=1),
    help="Training runs per cell, with seeds 0, 1, ...  [default: 1 for quick, 3 for paper]",
)
@click.option(
    "--runs",
    "runs_folder",
    type=click.Path(file_okay=False),
    default="runs/reproduce",
    show_default=True,
    help="Folder of the training runs. Complete runs in it are reused.",
)
@click.option(
    "--results",
    "results_folder",
    type=click.Path(file_okay=False),
    default="results",
    show_default=True,
    help="Folder of the report README.md and of `reproduction`, which has a file per run.",
)
@count_option(
    "--processes",
    1,
    "Training runs in parallel; 4 suits the quick scale on a CPU with 4 cores.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop after this time, with the dearest runs first. The next call continues.",
)
@click.option("--list", "list_only", is_flag=True, help="List the tables and exit.")
@backend_option
def reproduce(
    names: tuple[str, ...],
    scale_name: str,
    num_seeds: int | None,
    runs_folder: str,
    results_folder: str,
    processes: int,
    minutes: float | None,
    list_only: bool,
) -> None:
    """Reproduce the tables named TABLE, or `all`, and print them with the published numbers."""
    if list_only:
        for table in reproduction.list_tables():
            click.echo(f"{table.name:<18} {table.title}")
        return
    if not names:
        raise click.UsageError("Name a table. `--list` lists the tables; `all` selects all tables.")
    if "all" in names:
        tables = reproduction.list_tables()
    else:
        tables = [reproduction.get_table(name) for name in names]

    # Imported here, after `backend_option` has chosen the backend.
    from keras_regen.callbacks import NonFiniteLossError
    from reproduction import running
    from reproduction.report import table_lines, write_report
    from reproduction.time_limit import TimeLimit, TimeLimitReached

    scale = reproduction.SCALES[scale_name]
    json_folder = Path(results_folder) / "reproduction"
    groups = [(table, [table]) for table in tables]
    time_limit = None if minutes is None else TimeLimit(60 * minutes)
    if processes > 1 or time_limit is not None:
        # One group of all cells, so that no process waits for the end of a table, and the dearest
        # run of all tables comes first.
        title = f"{len(tables)} table{'s' if len(tables) > 1 else ''}"
        cells = tuple(cell for table in tables for cell in table.cells)
        groups = [(reproduction.Table("all", title, cells), tables)]
    skipped = []
    for group, members in groups:
        print_message(f"{group.title}, at the scale {scale.name}: {scale.title}")
        try:
            running.reproduce(
                group,
                scale,
                seeds=None if num_seeds is None else range(num_seeds),
                runs_folder=runs_folder,
                results_folder=json_folder,
                processes=processes,
                log=print_message,
                time_limit=time_limit,
            )
        except TimeLimitReached as reached:
            print_message(f"{reached} The same command continues with them.")
        except (FileNotFoundError, NonFiniteLossError) as error:
            if len(tables) == 1:
                raise
            # A missing dataset or a diverged training run must not stop the other tables.
            skipped.append(str(error))
        finally:
            Path(results_folder).mkdir(parents=True, exist_ok=True)
            write_report(json_folder, Path(results_folder) / "README.md")
        for table in members:
            click.echo(f"\n{table.title}\n")
            click.echo("\n".join(table_lines(table, json_folder)))
    for message in dict.fromkeys(skipped):
        print_message(f"Skipped: {message}")


if __name__ == "__main__":
    reproduce(prog_name="python -m reproduction")
