import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.graphemes import clusters, reach_over


@pytest.mark.parametrize(
    "cluster",
    [
        "e\u0301",
        "👨‍👩‍👧",
        "🇦🇹",
        "👍🏽",
        "👩🏽‍💻",
        "\u1100\u1161\u11a8",
        "नि",
        "❤️",
        "\u0600a",
        "e\u0301\u0301\u200d",
        "☝\ufe0f🏽",
    ],
)
def test_what_makes_one_character_is_one_cluster(cluster: str) -> None:
    assert clusters(f"a{cluster}b") == [(1, 1 + len(cluster))]


@pytest.mark.parametrize("text", ["", "ab", "😀😀", "中文", "가나", "\r\n", "a\n", "♀♀"])
def test_what_stands_alone_joins_nothing(text: str) -> None:
    assert clusters(text) == []


def test_four_letters_of_flags_are_two_flags() -> None:
    assert clusters("🇦🇹🇩🇪🇫") == [(0, 2), (2, 4)]


pieces = st.sampled_from(
    [*"ae中가😀♀☝👦\n\0", "\u0301", "\u200d", "🇦", "🏽", "\u0903", "\u0600", "ᄀ", "ᅡ", "ᆨ"]
)


@given(st.lists(pieces, max_size=12).map("".join), st.integers(0, 12))
def test_a_cluster_over_a_cut_is_found_without_reading_the_whole_text(text: str, cut: int) -> None:
    cut = min(cut, len(text))
    over = [(start, end - cut) for start, end in clusters(text) if start < cut < end]
    assert reach_over(text[:cut], text[cut:]) == (over[0] if over else None)
