"""Every refusal of every service has a stable code and says in two languages what to do."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from string import Formatter

import pytest

import services
import shared
from shared.kernel.refusals import KeyReused, Refusal, StaleVersion

KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _import_everything() -> None:
    for package in (shared, services):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)


def _below(cls: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in cls.__subclasses__():
        # A family's base has no code of its own; whatever is raised is a leaf or has one.
        leaf = not each.__subclasses__()
        if each.__module__.startswith(("shared.", "services.")) and (leaf or hasattr(each, "code")):
            yield each
        yield from _below(each)


_import_everything()
REFUSALS = sorted(set(_below(Refusal)), key=lambda cls: (cls.__module__, cls.__name__))
every = pytest.mark.parametrize("refusal", REFUSALS, ids=lambda cls: str(cls.__name__))


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def owner(refusal: type[Refusal]) -> str:
    """`shared`, or the service that refuses."""
    first, second, *_ = refusal.__module__.split(".")
    return "shared" if first == "shared" else second


@pytest.mark.parametrize("service", sorted({owner(refusal) for refusal in REFUSALS}))
def test_no_code_stands_for_two_things_in_one_service(service: str) -> None:
    by_code = Counter(r.code for r in REFUSALS if owner(r) in {service, "shared"})

    assert {code: n for code, n in by_code.items() if n > 1} == {}


def test_a_code_used_by_two_services_has_one_status() -> None:
    statuses = {(refusal.code, refusal.status) for refusal in REFUSALS}

    assert len(statuses) == len({code for code, _ in statuses})


@every
def test_its_code_is_kebab_case(refusal: type[Refusal]) -> None:
    assert KEBAB.fullmatch(refusal.code)


@every
def test_it_is_said_in_chinese_and_in_english(refusal: type[Refusal]) -> None:
    assert CHINESE.search(refusal.zh)
    assert not CHINESE.search(refusal.en)
    assert len(refusal.en.split()) >= 3


@every
def test_both_languages_tell_the_same_facts(refusal: type[Refusal]) -> None:
    assert placeholders(refusal.zh) == placeholders(refusal.en)


@every
def test_it_is_the_callers_to_mend_or_asks_to_wait(refusal: type[Refusal]) -> None:
    assert 400 <= refusal.status < 500 or refusal.status == 503


def test_its_message_is_filled_in_and_its_facts_can_be_read_by_a_program() -> None:
    refused = StaleVersion(expected=3, actual=5)

    assert refused.message_zh == "您看到的是第 3 版,现已是第 5 版,请刷新后重试。"
    assert str(refused) == refused.message_en
    assert "version 3 but it is now 5" in refused.message_en
    assert refused.context == {"expected": 3, "actual": 5}


def test_a_refusal_without_facts_is_its_sentence() -> None:
    assert KeyReused().message_en == KeyReused.en
