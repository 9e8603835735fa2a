"""The exposure engine: variants, what survives each patch, what each closing leaves, depth, and the cheapest cut."""

from __future__ import annotations

from fuelbed.core.blocks import Answer, Ask, Block, Sentence
from fuelbed.core.case import Case
from fuelbed.core.facts import Facts, NotFound, Tipping
from fuelbed.core.options import Options
from fuelbed.engines.exposure.findings import findings
from fuelbed.engines.exposure.scene import Scene, Ways, set_up
from fuelbed.engines.exposure.surviving import surviving
from fuelbed.engines.exposure.tables import after_table, choke_words, measures_table, variants_table
from fuelbed.engines.exposure.words import claim, cut_sentence, depth_sentence

__all__ = ["examine"]

_ASK = NotFound(
    "Which factors are exploits of a class (`kind: exploit`), and which exposures does that class need (`kind: exposure`)?",
    "the variants that survive each patch, and the cheapest cut",
)


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """Answer §9 for `case`; deterministic for a seed."""
    if not any(f.role in ("exploit", "exposure") for f in case.factors.values()):
        return Answer("The case names no exploit and no exposure.", (Ask(_ASK),))
    scene = set_up(case, facts.get(Tipping), options)
    if not isinstance(scene, Scene):
        return Answer(claim(scene), tuple(_sentences(scene)), tuple(findings(scene)))
    picture = surviving(scene)
    blocks: list[Block] = [
        *([picture] if picture is not None else []),
        measures_table(scene),
        *_sentences(scene),
        variants_table(scene),
        after_table(scene),
        *_asks(scene),
    ]
    return Answer(claim(scene), tuple(blocks), tuple(findings(scene)))


def _sentences(scene: Ways) -> list[Block]:
    if not scene.lead:
        return []
    out: list[Block] = [Sentence(f"{cut_sentence(scene)} {depth_sentence(scene)}")]
    if scene.chokes:
        out.append(Sentence(f"Every variant holds {choke_words(scene.chokes)}: {_end_all(scene)}, no exploit leads to the goal."))
    else:
        out.append(Sentence("No single factor is in every variant: nothing that is closed alone leaves no way."))
    return out


def _end_all(scene: Ways) -> str:
    """`without any one of them`; a control in a variant is one that did not hold, so it ends all where it does."""
    controls = sum(kind == "control" for kind, _ in scene.chokes)
    if len(scene.chokes) == 1:
        return "where it holds" if controls else "without it"
    return "where any one of them holds" if controls == len(scene.chokes) else "with any one of them closed or mended"


def _asks(scene: Scene) -> list[Block]:
    open_ = scene.open_classes
    if not open_:
        return []
    ask = f"How often does an exploit of {open_[0]} arrive that is in no list yet? `exposure: {{unknown_variants: {{{open_[0]}: 0.1..3 per year}}}}`"
    return [Ask(NotFound(ask, "what a patch leaves, with the variants that nobody knows yet"))]
