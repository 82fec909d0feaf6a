"""`python -m drumbeat` is the `drumbeat` command."""

from drumbeat.cli.main import main

if __name__ == "__main__":
    main()
