"""`python -m perplab` is `perplab`."""

from perplab.cli.main import main

if __name__ == "__main__":
    main()
