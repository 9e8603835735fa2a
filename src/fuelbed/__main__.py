"""`python -m fuelbed`."""

from fuelbed.cli.start import main

main()
