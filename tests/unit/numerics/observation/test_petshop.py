"""A real record (PetShop): a queue of M/M/1 follows its normal operation, its busy share is that of Little's law, an injected delay is not followed.

Data: amazon-science/petshop-root-cause-analysis, CC-BY-4.0, kept outside of the repository; without it these tests are skipped.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.observation.particles import Filtered
from fuelbed.numerics.observation.reconstruct import Setting, noise_of, reconstruct
from fuelbed.readers.case import parse_case

FOLDER = Path(__file__).parents[5] / "shared" / "data" / "petshop"
needs_data = pytest.mark.skipif(not FOLDER.is_dir(), reason="the PetShop data (../shared/data/petshop) is not here")
NODE = "PetSearch_AWS::ECS::Fargate"
MODEL = """fuelbed: 1
title: one service of a shop
failure: out
factors: {surge: {kind: trigger}}
structure: {out: surge}
dynamics:
  search:
    states: {busy: {start: 0.02, range: 0..1}}
    parameters: {load: 3 per second, capacity: 20..2000 per second}
    next: {busy: "min(load / capacity, 1)"}
    step: 300 s
    failed: busy > 0.9
    load: load
    shows: {latency: "1 / (capacity * max(1 - busy, 0.001))"}
"""


def columns(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """Latency in seconds and requests per second of the one service, a row every five minutes."""
    rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    at = {key: j for j, key in enumerate(zip(*rows[:3], strict=True))}
    table = [[float(r[at[NODE, *k]] or "nan") for k in (("latency", "Average"), ("requests", "Sum"))] for r in rows[4:]]
    latency, requests = np.array(table).T
    return latency, requests / 300.0


def followed(latency: np.ndarray, load: np.ndarray, quiet: int) -> Filtered:
    s = compile_model(parse_case(MODEL).dynamics["search"])
    times = 300.0 * np.arange(len(latency))
    noise = noise_of(latency, np.arange(len(latency)) < quiet, log=True)
    return reconstruct(Setting(s, times, {0: (latency, noise)}, {s.parameter("load"): load}), 1)


@needs_data
@pytest.mark.parametrize(("traffic", "first"), [("high_traffic", 0), ("low_traffic", 12)])
def test_normal_operation_is_followed_and_its_busy_share_is_that_of_littles_law(traffic: str, first: int) -> None:
    latency, load = (c[first:] for c in columns(FOLDER / traffic / "noissue" / "metrics.csv"))
    found = followed(latency, load, len(latency))
    inside = load * latency  # requests in the system, by Little's law; of M/M/1 busy = L / (1 + L), that is 1 - S/R
    busy = inside / (1 + inside)
    covered = (busy >= found.low[:, 0]) & (busy <= found.high[:, 0])
    print(f"{traffic}: {len(latency)} rows, {len(found.aside)} set aside, busy {busy.mean():.3f}, covered {covered.mean():.3f}")
    assert found.lost is None
    assert len(found.aside) <= 0.02 * len(latency)
    assert covered.mean() > 0.85


@needs_data
def test_a_service_that_got_faster_is_not_followed_by_one_of_a_fixed_capacity() -> None:
    """In the first 50 minutes of the low traffic an answer took half as long again as later."""
    latency, load = columns(FOLDER / "low_traffic" / "noissue" / "metrics.csv")
    assert np.median(latency[:10]) > 1.3 * np.median(latency[12:])
    assert followed(latency, load, len(latency)).lost == 12


@needs_data
def test_rows_of_an_injected_delay_are_not_followed() -> None:
    """200 normal rows, then the five rows of each issue: rows with twice the usual latency that no particle comes near."""
    far, near, normal = 0, 0, 0
    for target in sorted(FOLDER.glob("*_traffic/train/issue_*/target.json")):
        if "searchdelay" not in json.loads(target.read_text(encoding="utf-8"))["metadata"]["reproducibility"]["command"]:
            continue
        before = columns(target.parents[2] / "noissue" / "metrics.csv")
        after = columns(target.parent / "metrics.csv")
        latency, load = (np.concatenate([a[-200:], b]) for a, b in zip(before, after, strict=True))
        found = followed(latency, load, 200)
        aside = set(found.aside) | set(range(found.lost, 205) if found.lost is not None else ())
        slow = {200 + i for i in range(5) if after[0][i] > 2 * np.median(before[0])}
        far += len(slow & aside)
        near += len(slow - aside)
        normal += len(aside & set(range(200)))
    print(f"slow rows not followed {far} of {far + near}, normal rows set aside {normal} of {200 * 8}")
    assert far >= 0.9 * (far + near) > 0
    assert normal <= 0.01 * 200 * 8
