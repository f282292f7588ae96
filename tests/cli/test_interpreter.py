"""A Python that was built without optimisation is told from one that was built with it."""

import pytest

from tidings.cli.interpreter import SLOW_FROM, Build, is_slow, measured

DEBIAN = Build(
    "'--enable-shared' '--prefix=/usr' '--with-dbmliborder=bdb:gdbm' 'CFLAGS=-g'", "-g -fwrapv -O2"
)
PYENV = Build(
    "'--prefix=/home/ann/.pyenv/versions/3.11.7' '--enable-shared'", "-DNDEBUG -g -fwrapv -O3 -Wall"
)
PYENV_OPTIMISED = Build(PYENV.arguments + " '--enable-optimizations' '--with-lto'", PYENV.flags)
DOCKER = Build("'--build=x86_64-linux-gnu' '--enable-optimizations' '--with-lto'", "-O3")
PROFILED_BY_HAND = Build("'--prefix=/opt/python'", "-O3 -fprofile-use -fprofile-correction")


def never() -> float:
    raise AssertionError("what the build says is enough")


@pytest.mark.parametrize("build", [DEBIAN, PYENV_OPTIMISED, DOCKER, PROFILED_BY_HAND])
def test_a_build_that_is_known_to_be_optimised_is_not_measured(build: Build) -> None:
    assert not is_slow(build, measure=never)


def test_a_debugging_build_is_slow_whatever_else_it_says() -> None:
    assert is_slow(Build(DOCKER.arguments, DOCKER.flags, debug=True), measure=never)


def test_a_build_that_names_no_profile_is_measured() -> None:
    assert is_slow(PYENV, measure=lambda: SLOW_FROM + 2)
    assert not is_slow(PYENV, measure=lambda: SLOW_FROM - 2)


def test_the_measure_compares_work_of_one_kind_with_the_other() -> None:
    assert 2 < measured() < 200
