from bench.threshold import Seen, row


def seen(covers, printed):
    return Seen(covers, 0.9, True, 3.0, printed, 1.0, 1000.0, 0.5)


def test_what_is_printed_as_prior_dominated_is_not_judged():
    good, bad, warned = seen(True, False), seen(False, False), seen(False, True)
    assert "within" in row("a", [good] * 45 + [bad] * 5 + [warned] * 50)
    assert "OUTSIDE" in row("a", [good] * 40 + [bad] * 10)
    assert "OUTSIDE" in row("a", [good] * 50)  # too wide is as wrong
    few = row("a", [bad] * 10 + [warned] * 40)
    assert "within" not in few
    assert "OUTSIDE" not in few


def test_a_row_counts_on_which_side_it_misses():
    assert "| 2 + 1 |" in row("a", [seen(True, False)] * 5 + [seen(False, False)] * 2 + [seen(False, False)._replace(low=False)])
