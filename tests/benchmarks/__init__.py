"""Measurements that anyone can repeat: `make bench`, or `python -m tests.benchmarks --only copies pages`.

A piece is a module of this package that

- states `NAME`, the name on the command line, and says in its docstring what is measured and by which
  command,
- has `main(arguments: list[str] | None = None) -> int`, and prints one JSON object as the last line of its
  standard output,
- may state `TAKES`, what it wants to be told: `"data"` (the data folder, as `--data DIR`), `"out"` (a folder
  for large files, as `--out DIR`),
- may state `SOAK = True`: it takes more than ten minutes or five gigabytes and runs with `make soak` or by
  name only,
- states `TINY`, arguments for a run of seconds, with which a test plays it; or has a test of its own,
  `test_NAME.py`.

In the JSON object the key `targets` may hold a list of `{"figure": ..., "value": ..., "at_least" | "at_most":
...}`; everything else is a figure, nested as is fit. The runner plays each piece in a process of its own and
adds processor seconds, peak memory and wall time.
"""
