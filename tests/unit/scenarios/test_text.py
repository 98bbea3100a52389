"""Every text a row carries is one the services take: short, in NFC, without edges or controls."""

import unicodedata

import pytest

from deploy.scenarios.nmg_2014.requests import REQUESTS, Bulk, Single

BULKS = [request for request in REQUESTS if isinstance(request, Bulk)]
SINGLES = [request for request in REQUESTS if isinstance(request, Single)]
LONGEST = 120


@pytest.mark.parametrize("request_", BULKS, ids=lambda request: request.name)
def test_texts_of_bulk_rows_are_clean_and_short(request_: Bulk) -> None:
    texts = {cell for row in request_.rows() for cell in row if isinstance(cell, str)}

    assert texts
    assert all(text == unicodedata.normalize("NFC", text).strip() for text in texts)
    assert all(text.isprintable() for text in texts)
    assert max(map(len, texts)) <= LONGEST


@pytest.mark.parametrize("request_", SINGLES, ids=lambda request: request.name)
def test_texts_of_single_bodies_are_clean_and_short(request_: Single) -> None:
    bodies = list(request_.bodies())
    texts = [value for body in bodies for value in body.values() if isinstance(value, str)]

    assert bodies
    assert all(0 < len(text) <= LONGEST and text == text.strip() for text in texts)


@pytest.mark.parametrize("request_", BULKS, ids=lambda request: request.name)
def test_no_cell_could_be_taken_for_a_formula(request_: Bulk) -> None:
    first = {cell[0] for row in request_.rows() for cell in row if isinstance(cell, str) and cell}

    assert not first & set("=+-@")
