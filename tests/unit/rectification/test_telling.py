"""What files, bodies and screens call things agrees, one with another and with the contract."""

from typing import get_args

import pytest

from services.rectification.api import columns
from services.rectification.api.columns import ACTION_NAMES, CATEGORY_NAMES, SOURCE_NAMES, TITLES
from services.rectification.api.entitled import ACTION_OF
from services.rectification.api.item_bodies import ItemState, Source
from services.rectification.api.ledger import STATE_NAMES
from services.rectification.api.programme_bodies import Category
from services.rectification.api.steps import NEEDED, STEP_OF
from services.rectification.views.ledger import LEDGER
from services.rectification.views.lives import ITEM_STATES
from shared.contracts.rectification import CATEGORIES, SOURCES
from shared.platform.bulk import Column


def test_words_have_one_list_each() -> None:
    assert get_args(Source) == SOURCES == tuple(SOURCE_NAMES)
    assert get_args(Category) == CATEGORIES == tuple(CATEGORY_NAMES)
    assert get_args(ItemState) == ITEM_STATES == tuple(STATE_NAMES)


def test_every_step_is_told_allowed_and_made_into_a_command() -> None:
    assert ACTION_NAMES.keys() == ACTION_OF.keys() == STEP_OF.keys() == NEEDED.keys()


def test_every_column_of_the_screen_has_a_chinese_header() -> None:
    assert set(TITLES) == set(LEDGER.fields)
    assert len(set(TITLES.values())) == len(TITLES)


@pytest.mark.parametrize("column", columns.ITEMS.columns, ids=lambda c: c.name)
def test_the_upload_takes_the_headers_of_the_file(column: Column) -> None:
    assert TITLES[column.name] in column.titles


def test_the_upload_begins_with_what_an_item_is_raised_with() -> None:
    assert [column.name for column in columns.ITEMS.columns][:11] == [
        "item", "unit", "source", "origin", "category", "summary", "responsible_person", "due_on",
        "raised_on", "parent", "programme",
    ]  # fmt: skip
    assert [column.name for column in columns.STEPS.columns] == [
        "item", "action", "on", "person", "note", "percent", "due_on", "score", "raters", "holds",
    ]  # fmt: skip
