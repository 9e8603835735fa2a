"""`python -m fuelbed`."""

from fuelbed.cli.main import main

main(prog_name="fuelbed")
