"""A list as a file: the rows a list shows, in its order, written while they are read."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any

import msgspec
from fastapi import Response
from fastapi.responses import StreamingResponse

from shared.platform.bulk import CSV, XLSX
from shared.platform.bulk.cells import Value
from shared.platform.bulk.writing import CsvPart
from shared.platform.bulk.xlsx_writing import XlsxFile
from shared.platform.listing import Listing, Wanted
from shared.platform.openapi import Responses, problem_responses
from shared.platform.postgres import Pool

_ROWS_AT_ONCE = 2_000
_BYTES_AT_ONCE = 256 * 1024


@dataclass(frozen=True)
class Export:
    """How a list's rows are written: `titles` are the headers of its fields, `words` what a
    field's values are called; fields that stay out of a file unless asked for are `left_out`.
    """

    name: str
    titles: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    def names(self, listing: Listing) -> list[str]:
        return [name for name in listing.fields if name not in self.left_out]

    async def answer(
        self, pool: Pool, listing: Listing, wanted: Wanted, columns: Sequence[str], form: str
    ) -> Response:
        """The file; what is read is one moment's state, however long it takes."""
        columns = list(dict.fromkeys(columns))
        titles = [self.titles.get(name, name) for name in columns]
        parts = self._parts(pool, listing, wanted, columns)
        if form == "csv":
            body, media_type = _csv(titles, parts), CSV
        else:
            body, media_type = _sent(await _xlsx(titles, parts)), XLSX
        headers = {"Content-Disposition": f'attachment; filename="{self.name}.{form}"'}
        return StreamingResponse(body, headers=headers, media_type=media_type)

    async def _parts(
        self, pool: Pool, listing: Listing, wanted: Wanted, columns: Sequence[str]
    ) -> AsyncIterator[list[list[Value]]]:
        query, values = await listing.all_rows(pool, wanted, columns)
        cells = [self._cell_of(listing, name) for name in columns]
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            cursor = await connection.cursor(query, *values)
            while rows := await cursor.fetch(_ROWS_AT_ONCE):
                yield [[cell(v) for cell, v in zip(cells, row, strict=True)] for row in rows]

    def _cell_of(self, listing: Listing, name: str) -> Callable[[Any], Value]:
        words = self.words.get(name, {})
        if name in listing.lists:
            return lambda value: ";".join(words.get(word, word) for word in _several(value))
        if words:
            return lambda value: words.get(value, value)
        return _same


def export_responses() -> Responses:
    """What an export may answer, for the OpenAPI document."""
    files = {
        XLSX: {"schema": {"type": "string", "format": "binary"}},
        CSV: {"schema": {"type": "string"}},
    }
    return {200: {"description": "File 文件", "content": files}} | problem_responses(
        400, 403, 404, 422
    )


async def _csv(
    titles: Sequence[str], parts: AsyncIterator[list[list[Value]]]
) -> AsyncIterator[bytes]:
    file = CsvPart()
    yield file.head(titles)
    async for rows in parts:
        yield file.rows(rows)


async def _xlsx(titles: Sequence[str], parts: AsyncIterator[list[list[Value]]]) -> IO[bytes]:
    """A temporary file: a workbook can be sent only when its last row is known."""
    out = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    file = XlsxFile(out, titles)
    async for rows in parts:
        await asyncio.to_thread(file.add, rows)
    await asyncio.to_thread(file.close)
    out.seek(0)
    return out


async def _sent(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while part := await asyncio.to_thread(file.read, _BYTES_AT_ONCE):
            yield part


def _same(value: Value) -> Value:
    return value


def _several(value: Any) -> list[str]:
    """The words of an array, which asyncpg gives as JSON where the column is jsonb."""
    read = msgspec.json.decode(value) if isinstance(value, str) else value or []
    return [str(word) for word in read]
